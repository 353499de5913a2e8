import { z } from 'zod';
import type { AccessRule } from '../access.js';
import { MetricSeries, RunComparison, RunDetail, RunGroup, RunModelFiles, RunStatus, RunSummary } from '../runs.js';
import { RelativePath, RunId, Sha256 } from '../scalars.js';
import { SessionCell } from '../sessions.js';
import { page, seesSome } from './lists.js';
import type { RouteSpec } from './route-spec.js';

const filter = {
  text: z
    .string()
    .max(500)
    .optional()
    .describe(
      'Words in name, experiment, values of tags and parameters or the cells that made it, or whole names of tags and parameters.'
    ),
  status: RunStatus.optional()
};
const run = z.object({ run_id: RunId });
const readsRun: AccessRule = { scope: 'read', on: [{ kind: 'run', at: 'params.run_id' }] };

/** Runs: what they logged, and what made them. */
export const runsRoutes = {
  listRuns: {
    method: 'GET',
    path: '/api/v1/runs',
    summary: 'Runs, newest first',
    access: { scope: 'read', on: [{ kind: 'experiment', at: 'query.experiment_id' }] },
    query: z.object({
      ...page,
      ...filter,
      experiment_id: z.string().optional()
    }),
    answer: z.object({ runs: z.array(RunSummary), next_page_token: z.string().optional() })
  },
  listRunGroups: {
    method: 'GET',
    path: '/api/v1/run-groups',
    summary: 'Experiments with the newest runs of each, the experiment with the newest run first',
    access: seesSome,
    query: z.object({
      limit: z.coerce.number().int().min(1).max(500).default(50).describe('How many experiments.'),
      runs: z.coerce.number().int().min(1).max(100).default(10).describe('How many runs of each.'),
      ...filter
    }),
    answer: z.object({ groups: z.array(RunGroup), has_more: z.boolean() })
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
  putRunModel: {
    method: 'PUT',
    path: '/api/v1/runs/{run_id}/model',
    summary: 'Store the model that a run trained with it, from uploaded blobs; all or nothing, instead of one before',
    access: { scope: 'log', on: [{ kind: 'run', at: 'params.run_id' }] },
    params: run,
    body: RunModelFiles,
    answer: z.object({})
  }
} as const satisfies Record<string, RouteSpec>;
