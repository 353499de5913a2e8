import { numberOf } from '../../../platform/store/metric-value.js';
import type { MetricPoint } from '@slipway/contract';
import type { App } from '../../../app.js';
import { invalidParameter, missingParameter, SEE_DOCS, type MlflowError } from '../errors.js';
import { experimentNumber } from './experiments.js';
import { nextPage, readPage } from '../page.js';
import { present, toMetric } from '../entities.js';
import type { RpcRequest } from '../request.js';
import { PiecewiseAnswer, type Rpc } from '../rpc.js';
import { runId } from './runs.js';

const MOST_POINTS = 2_000_000;
const MOST_RUNS = 100;
const MOST_POINTS_PER_RUN = 2500;
const MOST_POINTS_IN_BULK = 25_000;
const MOST_EXPERIMENTS = 20;

/** The points of metrics, of one run and of many, and the datasets of experiments. */
export function historyRpcs({ runs }: App): Rpc[] {
  const searchDatasets = async (request: RpcRequest): Promise<object> => {
    const experiments = request.texts('experiment_ids');
    if (experiments.length === 0) {
      throw invalidParameter('SearchDatasets request must specify at least one experiment_id.');
    }
    if (experiments.length > MOST_EXPERIMENTS) {
      throw invalidParameter(
        `SearchDatasets request cannot specify more than ${MOST_EXPERIMENTS} experiment_ids. Received ` +
          `${experiments.length} experiment_ids.`
      );
    }
    const found = await runs.datasetsOf(experiments.map(experimentNumber));
    return present(
      'dataset_summaries',
      found.map(({ exp, name, digest, context }) => ({
        experiment_id: String(exp),
        name,
        digest,
        ...(context === '' ? {} : { context })
      }))
    );
  };
  return [
    {
      method: 'GET',
      path: '/mlflow/metrics/get-history',
      access: { scope: 'read', on: [{ kind: 'run', at: 'run_id' }] },
      handle: async request => {
        const run_id = runId(request);
        const key = request.text('metric_key');
        const page = readPage(request, MOST_POINTS, MOST_POINTS);
        const history = await runs.historyAsJson(run_id, key, page);
        return history === undefined
          ? {}
          : new PiecewiseAnswer('metrics', history.pieces, nextPage(page, history.more));
      }
    },
    {
      method: 'GET',
      path: '/mlflow/metrics/get-history-bulk-interval',
      access: { scope: 'read', on: [{ kind: 'run', at: 'run_ids[]' }] },
      handle: async request => {
        const ids = intervalRuns(request);
        const key = request.text('metric_key');
        const most = pointsPerRun(request);
        const steps = interval(request);
        const metrics: object[] = [];
        for (const run_id of ids) {
          const points = await runs.pointsAt(run_id, key, steps, total => samplePlaces(total, most));
          metrics.push(...points.map(point => ({ ...toMetric(key, point), run_id })));
        }
        return present('metrics', metrics);
      }
    },
    {
      method: 'GET',
      path: '/mlflow/metrics/get-history-bulk',
      access: { scope: 'read', on: [{ kind: 'run', at: 'run_id[]' }] },
      browsersOnly: true,
      handle: async request => {
        const ids = request.texts('run_id');
        if (ids.length === 0) {
          throw invalidParameter('GetMetricHistoryBulk request must specify at least one run_id.');
        }
        if (ids.length > MOST_RUNS) {
          throw invalidParameter(
            `GetMetricHistoryBulk request cannot specify more than ${MOST_RUNS} run_ids. Received ${ids.length} run_ids.`
          );
        }
        const key = request.optionalText('metric_key');
        if (key === undefined) {
          throw invalidParameter('GetMetricHistoryBulk request must specify a metric_key.');
        }
        const most = Math.min(request.optionalInteger('max_results') ?? MOST_POINTS_IN_BULK, MOST_POINTS_IN_BULK);
        return { metrics: (await bulk(runs, ids, key)).slice(0, most) };
      }
    },
    {
      method: 'POST',
      path: '/mlflow/experiments/search-datasets',
      access: { scope: 'read', on: [{ kind: 'experiment', at: 'experiment_ids[]' }] },
      handle: searchDatasets
    },
    // The published client calls it without the slash after the version.
    {
      method: 'POST',
      path: 'mlflow/experiments/search-datasets',
      access: { scope: 'read', on: [{ kind: 'experiment', at: 'experiment_ids[]' }] },
      handle: searchDatasets
    }
  ];
}

/** All points of the runs that exist, by run, time, step and value. */
async function bulk(runs: App['runs'], ids: readonly string[], key: string): Promise<object[]> {
  const metrics: object[] = [];
  for (const run_id of [...new Set(ids)].sort()) {
    const points = await runs.history(run_id, key);
    const sorted = points.sort((a, b) => a.timestamp - b.timestamp || a.step - b.step || order(a.value, b.value));
    metrics.push(...sorted.map(point => ({ ...toMetric(key, point), run_id })));
  }
  return metrics;
}

function order(a: MetricPoint['value'], b: MetricPoint['value']): number {
  const [first, second] = [numberOf(a), numberOf(b)];
  if (Number.isNaN(first) || Number.isNaN(second)) {
    return Number(a === 'NaN') - Number(b === 'NaN');
  }
  return Number(first > second) - Number(first < second);
}

function intervalRuns(request: RpcRequest): string[] {
  const ids = request.texts('run_ids');
  if (ids.length === 0) {
    throw missingParameter('run_ids');
  }
  if (ids.length > MOST_RUNS) {
    throw refusal(
      `GetMetricHistoryBulkInterval request must specify at most ${MOST_RUNS} run_ids. Received ${ids.length} run_ids.`
    );
  }
  return ids;
}

function pointsPerRun(request: RpcRequest): number {
  const most = request.optionalInteger('max_results') ?? MOST_POINTS_PER_RUN;
  if (most < 1 || most > MOST_POINTS_PER_RUN) {
    throw refusal(`max_results must be between 1 and ${MOST_POINTS_PER_RUN}.`);
  }
  return most;
}

function interval(request: RpcRequest): { first: number; last: number } | undefined {
  const first = request.optionalInteger('start_step');
  const last = request.optionalInteger('end_step');
  if (first === undefined && last === undefined) {
    return undefined;
  }
  if (first === undefined || last === undefined) {
    throw invalidParameter('If either start step or end step are specified, both must be specified.');
  }
  if (first > last) {
    throw invalidParameter(`end_step must be greater than start_step. Found start_step=${first} and end_step=${last}.`);
  }
  return { first, last };
}

function refusal(message: string): MlflowError {
  return invalidParameter(`${message} ${SEE_DOCS}`);
}

/**
 * Where to look in a series: the first point of each of `most` parts that are as equal as can be, larger ones first; the last of them is always the
 * last point.
 */
export function samplePlaces(total: number, most: number): number[] {
  if (total <= most) {
    return Array.from({ length: total }, (_, place) => place);
  }
  const size = Math.floor(total / most);
  const larger = total % most;
  return Array.from({ length: most }, (_, part) =>
    part === most - 1 ? total - 1 : part * size + Math.min(part, larger)
  );
}
