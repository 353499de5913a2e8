import { z } from 'zod';
import type { AccessRule } from './access.js';
import { accessRoutes } from './access-routes.js';
import { NewModelVersion } from './bundles.js';
import { DatasetSummary, DatasetVersion, NewDatasetVersion } from './datasets.js';
import { ServerStatus } from './discovery.js';
import { RecordedOutputs } from './outputs.js';
import { PreflightReport, PreflightRequest } from './preflight.js';
import { NewPromotion, Promotion } from './promotions.js';
import { RecordBatch, RecordBatchAnswer } from './records.js';
import { ModelVersion, RegisteredModel } from './registry.js';
import { GarbageReport, GarbageRequest } from './retention.js';
import { MetricSeries, RunComparison, RunDetail, RunStatus, RunSummary } from './runs.js';
import type { RouteSpec } from './route-spec.js';
import { BundleDigest, CellExecutionId, EntityName, RelativePath, RunId, SessionId, Sha256 } from './scalars.js';
import { Service, TestAnswer, TestRequest } from './services.js';
import { FoundCell, NotebookSession, SessionCell, SessionDetail } from './sessions.js';

const page = {
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  page_token: z.string().optional()
};
const model = z.object({ name: EntityName });
const modelVersion = model.extend({ version: z.coerce.number().int().positive() });
const run = z.object({ run_id: RunId });
const session = z.object({ session_id: SessionId });

const seesSome: AccessRule = { scope: 'read', on: 'visible' };
const readsRun: AccessRule = { scope: 'read', on: [{ kind: 'run', at: 'params.run_id' }] };
const readsSession: AccessRule = { scope: 'read', on: [{ kind: 'session', at: 'params.session_id' }] };
const readsModel: AccessRule = { scope: 'read', on: [{ kind: 'model', at: 'params.name' }] };

/** Every route of the API, by operation name. Server, clients and the OpenAPI document are made from this table. */
export const routes = {
  getStatus: {
    method: 'GET',
    path: '/api/v1/status',
    summary: 'Server, services, kernels',
    access: seesSome,
    answer: ServerStatus
  },
  streamEvents: {
    method: 'GET',
    path: '/api/v1/events',
    summary: 'Live events (server-sent)',
    access: seesSome,
    answer: 'events'
  },
  postRecords: {
    method: 'POST',
    path: '/api/v1/records',
    summary: 'What a kernel spooled: sessions, cells, runs, metrics',
    access: { scope: 'log', on: [{ kind: 'session', at: 'body.session_id' }] },
    body: RecordBatch,
    answer: RecordBatchAnswer
  },

  listSessions: {
    method: 'GET',
    path: '/api/v1/sessions',
    summary: 'Notebook sessions, newest first',
    access: seesSome,
    query: z.object({
      ...page,
      notebook: z.string().max(1000).optional().describe('Path of the notebook, or the end of it after a slash.')
    }),
    answer: z.object({ sessions: z.array(NotebookSession), next_page_token: z.string().optional() })
  },
  getSession: {
    method: 'GET',
    path: '/api/v1/sessions/{session_id}',
    summary: 'One notebook session, and whether restart-and-run-all would repeat it',
    access: readsSession,
    params: session,
    answer: SessionDetail
  },
  listSessionCells: {
    method: 'GET',
    path: '/api/v1/sessions/{session_id}/cells',
    summary: 'Executed cells of a session in order',
    access: readsSession,
    params: session,
    query: z.object({
      detail: z
        .enum(['full', 'marks'])
        .default('full')
        .describe('marks: sources are empty, and errors come without traceback.')
    }),
    answer: z.object({ cells: z.array(SessionCell) })
  },

  getCellOutputs: {
    method: 'GET',
    path: '/api/v1/sessions/{session_id}/cells/{execution_id}/outputs',
    summary: 'What an executed cell has shown',
    access: readsSession,
    params: z.object({ session_id: SessionId, execution_id: CellExecutionId }),
    answer: RecordedOutputs
  },

  searchCells: {
    method: 'GET',
    path: '/api/v1/cells',
    summary: 'Executed cells whose source holds all words, newest first',
    access: seesSome,
    query: z.object({
      text: z.string().min(1).max(500).describe('Words, or beginnings of words.'),
      limit: z.coerce.number().int().min(1).max(200).default(50)
    }),
    answer: z.object({ cells: z.array(FoundCell) })
  },

  listRuns: {
    method: 'GET',
    path: '/api/v1/runs',
    summary: 'Runs, newest first',
    access: { scope: 'read', on: [{ kind: 'experiment', at: 'query.experiment_id' }] },
    query: z.object({
      ...page,
      text: z
        .string()
        .max(500)
        .optional()
        .describe('Words in name, experiment, tags, parameters or the cells that made it.'),
      status: RunStatus.optional(),
      experiment_id: z.string().optional()
    }),
    answer: z.object({ runs: z.array(RunSummary), next_page_token: z.string().optional() })
  },
  compareRuns: {
    method: 'POST',
    path: '/api/v1/runs/compare',
    summary: 'Parameters, metrics, tags and inputs of runs side by side',
    access: { scope: 'read', on: [{ kind: 'run', at: 'body.run_ids[]' }] },
    body: z.object({ run_ids: z.array(RunId).min(2).max(50) }),
    answer: RunComparison
  },
  getRun: {
    method: 'GET',
    path: '/api/v1/runs/{run_id}',
    summary: 'One run',
    access: readsRun,
    params: run,
    answer: RunDetail
  },
  getRunMetrics: {
    method: 'GET',
    path: '/api/v1/runs/{run_id}/metrics',
    summary: 'Metric series of a run, thinned for charts',
    access: readsRun,
    params: run,
    query: z.object({ points: z.coerce.number().int().min(2).max(5000).default(500) }),
    answer: z.object({ series: z.array(MetricSeries) })
  },
  listRunCells: {
    method: 'GET',
    path: '/api/v1/runs/{run_id}/cells',
    summary: 'The cells that made a run',
    access: readsRun,
    params: run,
    answer: z.object({ cells: z.array(SessionCell) })
  },
  putRunArtifact: {
    method: 'POST',
    path: '/api/v1/runs/{run_id}/artifacts',
    summary: 'Attach an uploaded blob to a run under a relative name',
    access: { scope: 'log', on: [{ kind: 'run', at: 'params.run_id' }] },
    params: run,
    body: z.object({ path: RelativePath, sha256: Sha256 }),
    answer: z.object({})
  },

  putBlob: {
    method: 'PUT',
    path: '/api/v1/blobs/{sha256}',
    summary: 'Store bytes under their SHA-256',
    access: { scope: 'log', on: 'visible' },
    params: z.object({ sha256: Sha256 }),
    body: 'bytes',
    answer: z.object({ sha256: Sha256, size: z.number().int(), existed: z.boolean() })
  },
  getBlob: {
    method: 'GET',
    path: '/api/v1/blobs/{sha256}',
    summary: 'The bytes of a blob',
    access: { scope: 'read', on: [{ kind: 'blob', at: 'params.sha256' }] },
    params: z.object({ sha256: Sha256 }),
    answer: 'bytes'
  },

  listDatasets: {
    method: 'GET',
    path: '/api/v1/datasets',
    summary: 'Datasets with their versions, newest first',
    access: seesSome,
    answer: z.object({ datasets: z.array(DatasetSummary) })
  },
  createDatasetVersion: {
    method: 'POST',
    path: '/api/v1/datasets/{name}/versions',
    summary: 'Register a dataset version; the same digest gives the same version back',
    access: {
      scope: 'register',
      on: [
        { kind: 'dataset', at: 'params.name' },
        { kind: 'dataset', at: 'body.parents[].name', scope: 'read' }
      ]
    },
    params: z.object({ name: EntityName }),
    body: NewDatasetVersion,
    answer: DatasetVersion
  },
  getDatasetVersion: {
    method: 'GET',
    path: '/api/v1/datasets/{name}/versions/{version}',
    summary: 'One dataset version',
    access: { scope: 'read', on: [{ kind: 'dataset', at: 'params.name' }] },
    params: modelVersion,
    answer: DatasetVersion
  },

  listModels: {
    method: 'GET',
    path: '/api/v1/models',
    summary: 'Registered models with their versions',
    access: seesSome,
    answer: z.object({ models: z.array(RegisteredModel) })
  },
  createModelVersion: {
    method: 'POST',
    path: '/api/v1/models/{name}/versions',
    summary: 'Register a bundle whose files were uploaded as blobs; all or nothing',
    access: {
      scope: 'register',
      on: [
        { kind: 'model', at: 'params.name' },
        { kind: 'run', at: 'body.run_id', scope: 'read' }
      ]
    },
    params: model,
    body: NewModelVersion,
    answer: ModelVersion
  },
  getModelVersion: {
    method: 'GET',
    path: '/api/v1/models/{name}/versions/{version}',
    summary: 'One model version',
    access: readsModel,
    params: modelVersion,
    answer: ModelVersion
  },
  getBundle: {
    method: 'GET',
    path: '/api/v1/bundles/{digest}',
    summary: 'The files of a bundle',
    access: { scope: 'read', on: [{ kind: 'bundle', at: 'params.digest' }] },
    params: z.object({ digest: BundleDigest }),
    answer: z.object({
      digest: BundleDigest,
      files: z.array(z.object({ path: RelativePath, sha256: Sha256, size: z.number() }))
    })
  },

  createPreflight: {
    method: 'POST',
    path: '/api/v1/preflights',
    summary: 'Run the preflight checks of a model version for an environment',
    access: { scope: 'register', on: [{ kind: 'model', at: 'body.model' }] },
    body: PreflightRequest,
    answer: PreflightReport
  },
  createPromotion: {
    method: 'POST',
    path: '/api/v1/promotions',
    summary: 'Bring a model version to an environment; answers at once, progress comes as events',
    access: { scope: 'promote', on: [{ kind: 'model', at: 'body.model' }] },
    body: NewPromotion,
    answer: Promotion
  },
  getPromotion: {
    method: 'GET',
    path: '/api/v1/promotions/{promotion_id}',
    summary: 'One promotion',
    access: { scope: 'read', on: [{ kind: 'promotion', at: 'params.promotion_id' }] },
    params: z.object({ promotion_id: z.string().max(64) }),
    answer: Promotion
  },

  listServices: {
    method: 'GET',
    path: '/api/v1/services',
    summary: 'Services and where they answer',
    access: seesSome,
    answer: z.object({ services: z.array(Service) })
  },
  testService: {
    method: 'POST',
    path: '/api/v1/services/{name}/test',
    summary: "Send a request to a service's /predict and show its answer",
    access: { scope: 'log', on: [{ kind: 'service', at: 'params.name' }] },
    params: z.object({ name: EntityName }),
    body: TestRequest,
    answer: TestAnswer
  },

  collectGarbage: {
    method: 'POST',
    path: '/api/v1/gc',
    summary: 'Take away for good what was deleted long ago, and files that nothing names',
    access: { scope: 'admin', on: 'server' },
    body: GarbageRequest,
    answer: GarbageReport
  },

  ...accessRoutes
} as const satisfies Record<string, RouteSpec>;

export type Routes = typeof routes;
export type Operation = keyof Routes;

type InputOf<S> = S extends z.ZodType ? z.input<S> : never;
export type Params<O extends Operation> = Routes[O] extends { params: infer S } ? InputOf<S> : undefined;
export type Query<O extends Operation> = Routes[O] extends { query: infer S } ? InputOf<S> : undefined;
export type Body<O extends Operation> = Routes[O] extends { body: infer S } ? InputOf<S> : undefined;
export type Answer<O extends Operation> = Routes[O]['answer'] extends z.ZodType ? z.output<Routes[O]['answer']> : never;
