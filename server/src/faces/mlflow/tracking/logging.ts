import type { AccessTarget } from '@slipway/contract';
import type { App } from '../../../app.js';
import type { ModelMetricEntry } from '../../../tracking/logged-models/logged-models.js';
import type { MetricEntry } from '../../../platform/store/operations.js';
import { invalidValue } from '../errors.js';
import { readDataset, withoutKnown } from './dataset-inputs.js';
import { checkBatchSize, checkParams, checkTags, readMetric } from './metric-fields.js';
import { RpcRequest, type JsonObject } from '../request.js';
import type { Rpc } from '../rpc.js';
import { runId } from './runs.js';

const oneRun: readonly AccessTarget[] = [{ kind: 'run', at: 'run_id' }];
const MODEL_HISTORY_TAG = 'mlflow.log-model.history';

/** What is logged to a run. */
export function loggingRpcs({ runs, loggedModels }: App): Rpc[] {
  const logOfModels = async (run: string, given: readonly JsonObject[], metrics: readonly MetricEntry[]) => {
    if (given.some(metric => typeof metric['model_id'] === 'string')) {
      await loggedModels.addMetrics(run, modelMetrics(given, metrics));
    }
  };
  return [
    {
      method: 'POST',
      path: '/mlflow/runs/log-metric',
      access: { scope: 'log', on: [...oneRun, { kind: 'logged-model', at: 'model_id' }] },
      handle: async request => {
        const run_id = runId(request);
        const metric = readMetric(fields(request, ['key', 'value', 'timestamp', 'step']));
        await runs.log({ run_id, metrics: [metric], params: [], tags: [] });
        await logOfModels(run_id, [fields(request, ['model_id', 'dataset_name', 'dataset_digest'])], [metric]);
        return {};
      }
    },
    {
      method: 'POST',
      path: '/mlflow/runs/log-batch',
      access: { scope: 'log', on: [...oneRun, { kind: 'logged-model', at: 'metrics[].model_id' }] },
      handle: async request => {
        const run_id = runId(request);
        const given = request.objects('metrics');
        const params = request.keyValues('params');
        const tags = request.keyValues('tags');
        checkBatchSize(given.length, params.length, tags.length);
        const metrics: MetricEntry[] = given.map((metric, index) => readMetric(metric, index));
        await runs.log({ run_id, metrics, params: checkParams(params), tags: checkTags(tags) });
        await logOfModels(run_id, given, metrics);
        return {};
      }
    },
    {
      method: 'POST',
      path: '/mlflow/runs/log-parameter',
      access: { scope: 'log', on: oneRun },
      handle: async request => {
        const param = { key: request.text('key'), value: request.optionalText('value') ?? '' };
        await runs.log({ run_id: runId(request), metrics: [], params: checkParams([param], 'key'), tags: [] });
        return {};
      }
    },
    {
      method: 'POST',
      path: '/mlflow/runs/set-tag',
      access: { scope: 'log', on: oneRun },
      handle: async request => {
        const tag = { key: request.text('key'), value: request.optionalText('value') ?? '' };
        await runs.log({ run_id: runId(request), metrics: [], params: [], tags: checkTags([tag], 'key') });
        return {};
      }
    },
    {
      method: 'POST',
      path: '/mlflow/runs/delete-tag',
      access: { scope: 'log', on: oneRun },
      handle: async request => {
        await runs.deleteTag(runId(request), request.text('key'));
        return {};
      }
    },
    {
      method: 'POST',
      path: '/mlflow/runs/log-inputs',
      access: { scope: 'log', on: [...oneRun, { kind: 'logged-model', at: 'models[].model_id', scope: 'read' }] },
      handle: async request => {
        const run_id = runId(request);
        const datasets = request.objects('datasets').map(readDataset);
        await runs.addInputs(run_id, withoutKnown(datasets, await runs.knownInputs(run_id, datasets)));
        await loggedModels.link(run_id, 'input', readModels(request));
        return {};
      }
    },
    {
      method: 'POST',
      path: '/mlflow/runs/outputs',
      access: { scope: 'log', on: [...oneRun, { kind: 'logged-model', at: 'models[].model_id', scope: 'read' }] },
      handle: async request => {
        await loggedModels.link(runId(request), 'output', readModels(request));
        return {};
      }
    },
    {
      method: 'POST',
      path: '/mlflow/runs/log-model',
      access: { scope: 'log', on: oneRun },
      handle: async request => {
        const run_id = runId(request);
        const model: unknown = JSON.parse(request.text('model_json'));
        const { tags } = await runs.record(run_id);
        const before: unknown = JSON.parse(tags.find(tag => tag.key === MODEL_HISTORY_TAG)?.value ?? '[]');
        const history = [...(Array.isArray(before) ? before : []), model];
        const tag = { key: MODEL_HISTORY_TAG, value: JSON.stringify(history) };
        await runs.log({ run_id, metrics: [], params: [], tags: [tag] });
        return {};
      }
    }
  ];
}

/** Those of the metrics that were measured of a logged model. */
function modelMetrics(given: readonly JsonObject[], metrics: readonly MetricEntry[]): ModelMetricEntry[] {
  return metrics.flatMap((metric, index) => {
    const about = new RpcRequest(given[index] ?? {});
    const model_id = about.optionalText('model_id') ?? '';
    const dataset_name = about.optionalText('dataset_name') ?? null;
    const dataset_digest = about.optionalText('dataset_digest') ?? null;
    return model_id === '' ? [] : [{ ...metric, model_id, dataset_name, dataset_digest }];
  });
}

function fields(request: RpcRequest, names: readonly string[]): JsonObject {
  return Object.fromEntries(names.map(name => [name, request.value(name)]));
}

function readModels(request: RpcRequest): { model_id: string; step: number }[] {
  return request.objects('models').map((model, index) => {
    const fieldsOf = new RpcRequest(model);
    const step = fieldsOf.optionalInteger('step') ?? 0;
    const model_id = fieldsOf.optionalText('model_id');
    if (model_id === undefined || model_id === '') {
      throw invalidValue(`models[${index}].model_id`, model_id ?? null);
    }
    return { model_id, step };
  });
}
