import type { Migration } from './schema-dialect.js';

/**
 * The registry's write side as MLflow's clients use it: versions without a bundle, whose files are where `source` says,
 * tags, and deleted versions, whose numbers are never given again.
 */
export const mlflowRegistry: Migration = {
  name: '0004-mlflow-registry',
  statements: ({ identity, keyed }) => [
    `create table model_version_wider(
      id ${identity}, model bigint not null, version bigint not null, bundle_digest text,
      created_at bigint not null, updated_at bigint not null, description text not null, stage text not null,
      deleted bigint not null default 0, source text, location text, run_link text not null default '',
      logged_model text, run_id text, session_id text, dataset text, signature text, metrics text not null,
      headline text, unique(model, version))`,
    `insert into model_version_wider(id, model, version, bundle_digest, created_at, updated_at, description, stage,
      run_id, session_id, dataset, signature, metrics, headline)
      select id, model, version, bundle_digest, created_at, updated_at, description, stage,
      run_id, session_id, dataset, signature, metrics, headline from model_version`,
    `drop table model_version`,
    `alter table model_version_wider rename to model_version`,
    `create index model_version_run on model_version(run_id)`,
    `create table registered_model_tag(
      model bigint not null, key text not null, value text not null, primary key(model, key)) ${keyed}`,
    `create table model_version_tag(
      model bigint not null, version bigint not null, key text not null, value text not null,
      primary key(model, version, key)) ${keyed}`
  ]
};
