import { storedFile } from '../../platform/artifacts/stored-file.js';
import type { View } from '../../governance/access/view.js';
import type { App } from '../../app.js';
import { accessHandlers } from './access-handlers.js';
import type { ServerIdentity } from './server.js';
import type { Handlers } from './api-types.js';

/** What each operation of the contract does; each is a call of a domain folder. */
export function apiHandlers(app: App, identity: ServerIdentity): Handlers {
  const { runs, sessions, datasets, registry, services, preflights, promotions } = app;
  return {
    ...accessHandlers(app.access),

    getStatus: ({ view }) => status(app, identity, view),
    postRecords: async ({ body, view }) => {
      const { batch, refused } = await app.access.records.permitted(view.principal, body);
      const answer = await sessions.ingest(batch);
      return refused.length === 0 ? answer : { ...answer, refused: [...refused, ...answer.refused] };
    },

    listSessions: ({ query, view }) => sessions.list({ ...query, projects: view.projects }),
    getSession: ({ params }) => sessions.detail(params.session_id),
    listSessionCells: async ({ params, query }) => ({ cells: await sessions.cells(params.session_id, query.detail) }),
    getCellOutputs: ({ params }) => sessions.outputs(params.session_id, params.execution_id),

    searchCells: async ({ query, view }) => ({
      cells: await view.ofSessions(await sessions.searchCells(query.text, query.limit))
    }),

    listRuns: async ({ query, view }) => runs.list({ ...query, experiments: await view.experiments() }),
    listRunGroups: async ({ query, view }) => runs.groups({ ...query, experiments: await view.experiments() }),
    compareRuns: ({ body }) => runs.compare(body.run_ids),
    getRun: ({ params }) => runs.detail(params.run_id),
    getRunMetrics: async ({ params, query }) => ({ series: await runs.metrics(params.run_id, query.points) }),
    listRunCells: async ({ params, view }) => {
      await runs.row(params.run_id);
      return { cells: await view.ofSessions(await sessions.cellsOfRun(params.run_id)) };
    },
    putRunArtifact: async ({ params, body }) => {
      await app.artifacts.attach({ kind: 'run', run_id: params.run_id }, body.path, body.sha256);
      return {};
    },

    putRunModel: async ({ params, body }) => {
      await app.runModels.put(params.run_id, body);
      return {};
    },

    putBlob: ({ params, body }) => app.blobs.put(body, { sha256: params.sha256 }),
    getBlob: ({ params }) => storedFile(app.blobs, params.sha256),

    listDatasets: async ({ view }) => ({ datasets: await view.named(await datasets.list()) }),
    createDatasetVersion: ({ params, body }) => datasets.createVersion(params.name, body),
    getDatasetVersion: ({ params }) => datasets.version(params.name, params.version),

    listModels: async ({ view }) => ({ models: await view.named(await registry.list()) }),
    createModelVersion: ({ params, body }) => app.runModels.createVersion(params.name, body),
    getModelVersion: ({ params }) => registry.version(params.name, params.version),
    getBundle: ({ params }) => registry.bundle(params.digest),

    createPreflight: ({ body, signal }) => preflights.create(body, signal),
    createPromotion: ({ body }) => promotions.create(body),
    getPromotion: ({ params }) => promotions.get(params.promotion_id),

    collectGarbage: ({ body }) => app.retention.collect(body),

    listServices: async ({ view }) => ({ services: await view.named(await services.list()) }),
    testService: ({ params, body }) => services.test(params.name, body.body)
  };
}

async function status(app: App, identity: ServerIdentity, view: View): ReturnType<Handlers['getStatus']> {
  const { deliveries: _deliveries, database_bytes, artifact_bytes, ...counts } = await app.sizes.read();
  return {
    version: identity.version,
    pid: process.pid,
    url: identity.url(),
    data_dir: identity.folder.root,
    started_at: identity.startedAt,
    database_bytes,
    artifact_bytes,
    memory_bytes: process.memoryUsage.rss(),
    counts,
    services: await view.named(await app.services.list()),
    sessions: await view.ofSessions(await app.sessions.alive())
  };
}
