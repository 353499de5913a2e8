import type { Migration } from './schema-dialect.js';

/**
 * Users, their roles in projects, and their API tokens: of passwords and tokens only digests. A notebook session belongs
 * to the default project unless it is listed. The indexes by content tell whose a bundle or a blob is.
 */
export const access: Migration = {
  name: '0008-access',
  statements: ({ keyed }) => [
    `create table user_account(
      name text not null primary key, password text not null, is_admin bigint not null, created_at bigint not null) ${keyed}`,
    `create table project(name text not null primary key, created_at bigint not null) ${keyed}`,
    `create table project_member(
      project text not null, user_name text not null, role text not null, primary key(project, user_name)) ${keyed}`,
    `create index project_member_user on project_member(user_name)`,
    `create table api_token(
      id text not null primary key, digest text not null, user_name text not null, description text not null,
      scopes text not null, project text, created_at bigint not null, expires_at bigint) ${keyed}`,
    `create index api_token_user on api_token(user_name)`,
    `create table session_project(session text not null primary key, project text not null) ${keyed}`,
    `create index model_version_bundle on model_version(bundle_digest)`,
    `create index bundle_file_blob on bundle_file(sha256)`,
    `create index run_artifact_blob on run_artifact(sha256)`,
    `create index logged_model_artifact_blob on logged_model_artifact(sha256)`,
    `create index dataset_version_blob on dataset_version(content_sha256)`
  ]
};
