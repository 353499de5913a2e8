import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { RegisteredModel } from '@slipway/contract';
import type { ValueKind } from '../../magics/commands.js';
import type { NameSource } from '../../magics/complete.js';

/** An editor waits for completions; what is not known by then is not offered. */
const TIMEOUT_MS = 400;
/** The editor sends a request for each typed character. */
const FRESH_MS = 3000;
const DATA_FILE = /\.(csv|tsv|parquet|json|jsonl|ndjson|xlsx)$/i;

/** Names that exist in the project of `directory`, for completion: what the server knows, and files. Never rejects. */
export function knownNames(directory: string): NameSource {
  const cached = new Map<string, { at: number; names: Promise<readonly string[]> }>();
  return (kind, typed) => {
    if (kind === 'file') {
      return filesIn(directory, typed).catch(() => []);
    }
    if (kind !== 'dataset' && kind !== 'model' && kind !== 'reference' && kind !== 'experiment') {
      return Promise.resolve([]);
    }
    const known = cached.get(kind);
    if (known && Date.now() - known.at < FRESH_MS) {
      return known.names;
    }
    const names = namesOnServer(directory, kind).catch(() => []);
    cached.set(kind, { at: Date.now(), names });
    return names;
  };
}

type ServerKind = Extract<ValueKind['kind'], 'dataset' | 'model' | 'reference' | 'experiment'>;

async function namesOnServer(directory: string, kind: ServerKind): Promise<readonly string[]> {
  // Loaded when the first name is asked for: it brings the whole contract with it.
  const { call } = await import('@slipway/notebook/server');
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  switch (kind) {
    case 'dataset':
      return (await call(directory, 'listDatasets', { signal })).datasets.map(({ name }) => name);
    case 'model':
      return (await call(directory, 'listModels', { signal })).models.map(({ name }) => name);
    case 'reference': {
      const [{ models }, { runs }] = await Promise.all([
        call(directory, 'listModels', { signal }),
        call(directory, 'listRuns', { query: { limit: 50 }, signal })
      ]);
      return [...models.flatMap(referencesTo), ...runs.map(({ run_id }) => `run:${run_id}`)];
    }
    case 'experiment': {
      const { runs } = await call(directory, 'listRuns', { query: { limit: 200 }, signal });
      return ['end', ...new Set(runs.map(({ experiment_name }) => experiment_name))];
    }
  }
}

/** A registered model by its versions, the newest first, and their aliases and stages. */
function referencesTo({ name, versions }: RegisteredModel): string[] {
  const versionNames = versions.flatMap(({ version, aliases, stage }) => [
    String(version),
    ...aliases,
    ...(stage === 'None' ? [] : [stage])
  ]);
  return [name, ...new Set(versionNames.map(version => `${name}@${version}`))];
}

/** Data files and folders where the typed path leads, folders with a slash at their end. */
async function filesIn(directory: string, typed: string): Promise<string[]> {
  const folder = typed.slice(0, typed.lastIndexOf('/') + 1);
  const entries = await readdir(path.resolve(directory, folder || '.'), { withFileTypes: true });
  return entries
    .filter(entry => !entry.name.startsWith('.') && (entry.isDirectory() || DATA_FILE.test(entry.name)))
    .map(entry => folder + entry.name + (entry.isDirectory() ? '/' : ''))
    .sort();
}
