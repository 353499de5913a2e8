import type { Tables } from '../store/tables.js';

/** Every column that names a blob which must stay. */
export const BLOB_REFERENCES = [
  { table: 'run_artifact', column: 'sha256' },
  { table: 'logged_model_artifact', column: 'sha256' },
  { table: 'shared_artifact', column: 'sha256' },
  { table: 'dataset_version', column: 'content_sha256' },
  { table: 'bundle_file', column: 'sha256' },
  { table: 'session_blob', column: 'sha256' },
  { table: 'upload_part', column: 'sha256' }
] as const satisfies readonly { readonly table: keyof Tables; readonly column: string }[];
