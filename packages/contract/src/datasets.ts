import { z } from 'zod';
import { EntityName, Sha256, Timestamp } from './scalars.js';

/** `tensor`: a list of numbers, of one length in all rows. */
export const ColumnType = z.enum(['number', 'integer', 'boolean', 'string', 'date', 'timestamp', 'tensor']);
export type ColumnType = z.infer<typeof ColumnType>;

export const Column = z.object({ name: z.string(), type: ColumnType, nullable: z.boolean() });
export type Column = z.infer<typeof Column>;

/** Profile of one column. Numbers are in the column's own unit; `histogram` has `counts.length + 1` edges. */
export const ColumnProfile = z.object({
  name: z.string(),
  type: ColumnType,
  count: z.number().int().describe('Rows that have a value.'),
  missing: z.number().int(),
  distinct: z.number().int(),
  min: z.union([z.number(), z.string()]).nullable(),
  max: z.union([z.number(), z.string()]).nullable(),
  mean: z.number().nullable(),
  std: z.number().nullable(),
  quartiles: z.tuple([z.number(), z.number(), z.number()]).nullable(),
  histogram: z.object({ edges: z.array(z.number()), counts: z.array(z.number().int()) }).nullable(),
  top: z.array(z.object({ value: z.string(), count: z.number().int() })).describe('Most frequent values.')
});
export type ColumnProfile = z.infer<typeof ColumnProfile>;

export const QualityCheck = z.object({
  id: z.string(),
  title: z.string(),
  verdict: z.enum(['pass', 'warn', 'fail']),
  evidence: z.string()
});
export type QualityCheck = z.infer<typeof QualityCheck>;

export const DatasetVersionRef = z.object({ name: EntityName, version: z.number().int().positive() });
export type DatasetVersionRef = z.infer<typeof DatasetVersionRef>;

/** What a client sends; the content itself is a blob (Parquet) that was uploaded before. */
export const NewDatasetVersion = z.object({
  content_sha256: Sha256.describe('The rows as Parquet, uploaded as a blob before.'),
  digest: Sha256.describe('Digest of schema and rows; the same rows give the same version.'),
  row_count: z.number().int().nonnegative(),
  columns: z.array(Column).min(1),
  time_column: z.string().nullable(),
  source: z.string().describe('Where the rows came from, in words: a file name, a URL without credentials, a query.'),
  derivation: z.string().nullable().describe('How it was made from its parents; null for raw data.'),
  parents: z.array(DatasetVersionRef),
  profile: z.array(ColumnProfile),
  checks: z.array(QualityCheck),
  session_id: z.string().nullable(),
  cell_execution_id: z.string().nullable()
});
export type NewDatasetVersion = z.infer<typeof NewDatasetVersion>;

export const DatasetVersion = NewDatasetVersion.extend({
  name: EntityName,
  version: z.number().int().positive(),
  created_at: Timestamp,
  used_by_runs: z.array(z.string()).describe('Run ids, newest first, at most 50.')
});
export type DatasetVersion = z.infer<typeof DatasetVersion>;

export const DatasetSummary = z.object({
  name: EntityName,
  versions: z.array(
    DatasetVersion.pick({
      version: true,
      digest: true,
      row_count: true,
      created_at: true,
      time_column: true,
      source: true
    }).extend({
      column_count: z.number().int(),
      checks_passed: z.number().int(),
      checks_total: z.number().int(),
      run_count: z.number().int()
    })
  )
});
export type DatasetSummary = z.infer<typeof DatasetSummary>;
