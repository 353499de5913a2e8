import type { Migration } from './schema-dialect.js';

/**
 * Sessions that pages of JupyterLab record, several at once: each page counts its records on its own. What a cell read
 * is known by the executions that wrote it, and the order of the cells by what the notebook shows.
 */
export const observedSessions: Migration = {
  name: '0005-observed-sessions',
  statements: ({ keyed }) => [
    `alter table session add column recorder text not null default 'kernel'`,
    `alter table session add column cell_order text`,
    `alter table cell_execution add column depends_on text`,
    `create index cell_by_start on cell_execution(started_at)`,
    `create table session_sender(
      session bigint not null, sender text not null, last_seq bigint not null, missing text not null,
      primary key(session, sender)) ${keyed}`,
    `create index run_by_session on run(session) where session is not null`
  ]
};
