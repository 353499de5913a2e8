import type { Migration } from './schema-dialect.js';

/** Blobs, dataset versions, bundles, the model registry, promotions and services. */
export const catalogue: Migration = {
  name: '0003-catalogue',
  statements: ({ identity, keyed }) => [
    `create table blob(sha256 text not null primary key, size bigint not null, created_at bigint not null) ${keyed}`,
    `create table dataset(id ${identity}, name text not null unique, created_at bigint not null)`,
    `create table dataset_version(
      id ${identity}, dataset bigint not null, version bigint not null, digest text not null,
      content_sha256 text not null, row_count bigint not null, columns text not null, time_column text,
      source text not null, derivation text, profile text not null, checks text not null, session_id text,
      cell_execution_id text, created_at bigint not null, unique(dataset, version), unique(dataset, digest))`,
    `create table dataset_parent(
      child bigint not null, name text not null, version bigint not null, primary key(child, name, version)) ${keyed}`,
    `create table bundle(digest text not null primary key, created_at bigint not null) ${keyed}`,
    `create table bundle_file(
      digest text not null, path text not null, sha256 text not null, size bigint not null,
      primary key(digest, path)) ${keyed}`,
    `create table registered_model(
      id ${identity}, name text not null unique, description text not null, created_at bigint not null,
      updated_at bigint not null)`,
    `create table model_version(
      id ${identity}, model bigint not null, version bigint not null, bundle_digest text not null,
      created_at bigint not null, updated_at bigint not null, description text not null, stage text not null,
      run_id text, session_id text, dataset text, signature text not null, metrics text not null, headline text,
      unique(model, version))`,
    `create index model_version_run on model_version(run_id)`,
    `create table model_alias(
      model bigint not null, alias text not null, version bigint not null, primary key(model, alias)) ${keyed}`,
    `create table preflight_report(
      id text not null primary key, bundle_digest text not null, environment text not null,
      created_at bigint not null, report text not null) ${keyed}`,
    `create table promotion(
      id text not null primary key, model text not null, version bigint not null, bundle_digest text not null,
      environment text not null, service text not null, reason text not null, state text not null, step text not null,
      message text, service_url text, preflight_id text, created_at bigint not null, updated_at bigint not null)`,
    `create index promotion_version on promotion(model, version, created_at)`,
    `create table service(
      name text not null primary key, environment text not null, release text not null, signature text not null,
      created_at bigint not null, updated_at bigint not null) ${keyed}`
  ]
};
