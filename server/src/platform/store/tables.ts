import type {
  ExperimentTable,
  ExperimentTagTable,
  RunTable,
  KeyTable,
  SeriesTable,
  KeyedTextTable,
  PointTable,
  RunInputTable,
  RunArtifactTable,
  SharedArtifactTable,
  LoggedModelTable,
  LoggedModelMetricTable,
  LoggedModelArtifactTable,
  RunLoggedModelTable
} from './tables/tracking.js';
import type {
  SessionTable,
  SessionSenderTable,
  CellExecutionTable,
  CellOutputTable,
  SessionBlobTable,
  CellRunTable
} from './tables/notebook.js';
import type {
  BlobTable,
  UploadTable,
  UploadPartTable,
  DatasetTable,
  DatasetVersionTable,
  DatasetParentTable,
  BundleTable,
  BundleFileTable,
  RegisteredModelTable,
  ModelVersionTable,
  ModelAliasTable,
  RegisteredModelTagTable,
  ModelVersionTagTable,
  PreflightReportTable,
  PromotionTable,
  ServiceTable
} from './tables/catalogue.js';
import type {
  UserAccountTable,
  ProjectTable,
  ProjectMemberTable,
  ApiTokenTable,
  SessionProjectTable,
  LiveEventTable,
  WebhookTable,
  WebhookDeliveryTable
} from './tables/access.js';

export type * from './tables/tracking.js';
export type * from './tables/notebook.js';
export type * from './tables/catalogue.js';
export type * from './tables/access.js';

/*
 * The tables as the query layer sees them. Timestamps are milliseconds since the epoch. Columns that hold JSON say so;
 * they are written and parsed by the domain folder that owns the table.
 */

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
  shared_artifact: SharedArtifactTable;
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
