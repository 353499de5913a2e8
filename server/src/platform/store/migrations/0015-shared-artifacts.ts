import type { Migration } from './schema-dialect.js';

/** Files that clients put beside those of runs and models, under any path, as they can with MLflow's artifact proxy. */
export const sharedArtifacts: Migration = {
  name: '0015-shared-artifacts',
  statements: ({ keyed }) => [
    `create table shared_artifact(
      path text not null primary key, sha256 text not null, size bigint not null, created_at bigint not null) ${keyed}`,
    `create index shared_artifact_content on shared_artifact(sha256)`
  ]
};
