import type { MetricPoint } from '@slipway/contract';
import type { Experiment } from '../../tracking/experiments/experiments.js';
import type { LoggedModel, LoggedModelMetric } from '../../tracking/logged-models/logged-models.js';
import type { RunRecord } from '../../tracking/runs/run-records.js';
import type { RunRow } from '../../tracking/runs/run-rows.js';
import { artifactRoot } from '../../platform/store/artifact-root.js';
import { statusName } from '../../platform/store/run-status.js';
import { toWire } from '../../platform/store/metric-value.js';
import type { RunInputEntry } from '../../platform/store/operations.js';
import { z } from 'zod';

const Text = z.string();

/** A list that is empty is left out of the answer. */
export function present(name: string, list: readonly unknown[]): object {
  return list.length === 0 ? {} : { [name]: list };
}

/** What an MLflow client said about a dataset besides its name and digest; read back as it came. */
export const DatasetDetails = z.object({
  source_type: Text,
  source: Text,
  schema: Text.optional(),
  profile: Text.optional(),
  tags: z.array(z.object({ key: Text, value: Text }))
});
export type DatasetDetails = z.infer<typeof DatasetDetails>;

export function toExperiment(experiment: Experiment): object {
  return {
    experiment_id: String(experiment.id),
    name: experiment.name,
    artifact_location: artifactRoot(experiment.id, experiment.artifact_location),
    lifecycle_stage: experiment.deleted ? 'deleted' : 'active',
    creation_time: experiment.created_at,
    last_update_time: experiment.updated_at,
    ...present('tags', experiment.tags)
  };
}

export function toRunInfo(row: RunRow): object {
  return {
    run_id: row.uuid,
    run_uuid: row.uuid,
    run_name: row.name,
    experiment_id: String(row.exp),
    user_id: row.user_name,
    status: statusName(row.status),
    start_time: row.start_time,
    ...(row.end_time === null ? {} : { end_time: row.end_time }),
    artifact_uri: `${artifactRoot(row.exp, row.artifact_location)}/${row.uuid}/artifacts`,
    lifecycle_stage: row.life === 0 ? 'active' : 'deleted'
  };
}

export function toRun({ row, metrics, params, tags, inputs, models }: RunRecord) {
  return {
    info: toRunInfo(row),
    data: {
      ...present(
        'metrics',
        metrics.map(metric => toMetric(metric.key, metric))
      ),
      ...present('params', params),
      ...present('tags', tags)
    },
    inputs: {
      ...present('dataset_inputs', inputs.map(toDatasetInput)),
      ...present(
        'model_inputs',
        models.filter(link => link.direction === 'input').map(link => ({ model_id: link.model }))
      )
    },
    outputs: {
      ...present(
        'model_outputs',
        models.filter(link => link.direction === 'output').map(link => ({ model_id: link.model, step: link.step }))
      )
    }
  };
}

export function toMetric(key: string, { value, timestamp, step }: MetricPoint): object {
  return { key, value, timestamp, step };
}

function toDatasetInput(input: RunInputEntry): object {
  const details: DatasetDetails =
    input.details === null
      ? { source_type: 'slipway', source: JSON.stringify({ name: input.name, version: input.version }), tags: [] }
      : DatasetDetails.parse(JSON.parse(input.details));
  const { tags, ...rest } = details;
  const context = [{ key: 'mlflow.data.context', value: input.context }];
  const all = input.context === '' ? tags : [...tags.filter(tag => tag.key !== 'mlflow.data.context'), ...context];
  return { ...present('tags', all), dataset: { name: input.name, digest: input.digest, ...rest } };
}

function toModelMetric(metric: LoggedModelMetric): object {
  return {
    key: metric.name,
    value: toWire(metric.value),
    timestamp: metric.ts,
    step: metric.step,
    ...(metric.dataset_name === null ? {} : { dataset_name: metric.dataset_name }),
    ...(metric.dataset_digest === null ? {} : { dataset_digest: metric.dataset_digest }),
    model_id: metric.model,
    run_id: metric.run
  };
}

export function toLoggedModel(model: LoggedModel): object {
  return {
    info: {
      model_id: model.id,
      experiment_id: String(model.exp),
      name: model.name,
      creation_timestamp_ms: model.created_at,
      last_updated_timestamp_ms: model.updated_at,
      artifact_uri: `${artifactRoot(model.exp, null)}/models/${model.id}/artifacts`,
      status: model.status,
      model_type: model.model_type,
      ...(model.source_run === null ? {} : { source_run_id: model.source_run }),
      ...present('tags', model.tags)
    },
    data: { ...present('params', model.params), ...present('metrics', model.metrics.map(toModelMetric)) }
  };
}
