import type { Migration } from './schema-dialect.js';

/** Metrics that were measured of a logged model, maybe on a dataset; logged models that are deleted but not gone. */
export const loggedModelMetrics: Migration = {
  name: '0006-logged-model-metrics',
  statements: ({ keyed }) => [
    `alter table logged_model add column deleted bigint not null default 0`,
    `create index logged_model_list on logged_model(exp, deleted, created_at desc, id)`,
    `create table logged_model_metric(
      model text not null, name text not null, ts bigint not null, step bigint not null, run text not null,
      value double precision not null, dataset_name text, dataset_digest text,
      primary key(model, name, ts, step, run)) ${keyed}`
  ]
};
