import type { CellStatus } from '@slipway/contract';
import type { NewRecord } from '@slipway/recording/spool';

/** MIME type → content, as Jupyter's display messages carry it. JSON types may be objects. */
export type MimeBundle = Record<string, unknown>;

/** The cell execution in which the current code runs. */
export interface CurrentCell {
  readonly executionId: string;
  readonly order: number;
  /** The number that Jupyter shows beside the cell. */
  readonly executionCount: number;
  readonly cellId: string | null;
}

/** A cell that has been executed in this session. */
export interface ExecutedCell extends CurrentCell {
  readonly source: string;
  readonly status: CellStatus;
  readonly durationMs: number | null;
  /** Why its result is not what a run of the whole notebook would give; null while it is. */
  readonly stale: string | null;
}

/** What the library needs of the notebook that it runs in. The kernel provides one; elsewhere a plain one is used. */
export interface NotebookContext {
  readonly sessionId: string;
  /** The cell whose code is running now (also in its timers and promises), or null outside any cell. */
  readonly cell: CurrentCell | null;
  /** Aborted when the user interrupts the cell that reads it. */
  readonly signal: AbortSignal;
  /** Folder against which relative file names in cells are resolved. */
  readonly directory: string;
  /** Shows `data` under the current cell; with `displayId` it can be replaced later by `update: true`. */
  display(data: MimeBundle, options?: { displayId?: string; update?: boolean }): void;
  /**
   * A warning for the user, what to do in further lines: shown under the cell, on stderr where nothing can be displayed.
   * Never throws.
   */
  warn(message: string): void;
  /** Queues a record for the server. Returns at once, never throws. */
  record(record: NewRecord): void;
  /** Waits until everything recorded so far has reached the server; resolves to false when `timeoutMs` passed first. */
  flush(timeoutMs: number): Promise<boolean>;
  /** Work that goes on beside the cells; a kernel that ends waits for it, but not for long. It never rejects. */
  holdOpen(work: Promise<unknown>): void;
  /** The cells that have ended so far, in their order; empty outside a Slipway kernel. */
  executedCells(): readonly ExecutedCell[];
  /** Notes on the current cell's record; things are named with their kind, e.g. `dataset:weather@1`. */
  noteRun(runId: string): void;
  noteRead(name: string): void;
  noteWrite(name: string): void;
}

const KEY = Symbol.for('slipway.notebook');
type Holder = { [KEY]?: NotebookContext };

/** Makes `context` the one that `notebook()` returns, for every copy of this module in the process. */
export function provideNotebook(context: NotebookContext): void {
  (globalThis as Holder)[KEY] = context;
}

/** The context that was provided, or undefined in a plain Node process. */
export function providedNotebook(): NotebookContext | undefined {
  return (globalThis as Holder)[KEY];
}
