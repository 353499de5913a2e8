import type { RunInputEntry } from '../operations.js';

/** What the rules of writing must know of a run. */
export interface KnownRun {
  readonly id: number;
  readonly exp: number;
  /** 0 active, 1 deleted. */
  life: number;
}

export interface NewRunRow {
  readonly uuid: string;
  readonly exp: number;
  readonly start_time: number;
  readonly status: number;
  readonly name: string;
  readonly user_name: string;
  /** Row id of the session that started the run, or null. */
  readonly session: number | null;
}

/** Columns of a run that change; absent ones stay as they are. */
export interface RunChange {
  readonly name?: string;
  readonly life?: number;
  /** When it was deleted; null: it is not. */
  readonly deleted_at?: number | null;
  readonly status?: number;
  readonly lost?: number;
  readonly end_time?: number | null;
  readonly progress?: string | null;
  readonly failure?: string | null;
}

/** The points of one metric of one run. */
export interface PointSink {
  add(step: number, timestamp: number, value: number): void;
}

/**
 * The rows of runs inside one transaction, as the rules of writing see them: what is written can be read at once. Each
 * database keeps them in its own way; none of these methods knows a rule.
 */
export interface RunRows {
  /** The run if there is one, deleted or not. */
  find(uuid: string): KnownRun | undefined;
  add(run: NewRunRow): KnownRun;
  change(run: KnownRun, change: RunChange): void;
  /** The number of a name in an experiment; a new name gets one. */
  key(exp: number, name: string): number;
  knownKey(exp: number, name: string): number | undefined;
  param(run: number, key: number): string | undefined;
  /** Does nothing when there is one already. */
  addParam(run: number, key: number, value: string): void;
  putTag(run: number, key: number, value: string): void;
  /** @returns whether there was one. */
  deleteTag(run: number, key: number): boolean;
  putInput(run: number, input: RunInputEntry): void;
  points(run: number, key: number): PointSink;
  /** @param change of the experiment and of all its runs. */
  changeExperiment(exp: number, change: { readonly life: number; readonly at: number }): void;
}
