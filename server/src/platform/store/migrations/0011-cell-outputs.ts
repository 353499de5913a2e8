import type { Migration } from './schema-dialect.js';

/**
 * What cells have shown; and who told of a cell's start and end, because kernel and pages may both report the same
 * execution and the kernel's report takes precedence, whichever comes first.
 */
export const cellOutputs: Migration = {
  name: '0011-cell-outputs',
  statements: ({ keyed }) => [
    `create table cell_output(
      session_id text not null, execution_id text not null, from_kernel bigint not null, revision bigint not null,
      digest text not null, output_count bigint not null, left_out bigint not null, outputs text not null,
      primary key(session_id, execution_id)) ${keyed}`,
    `create table session_blob(
      session_id text not null, sha256 text not null, primary key(session_id, sha256)) ${keyed}`,
    `create index session_blob_by_hash on session_blob(sha256)`,
    `alter table cell_execution add column start_told bigint not null default 0`,
    `alter table cell_execution add column end_told bigint not null default 0`
  ]
};
