import type { Migration } from './schema-dialect.js';

/** Notebook sessions and the cells that they executed. `last_seq` and `missing` make record delivery exactly once. */
export const notebook: Migration = {
  name: '0002-notebook',
  statements: ({ identity, keyed }) => [
    `create table session(
      id ${identity}, uuid text not null unique, kernel text not null, language text not null,
      notebook_path text not null, started_at bigint not null, ended_at bigint, last_seen_at bigint not null,
      state text not null, pid bigint, environment text, last_seq bigint not null default 0,
      missing text not null default '[]', cell_count bigint not null default 0)`,
    `create index session_recent on session(started_at desc, uuid)`,
    `create index session_state on session(state)`,
    `create table cell_execution(
      id ${identity}, uuid text not null unique, session bigint not null, position bigint not null,
      execution_count bigint, cell_id text, message_id text not null, source text not null,
      source_sha256 text not null, status text not null, started_at bigint not null, duration_ms double precision,
      error text, reads text not null default '[]', writes text not null default '[]')`,
    `create index cell_position on cell_execution(session, position)`,
    `create table cell_run(cell bigint not null, run_id text not null, primary key(cell, run_id)) ${keyed}`,
    `create index cell_run_by_run on cell_run(run_id)`
  ]
};
