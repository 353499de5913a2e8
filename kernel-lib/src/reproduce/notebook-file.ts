import { createHash } from 'node:crypto';
import type { DatasetVersion } from '@slipway/contract';
import type { OutputsOfCells } from './recorded-outputs.js';
import type { RecordedCell, RecordedSession } from './session-record.js';

/** What a copy of a session is made of. */
export interface Reproduction {
  readonly session: RecordedSession;
  readonly cells: readonly RecordedCell[];
  /** What was asked for; undefined for the whole session. */
  readonly only: string | undefined;
  /** Dataset versions that the cells read or wrote. */
  readonly datasets: readonly DatasetVersion[];
}

/** What a notebook holds beside its code. */
export interface Surroundings {
  readonly outputs: OutputsOfCells;
  /** What differed from the commit that the session ran on, as git words it; null when nothing did. */
  readonly gitDiff: string | null;
}

const KERNELS: Record<string, { readonly name: string; readonly title: string }> = {
  typescript: { name: 'slipway', title: 'TypeScript (Slipway)' },
  python: { name: 'python3', title: 'Python 3' }
};

/** The session as a notebook document (nbformat 4.5): each execution is a cell, in the order in which they ran. */
export function notebookText(
  { session, cells, only, datasets }: Reproduction,
  { outputs, gitDiff }: Surroundings
): string {
  const kernel = KERNELS[session.language] ?? { name: session.kernel, title: session.kernel };
  const document = {
    cells: cells.map(cell => cellOf(cell, outputs.get(cell.execution_id))),
    metadata: {
      kernelspec: { name: kernel.name, display_name: kernel.title, language: session.language },
      language_info: { name: session.language },
      slipway: {
        session_id: session.session_id,
        notebook_path: session.notebook_path,
        started_at: session.started_at,
        only: only ?? null,
        environment: session.environment,
        git_diff: gitDiff,
        datasets: datasets.map(({ name, version, digest, content_sha256, source }) => ({
          ...{ name, version, digest, content_sha256, source }
        })),
        files: filesReadBy(cells)
      }
    },
    nbformat: 4,
    nbformat_minor: 5
  };
  return JSON.stringify(document, null, 1) + '\n';
}

/** Files that the cells read and none of them wrote: the copy needs them beside it. */
export function filesReadBy(cells: readonly RecordedCell[]): string[] {
  const written = new Set(cells.flatMap(({ writes }) => writes));
  const read = new Set(cells.flatMap(({ reads }) => reads));
  return [...read].filter(thing => thing.startsWith('file:') && !written.has(thing)).map(thing => thing.slice(5));
}

/** Cells whose source was masked when it was recorded: the user must put the secrets back. */
export function maskedCells(cells: readonly RecordedCell[]): RecordedCell[] {
  return cells.filter(
    ({ source, source_sha256 }) => createHash('sha256').update(source).digest('hex') !== source_sha256
  );
}

function cellOf(cell: RecordedCell, outputs: readonly object[] | undefined): object {
  const { execution_id, order, cell_id, status, started_at, duration_ms, reads, writes, depends_on } = cell;
  const failed = status === 'error' || status === 'interrupted';
  return {
    cell_type: 'code',
    // The same cell may have run more than once, and ids are unique in a document.
    id: `execution-${order}`,
    metadata: {
      // Runners that know this tag continue after the error, as the user did.
      ...(failed ? { tags: ['raises-exception'] } : {}),
      slipway: { execution_id, order, cell_id, status, started_at, duration_ms, reads, writes, depends_on }
    },
    execution_count: cell.execution_count,
    // Without outputs on record, an error is still known from the cell itself.
    outputs: outputs ?? (cell.error ? [errorOutput(cell.error)] : []),
    source: cell.source
  };
}

function errorOutput({ name, message, traceback }: NonNullable<RecordedCell['error']>): object {
  return { output_type: 'error', ename: name, evalue: message, traceback: traceback ?? [`${name}: ${message}`] };
}
