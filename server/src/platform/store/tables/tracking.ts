import type { Generated } from 'kysely';

/* Experiments, runs and what was logged to them. */

export interface ExperimentTable {
  id: Generated<number>;
  name: string;
  artifact_location: string | null;
  life: Generated<number>;
  /** Milliseconds since the epoch; null while it is active. */
  deleted_at: Generated<number | null>;
  created_at: number;
  updated_at: number;
}

export interface ExperimentTagTable {
  exp: number;
  key: string;
  value: string;
}

export interface RunTable {
  id: Generated<number>;
  uuid: string;
  exp: number;
  /** 0 active, 1 deleted. */
  life: number;
  /** Milliseconds since the epoch; null while it is active. */
  deleted_at: Generated<number | null>;
  start_time: number;
  end_time: number | null;
  /** Number of the status, see run-status.ts. */
  status: number;
  name: string;
  user_name: string;
  session: number | null;
  /** 1 when the run failed only because its kernel was not seen any more. */
  lost: number;
  /** JSON of the contract's RunProgress. */
  progress: string | null;
  /** JSON of the contract's RunFailure. */
  failure: string | null;
}

export interface KeyTable {
  id: Generated<number>;
  exp: number;
  name: string;
}

/** A REAL column whose NaN is the text 'NaN', because SQLite turns a NaN number into NULL. */
export type StoredReal = number | 'NaN';

export interface SeriesTable {
  run: number;
  key: number;
  sid: number;
  step: number;
  ts: number;
  value: StoredReal;
}

export interface KeyedTextTable {
  run: number;
  key: number;
  value: string;
}

export interface PointTable {
  sid: number;
  step: number;
  ts: number;
  value: StoredReal;
}

export interface RunInputTable {
  run: number;
  name: string;
  digest: string;
  context: string;
  version: number | null;
  /** JSON: what else MLflow's client said about the dataset. */
  details: string | null;
}

export interface RunArtifactTable {
  run: number;
  path: string;
  sha256: string;
  size: number;
  created_at: number;
}

export interface SharedArtifactTable {
  path: string;
  sha256: string;
  size: number;
  created_at: number;
}

export interface LoggedModelTable {
  id: string;
  exp: number;
  name: string;
  status: string;
  model_type: string;
  source_run: string | null;
  created_at: number;
  updated_at: number;
  /** JSON arrays of {key, value}. */
  params: string;
  tags: string;
  /** 1 deleted. */
  deleted: Generated<number>;
}

export interface LoggedModelMetricTable {
  model: string;
  name: string;
  ts: number;
  step: number;
  run: string;
  value: StoredReal;
  dataset_name: string | null;
  dataset_digest: string | null;
}

export interface LoggedModelArtifactTable {
  model: string;
  path: string;
  sha256: string;
  size: number;
  created_at: number;
}

export interface RunLoggedModelTable {
  run: number;
  model: string;
  direction: 'input' | 'output';
  step: number;
}
