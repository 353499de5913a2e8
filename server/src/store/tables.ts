import type { Generated } from 'kysely';

/*
 * The tables as the query layer sees them. Timestamps are milliseconds since the epoch. Columns that hold JSON say so;
 * they are written and parsed by the domain folder that owns the table.
 */

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

export interface SessionTable {
  id: Generated<number>;
  uuid: string;
  kernel: string;
  language: string;
  notebook_path: string;
  started_at: number;
  ended_at: number | null;
  last_seen_at: number;
  state: 'alive' | 'ended' | 'lost';
  pid: number | null;
  /** JSON of the contract's Environment. */
  environment: string | null;
  last_seq: number;
  /** JSON: ranges of sequence numbers below last_seq that have not arrived. */
  missing: string;
  cell_count: number;
  recorder: 'kernel' | 'front_end';
  /** JSON: ids of the notebook's code cells, top to bottom; null when no front end said it. */
  cell_order: string | null;
}

/** What one page has sent about a session; the kernel's own count stands in the session's row. */
export interface SessionSenderTable {
  session: number;
  sender: string;
  last_seq: number;
  missing: string;
}

export interface CellExecutionTable {
  id: Generated<number>;
  uuid: string;
  session: number;
  position: number;
  execution_count: number | null;
  cell_id: string | null;
  message_id: string;
  source: string;
  source_sha256: string;
  status: 'running' | 'ok' | 'error' | 'aborted' | 'interrupted';
  started_at: number;
  duration_ms: number | null;
  /** JSON of the contract's error, reads and writes. */
  error: string | null;
  reads: string;
  writes: string;
  /** JSON: uuids of executions; null when the kernel does not know. */
  depends_on: string | null;
  /** JSON of the contract's files; null when the kernel does not know. */
  files: Generated<string | null>;
  /** Who told of it, see `Told`. */
  start_told: Generated<number>;
  end_told: Generated<number>;
}

/** What a cell has shown, as the best of its reporters saw it. */
export interface CellOutputTable {
  /** Ids of the session and of the execution in it, which may become known later than its outputs. */
  session_id: string;
  execution_id: string;
  /** 1: the kernel itself reported, 0: a page. */
  from_kernel: number;
  revision: number;
  digest: string;
  output_count: number;
  left_out: number;
  /** JSON of the contract's outputs. */
  outputs: string;
}

/** Blobs that the record of a session names: garbage collection keeps them. */
export interface SessionBlobTable {
  session_id: string;
  sha256: string;
}

export interface CellRunTable {
  cell: number;
  run_id: string;
}

export interface BlobTable {
  sha256: string;
  size: number;
  created_at: number;
  /** When its bytes were last uploaded: what nothing names is kept for a while after that. */
  claimed_at: number;
}

/** An upload in parts that is under way. */
export interface UploadTable {
  id: string;
  /** Where the whole will lie, as the client named it. */
  location: string;
  created_at: number;
}

export interface UploadPartTable {
  upload: string;
  /** From 1. */
  number: number;
  sha256: string;
  size: number;
}

export interface DatasetTable {
  id: Generated<number>;
  name: string;
  created_at: number;
}

export interface DatasetVersionTable {
  id: Generated<number>;
  dataset: number;
  version: number;
  digest: string;
  content_sha256: string;
  row_count: number;
  /** JSON of the contract's columns, profile and checks. */
  columns: string;
  time_column: string | null;
  source: string;
  derivation: string | null;
  profile: string;
  checks: string;
  session_id: string | null;
  cell_execution_id: string | null;
  created_at: number;
}

export interface DatasetParentTable {
  child: number;
  name: string;
  version: number;
}

export interface BundleTable {
  digest: string;
  created_at: number;
}

export interface BundleFileTable {
  digest: string;
  path: string;
  sha256: string;
  size: number;
}

export interface RegisteredModelTable {
  id: Generated<number>;
  name: string;
  description: string;
  created_at: number;
  updated_at: number;
}

export interface ModelVersionTable {
  id: Generated<number>;
  model: number;
  version: number;
  /** Null, as is the signature, for a version that an MLflow client registered. */
  bundle_digest: string | null;
  created_at: number;
  updated_at: number;
  description: string;
  stage: 'None' | 'Staging' | 'Production' | 'Archived';
  /** 1 deleted: the row only keeps its number from being given again. */
  deleted: Generated<number>;
  /** What an MLflow client said about where the files lie, and where that led; null for a bundle. Never opened. */
  source: string | null;
  location: string | null;
  run_link: Generated<string>;
  /** Id of the logged model that the files belong to. */
  logged_model: string | null;
  run_id: string | null;
  session_id: string | null;
  /** JSON: DatasetVersionRef, ModelSignature, metrics by name, headline. */
  dataset: string | null;
  signature: string | null;
  metrics: string;
  headline: string | null;
}

export interface ModelAliasTable {
  model: number;
  alias: string;
  version: number;
}

export interface RegisteredModelTagTable {
  model: number;
  key: string;
  value: string;
}

export interface ModelVersionTagTable extends RegisteredModelTagTable {
  version: number;
}

export interface PreflightReportTable {
  id: string;
  bundle_digest: string;
  environment: string;
  created_at: number;
  /** JSON of the contract's PreflightReport. */
  report: string;
}

export interface PromotionTable {
  id: string;
  model: string;
  version: number;
  bundle_digest: string;
  environment: 'dev' | 'staging' | 'production';
  service: string;
  reason: string;
  state: 'preflight' | 'refused' | 'releasing' | 'running' | 'failed';
  step: string;
  message: string | null;
  service_url: string | null;
  preflight_id: string | null;
  created_at: number;
  updated_at: number;
  /** Id of the server that runs it; null: it is from before servers had one. */
  server: string | null;
}

export interface ServiceTable {
  name: string;
  environment: string;
  /** JSON of the contract's ReleaseManifest and ModelSignature. */
  release: string;
  signature: string;
  created_at: number;
  updated_at: number;
}

export interface UserAccountTable {
  name: string;
  /** Digest with the parameters that it was made with, see access/password.ts. */
  password: string;
  /** 1: administrator of the whole server. */
  is_admin: number;
  created_at: number;
}

export interface ProjectTable {
  name: string;
  created_at: number;
}

export interface ProjectMemberTable {
  project: string;
  user_name: string;
  role: 'viewer' | 'developer' | 'approver' | 'admin';
}

export interface ApiTokenTable {
  id: string;
  /** SHA-256 of the secret. */
  digest: string;
  user_name: string;
  description: string;
  /** JSON array of the contract's Scope. */
  scopes: string;
  project: string | null;
  created_at: number;
  expires_at: number | null;
}

/** Sessions that do not belong to the default project. */
export interface SessionProjectTable {
  session: string;
  project: string;
}

/** A live event of the servers that share a database; on SQLite there is one server, which needs no table for them. */
export interface LiveEventTable {
  id: Generated<number>;
  /** JSON of the contract's ServerEvent. */
  event: string;
}

export interface WebhookTable {
  id: string;
  name: string;
  description: string | null;
  url: string;
  /** JSON array of `entity.action`. */
  events: string;
  /** Encrypted, see webhooks/secret-box.ts. */
  secret: string | null;
  status: 'ACTIVE' | 'DISABLED';
  created_at: number;
  updated_at: number;
}

export interface WebhookDeliveryTable {
  /** The same for every attempt: receivers know by it what they have had already. */
  id: string;
  webhook: string;
  /** JSON, as it is sent. */
  body: string;
  attempts: number;
  /** When it is to be tried (again); null: given up. */
  next_at: number | null;
  /** Why the last attempt failed. */
  error: string | null;
  created_at: number;
}

export interface Tables {
  webhook: WebhookTable;
  webhook_delivery: WebhookDeliveryTable;
  user_account: UserAccountTable;
  project: ProjectTable;
  project_member: ProjectMemberTable;
  api_token: ApiTokenTable;
  session_project: SessionProjectTable;
  experiment: ExperimentTable;
  experiment_tag: ExperimentTagTable;
  run: RunTable;
  key: KeyTable;
  series: SeriesTable;
  param: KeyedTextTable;
  tag: KeyedTextTable;
  point: PointTable;
  run_input: RunInputTable;
  run_artifact: RunArtifactTable;
  logged_model: LoggedModelTable;
  logged_model_metric: LoggedModelMetricTable;
  logged_model_artifact: LoggedModelArtifactTable;
  run_logged_model: RunLoggedModelTable;
  session: SessionTable;
  session_sender: SessionSenderTable;
  cell_execution: CellExecutionTable;
  cell_output: CellOutputTable;
  session_blob: SessionBlobTable;
  cell_run: CellRunTable;
  blob: BlobTable;
  upload: UploadTable;
  upload_part: UploadPartTable;
  dataset: DatasetTable;
  dataset_version: DatasetVersionTable;
  dataset_parent: DatasetParentTable;
  bundle: BundleTable;
  bundle_file: BundleFileTable;
  registered_model: RegisteredModelTable;
  model_version: ModelVersionTable;
  model_alias: ModelAliasTable;
  registered_model_tag: RegisteredModelTagTable;
  model_version_tag: ModelVersionTagTable;
  preflight_report: PreflightReportTable;
  promotion: PromotionTable;
  service: ServiceTable;
  live_event: LiveEventTable;
}
