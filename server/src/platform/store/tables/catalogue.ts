import type { Generated } from 'kysely';

/* Blobs, datasets, bundles, the registry, promotions and services. */

export interface BlobTable {
  sha256: string;
  size: number;
  created_at: number;
  /** When its bytes were last uploaded: what nothing refers to is kept for a while after that. */
  claimed_at: number;
}

/** An upload in parts that is under way. */
export interface UploadTable {
  id: string;
  /** Where the complete file will be stored, as the client named it. */
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
  /** What an MLflow client said about where the files are stored, and where that led; null for a bundle. Never opened. */
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
