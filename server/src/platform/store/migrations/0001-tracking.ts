import type { Migration } from './schema-dialect.js';

/**
 * Experiments, runs and metric points. Keys of metrics, parameters and tags are numbered per experiment, so that the
 * value indexes are scoped to one experiment. `series` holds the latest point of each metric of a run; `point` has no
 * index but its key, which also makes an exact duplicate idempotent.
 */
export const tracking: Migration = {
  name: '0001-tracking',
  statements: ({ identity, keyed }) => [
    `create table experiment(
      id ${identity}, name text not null unique, artifact_location text, life bigint not null default 0,
      created_at bigint not null, updated_at bigint not null)`,
    `create table experiment_tag(
      exp bigint not null, key text not null, value text not null, primary key(exp, key)) ${keyed}`,
    `create table run(
      id ${identity}, uuid text not null unique, exp bigint not null, life bigint not null default 0,
      start_time bigint not null, end_time bigint, status bigint not null, name text not null, user_name text not null,
      session bigint, lost bigint not null default 0, progress text, failure text)`,
    `create index run_list on run(exp, life, start_time desc, uuid)`,
    `create index run_recent on run(life, start_time desc, uuid)`,
    `create index run_running on run(session) where status = 1`,
    `create table key(id ${identity}, exp bigint not null, name text not null, unique(exp, name))`,
    `create table series(
      run bigint not null, key bigint not null, sid bigint not null, step bigint not null, ts bigint not null,
      value double precision not null, primary key(run, key)) ${keyed}`,
    `create index series_val on series(key, value, run)`,
    `create table param(
      run bigint not null, key bigint not null, value text not null, primary key(run, key)) ${keyed}`,
    `create index param_val on param(key, value, run)`,
    `create table tag(
      run bigint not null, key bigint not null, value text not null, primary key(run, key)) ${keyed}`,
    `create index tag_val on tag(key, value, run)`,
    `create table point(
      sid bigint not null, step bigint not null, ts bigint not null, value double precision not null,
      primary key(sid, step, ts, value)) ${keyed}`,
    `create table run_input(
      run bigint not null, name text not null, digest text not null, context text not null, version bigint,
      details text, primary key(run, name, digest, context)) ${keyed}`,
    `create index run_input_dataset on run_input(name, version)`,
    `create table run_artifact(
      run bigint not null, path text not null, sha256 text not null, size bigint not null, created_at bigint not null,
      primary key(run, path)) ${keyed}`,
    `create table logged_model(
      id text not null primary key, exp bigint not null, name text not null, status text not null,
      model_type text not null, source_run text, created_at bigint not null, updated_at bigint not null,
      params text not null, tags text not null) ${keyed}`,
    `create table logged_model_artifact(
      model text not null, path text not null, sha256 text not null, size bigint not null, created_at bigint not null,
      primary key(model, path)) ${keyed}`,
    `create table run_logged_model(
      run bigint not null, model text not null, direction text not null, step bigint not null,
      primary key(run, model, direction)) ${keyed}`,
    `insert into experiment(id, name, created_at, updated_at) values(0, 'Default', 0, 0)`
  ]
};
