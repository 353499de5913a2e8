import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { App } from '../../../app.js';
import { NotFoundError } from '../../../platform/errors.js';
import type { NewCatalogueVersion } from '../../../registry/model-catalogue.js';
import { artifactRoot, OWN_ARTIFACTS } from '../../../platform/store/artifact-root.js';
import { invalidParameter, MlflowError } from '../errors.js';
import { latestOf, versionOfAlias } from './registered-models.js';
import { downloadUri, stageName } from './registry-fields.js';

export interface GivenSource {
  readonly source: string;
  /** Undefined: not given at all. */
  readonly run_id: string | undefined;
  readonly model_id: string | undefined;
}

type ResolvedSource = Pick<NewCatalogueVersion, 'source' | 'location' | 'run_id' | 'logged_model'>;
type ModelUri = { readonly model_id: string } | { readonly name: string; readonly select: string };

/**
 * Follows the source of a new model version to where its files are reported to be. Files in this server's own artifacts
 * must belong to the run or the logged model that the request names; everything else is metadata, and never opened.
 *
 * @throws MlflowError
 */
export async function resolveSource(app: App, given: GivenSource): Promise<ResolvedSource> {
  const copied = await copyOf(app, given);
  if (copied !== undefined) {
    return copied;
  }
  const { source } = given;
  const run_id = given.run_id || null;
  const logged_model = given.model_id || null;
  if (run_id !== null && logged_model === null && (await isInTrustedFolder(app, run_id, source))) {
    return { source, location: source, run_id, logged_model };
  }
  refuseUnclear(source, logged_model === null ? 'run_id' : 'model_id', (logged_model ?? run_id) !== null);
  const uri = schemeOf(source) === 'models' ? parseModelUri(source) : undefined;
  if (logged_model !== null) {
    const model = await loggedModel(app, logged_model, source);
    const root = `${artifactRoot(model.exp, null)}/models/${model.id}/artifacts`;
    const own = uri !== undefined && 'model_id' in uri && uri.model_id === logged_model;
    if (schemeOf(source) === 'runs' || (uri !== undefined && !own) || (isOwn(source) && !liesBelow(source, root))) {
      throw notContained(source, 'model_id');
    }
    return { source, location: own ? root : source, run_id: run_id ?? model.source_run, logged_model };
  }
  if (uri !== undefined) {
    throw notContained(source, 'model_id');
  }
  if (schemeOf(source) === 'runs' && runOf(source) !== run_id) {
    throw notContained(source, 'run_id');
  }
  if (isOwn(source) && !liesBelow(source, await runRoot(app, run_id, source))) {
    throw notContained(source, 'run_id');
  }
  return { source, location: source, run_id, logged_model };
}

/** What MLflow's clients send as the source of a prompt, which has none. */
const PROMPT_SOURCES = new Set(['dummy-source', 'prompt-template']);

/** A prompt has no files: its source names nothing. @throws MlflowError */
export function promptSource(source: string): ResolvedSource {
  if (!PROMPT_SOURCES.has(source)) {
    throw invalidParameter(`Invalid prompt source: '${source}'. Prompt sources must use an MLflow placeholder.`);
  }
  return { source, location: source, run_id: null, logged_model: null };
}

/** A version made from a version of a registered model has that one's files and origin. */
async function copyOf({ catalogue }: App, given: GivenSource): Promise<ResolvedSource | undefined> {
  const { source } = given;
  if (schemeOf(source) !== 'models') {
    return undefined;
  }
  if (source.startsWith('models://')) {
    throw invalidParameter(
      `Invalid model version source: '${source}'. Registered model sources must use the active model registry.`
    );
  }
  const uri = parseModelUri(source);
  if ('model_id' in uri) {
    return undefined;
  }
  const model = await catalogue.model(uri.name);
  const version = await catalogue.version(uri.name, versionOf(model, uri.select));
  const differs = (wanted: string | undefined, had: string | null): boolean =>
    wanted !== undefined && wanted !== (had ?? '');
  if (differs(given.run_id, version.run_id) || differs(given.model_id, version.logged_model)) {
    throw invalidParameter(
      `Invalid model version source: '${source}'. The run_id and model_id request parameters must match the referenced ` +
        'model version.'
    );
  }
  return {
    source: `models:/${version.name}/${version.version}`,
    location: downloadUri(version),
    run_id: version.run_id,
    logged_model: version.logged_model
  };
}

function versionOf(model: Awaited<ReturnType<App['catalogue']['model']>>, select: string): number {
  if (/^\d+$/.test(select)) {
    return Number(select);
  }
  if (select.startsWith('@') || select.toLowerCase() === 'latest') {
    return versionOfAlias(model, select.replace(/^@/, ''));
  }
  const [newest] = latestOf(model, [stageName(select)]);
  if (newest === undefined) {
    throw new MlflowError(
      'RESOURCE_DOES_NOT_EXIST',
      `No versions of model with name '${model.name}' and stage '${select}' found`
    );
  }
  return newest.version;
}

/** `models:/name/version`, `models:/name@alias` or `models:/<id of a logged model>`. @throws MlflowError */
function parseModelUri(source: string): ModelUri {
  const [name = '', select, ...rest] = source.replace(/^models:\/+/i, '').split('/');
  if (name.trim() === '' || rest.length > 0 || select?.trim() === '') {
    throw notContained(source, 'model_id');
  }
  if (select !== undefined) {
    return { name, select };
  }
  const at = name.lastIndexOf('@');
  return at < 0 ? { model_id: name } : { name: name.slice(0, at), select: name.slice(at) };
}

/** Local paths, and paths that could lead elsewhere than they say. */
function refuseUnclear(source: string, id: 'run_id' | 'model_id', given: boolean): void {
  const scheme = schemeOf(source);
  if (scheme === '' || scheme === 'file') {
    const shown = given ? source.replace(/^file:\/\//i, '') : source;
    throw invalidParameter(
      `Invalid model version source: '${shown}'. To use a local path as a model version source, the ${id} request ` +
        'parameter has to be specified and the local path has to be contained within the artifact directory of the run ' +
        `specified by the ${id}.`
    );
  }
  const plain = unescaped(source);
  const location = plain
    .replace(/^[^:]+:(?:\/\/[^/?#]*)?/, '')
    .replace(/[?#].*$/s, '')
    .replace(/\/+/g, '/');
  const trimmed = location.replace(/\/$/, '');
  const climbs = plain.split('/').includes('..') || location.includes('\0');
  if (climbs || !trimmed.startsWith('/') || path.posix.normalize(trimmed) !== trimmed) {
    throw invalidParameter(
      `Invalid model version source: '${source}'. If supplying a source as an http, https, local file path, ftp, ` +
        'objectstore, or mlflow-artifacts uri, an absolute path must be provided without relative path references ' +
        'present. Please provide an absolute path.'
    );
  }
}

/**
 * A path of this machine's is taken when it is inside the artifacts of its run, and these are where the operator said that
 * clients put them.
 */
async function isInTrustedFolder({ runs, artifacts }: App, run_id: string, source: string): Promise<boolean> {
  const place = localPath(source);
  const row = place === undefined ? undefined : await runs.row(run_id).catch(() => undefined);
  if (place === undefined || row?.artifact_location == null) {
    return false;
  }
  const uri = `${row.artifact_location}/${run_id}/artifacts`;
  const root = artifacts.isTrusted(uri) ? localPath(uri) : undefined;
  return root !== undefined && (place === root || place.startsWith(root + path.sep));
}

function localPath(location: string): string | undefined {
  const isUri = schemeOf(location) === 'file';
  if (!isUri && !path.isAbsolute(location)) {
    return undefined;
  }
  try {
    return path.resolve(isUri ? fileURLToPath(location) : location);
  } catch {
    // A file on another machine.
    return undefined;
  }
}

function notContained(source: string, id: 'run_id' | 'model_id'): MlflowError {
  return invalidParameter(
    `Invalid model version source: '${source}'. The ${id} request parameter must identify the resource that contains ` +
      'the source.'
  );
}

async function runRoot({ runs }: App, run_id: string | null, source: string): Promise<string> {
  if (run_id === null) {
    throw notContained(source, 'run_id');
  }
  try {
    const row = await runs.row(run_id);
    return `${artifactRoot(row.exp, row.artifact_location)}/${run_id}/artifacts`;
  } catch (error) {
    throw error instanceof NotFoundError ? notContained(source, 'run_id') : error;
  }
}

async function loggedModel({ loggedModels }: App, id: string, source: string) {
  try {
    return await loggedModels.get(id);
  } catch (error) {
    throw error instanceof NotFoundError ? notContained(source, 'model_id') : error;
  }
}

function schemeOf(source: string): string {
  return /^([a-z][a-z\d+.-]*):/i.exec(source)?.[1]?.toLowerCase() ?? '';
}

function runOf(source: string): string {
  return source.replace(/^runs:\/+/i, '').split('/', 1)[0] ?? '';
}

/** In this server's artifacts, by its own scheme or by the address of the artifact proxy. */
function isOwn(source: string): boolean {
  return (
    schemeOf(source) === 'mlflow-artifacts' ||
    (/^https?$/.test(schemeOf(source)) && unescaped(source).includes('/api/2.0/mlflow-artifacts/artifacts'))
  );
}

function liesBelow(source: string, root: string): boolean {
  const parts = (uri: string): string[] => unescaped(uri).split('/').filter(Boolean);
  const wanted = parts(root);
  return root.startsWith(OWN_ARTIFACTS) && wanted.every((part, index) => parts(source)[index] === part);
}

/** Without percent escapes, however often they were escaped. */
function unescaped(text: string): string {
  let plain = text;
  for (;;) {
    let next: string;
    try {
      next = decodeURIComponent(plain);
    } catch {
      return plain;
    }
    if (next === plain) {
      return plain;
    }
    plain = next;
  }
}
