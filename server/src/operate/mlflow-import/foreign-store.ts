import type { KeyValue, RunStatus } from '@slipway/contract';
import type { LoggedModelStatus } from '../../tracking/logged-models/logged-models.js';
import type { MetricEntry, RunInputEntry } from '../../platform/store/operations.js';
import type { LoggedModelMetricTable, ModelVersionTable } from '../../platform/store/tables.js';

/*
 * What a store of MLflow's holds, whichever kind it is. Times are milliseconds since the epoch; places of artifacts are as
 * MLflow wrote them: folders, `file:` URIs, or URIs of other stores.
 */

export interface ForeignExperiment {
  readonly id: string;
  readonly name: string;
  readonly artifacts: string;
  readonly deleted: boolean;
  readonly created_at: number;
  readonly updated_at: number;
  readonly tags: readonly KeyValue[];
}

export interface ForeignArtifacts {
  /** Where they are. */
  readonly place: string;
  /** Where MLflow said they are, when it wrote them. */
  readonly declared: string;
}

export interface ForeignRun {
  readonly run_id: string;
  readonly experiment_id: string;
  readonly name: string;
  readonly user: string;
  readonly status: RunStatus;
  readonly start_time: number;
  readonly end_time: number | null;
  readonly deleted: boolean;
  readonly params: readonly KeyValue[];
  readonly tags: readonly KeyValue[];
  readonly inputs: readonly RunInputEntry[];
  readonly models: readonly ForeignModelLink[];
  readonly artifacts: ForeignArtifacts;
  /** Every point once, some at a time. */
  metrics(): AsyncIterable<readonly MetricEntry[]>;
}

export interface ForeignModelLink {
  readonly model_id: string;
  readonly direction: 'input' | 'output';
  readonly step: number;
}

export interface ForeignLoggedModel {
  readonly model_id: string;
  readonly experiment_id: string;
  readonly name: string;
  readonly status: LoggedModelStatus;
  readonly model_type: string;
  readonly source_run: string | null;
  readonly created_at: number;
  readonly updated_at: number;
  readonly deleted: boolean;
  readonly params: readonly KeyValue[];
  readonly tags: readonly KeyValue[];
  readonly metrics: readonly Omit<LoggedModelMetricTable, 'model'>[];
  readonly artifacts: ForeignArtifacts;
}

export interface ForeignModel {
  readonly name: string;
  readonly description: string;
  readonly created_at: number;
  readonly updated_at: number;
  readonly tags: readonly KeyValue[];
  readonly aliases: readonly { readonly alias: string; readonly version: number }[];
  readonly versions: readonly ForeignVersion[];
}

export interface ForeignVersion {
  readonly version: number;
  readonly stage: ModelVersionTable['stage'];
  readonly deleted: boolean;
  readonly description: string;
  readonly created_at: number;
  readonly updated_at: number;
  readonly source: string;
  readonly location: string;
  readonly run_id: string | null;
  readonly run_link: string;
  readonly logged_model: string | null;
  readonly tags: readonly KeyValue[];
}

/** What is not imported. */
export interface LeftBehind {
  /** In the plural, e.g. `traces`. */
  readonly what: string;
  readonly count: number;
}

export interface ForeignStore {
  experiments(): AsyncIterable<ForeignExperiment>;
  runs(): AsyncIterable<ForeignRun>;
  loggedModels(): AsyncIterable<ForeignLoggedModel>;
  models(): AsyncIterable<ForeignModel>;
  /** What is in it and has no counterpart here. */
  leftBehind(): Promise<readonly LeftBehind[]>;
  close(): void;
}

/** How MLflow marks a version that was deleted; its row keeps the number. */
export const DELETED_STAGE = 'Deleted_Internal';

const STAGES: readonly ForeignVersion['stage'][] = ['None', 'Staging', 'Production', 'Archived'];

export function stageOf(text: string | null): ForeignVersion['stage'] {
  return STAGES.find(stage => stage === text) ?? 'None';
}
