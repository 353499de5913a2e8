import type {
  KeyValue,
  MetricValue,
  RecordBatchAnswer,
  RunFailure,
  RunProgress,
  RunStatus,
  SpoolRecord
} from '@slipway/contract';

/*
 * Writes of the busy paths, as data: the store gathers those that come together and commits them in one transaction.
 * Data rather than functions, so that another database can apply the same operations its own way.
 */

export interface MetricEntry {
  readonly key: string;
  readonly value: MetricValue;
  readonly timestamp: number;
  readonly step?: number;
}

export interface CreateRun {
  readonly kind: 'run.create';
  readonly run_id: string;
  readonly experiment_id: number;
  readonly name: string;
  readonly user: string;
  readonly start_time: number;
  readonly status: RunStatus;
  readonly tags: readonly KeyValue[];
}

/** All of it or nothing: a changed parameter refuses the metrics and tags beside it too. */
export interface LogToRun {
  readonly kind: 'run.log';
  readonly run_id: string;
  readonly metrics: readonly MetricEntry[];
  readonly params: readonly KeyValue[];
  readonly tags: readonly KeyValue[];
  readonly progress?: RunProgress;
}

/** Absent fields stay as they are. */
export interface UpdateRun {
  readonly kind: 'run.update';
  readonly run_id: string;
  readonly status?: RunStatus;
  readonly end_time?: number;
  readonly name?: string;
  readonly failure?: RunFailure | null;
}

export interface SetRunLifecycle {
  readonly kind: 'run.lifecycle';
  readonly run_id: string;
  readonly deleted: boolean;
}

/** The runs of an experiment are deleted and restored with it. */
export interface SetExperimentLifecycle {
  readonly kind: 'experiment.lifecycle';
  readonly experiment_id: number;
  readonly deleted: boolean;
}

export interface DeleteRunTag {
  readonly kind: 'run.delete-tag';
  readonly run_id: string;
  readonly key: string;
}

export interface RunInputEntry {
  readonly name: string;
  readonly version: number | null;
  readonly digest: string;
  readonly context: string;
  /** JSON that only MLflow's clients read back: source, schema, profile. */
  readonly details: string | null;
}

export interface AddRunInputs {
  readonly kind: 'run.inputs';
  readonly run_id: string;
  readonly inputs: readonly RunInputEntry[];
}

/** What a kernel spooled, or a page saw; each record is stored once, however often it arrives. */
export interface StoreRecords {
  readonly kind: 'records';
  readonly session_id: string;
  /** Absent: the kernel itself. */
  readonly sender?: string | undefined;
  readonly records: readonly SpoolRecord[];
}

export type WriteOperation =
  | CreateRun
  | LogToRun
  | UpdateRun
  | SetRunLifecycle
  | SetExperimentLifecycle
  | DeleteRunTag
  | AddRunInputs
  | StoreRecords;

export interface RecordsResult extends RecordBatchAnswer {
  /** What changed, for the live events: each entity once. */
  readonly changed: {
    readonly runs: readonly { run_id: string; experiment_id: number }[];
    readonly cells: readonly string[];
  };
}

export interface WriteResults {
  'run.create': undefined;
  'run.log': { experiment_id: number };
  'run.update': { experiment_id: number };
  'run.lifecycle': { experiment_id: number };
  'experiment.lifecycle': undefined;
  'run.delete-tag': { experiment_id: number };
  'run.inputs': { experiment_id: number };
  records: RecordsResult;
}

export type WriteResult<O extends WriteOperation> = WriteResults[O['kind']];
