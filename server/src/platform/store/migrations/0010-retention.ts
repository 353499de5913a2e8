import type { Migration } from './schema-dialect.js';

/**
 * What garbage collection goes by: when a blob was last claimed by an upload, when a run or experiment was deleted; and
 * uploads in parts, whose parts are blobs until they are put together.
 */
export const retention: Migration = {
  name: '0010-retention',
  statements: ({ keyed }) => [
    `alter table blob add column claimed_at bigint not null default 0`,
    `update blob set claimed_at = created_at`,
    `alter table run add column deleted_at bigint`,
    `alter table experiment add column deleted_at bigint`,
    `create index run_deleted on run(deleted_at) where deleted_at is not null`,
    `create table upload(id text not null primary key, location text not null, created_at bigint not null) ${keyed}`,
    `create table upload_part(
      upload text not null, number bigint not null, sha256 text not null, size bigint not null,
      primary key(upload, number)) ${keyed}`
  ]
};
