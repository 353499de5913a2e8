import { z } from 'zod';
import { MetricValue, RelativePath, RunId, SessionId, Sha256, Timestamp } from './scalars.js';

export const RunStatus = z.enum(['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED']);
export type RunStatus = z.infer<typeof RunStatus>;

export const MetricPoint = z.object({ value: MetricValue, step: z.number().int(), timestamp: Timestamp });
export type MetricPoint = z.infer<typeof MetricPoint>;

export const NamedMetric = MetricPoint.extend({ key: z.string().min(1).max(250) });
export type NamedMetric = z.infer<typeof NamedMetric>;

/** Progress of a running run; `eta_ms` is the training process's own estimate. */
export const RunProgress = z.object({
  fraction: z.number().min(0).max(1),
  label: z.string().max(200).optional(),
  eta_ms: z.number().nonnegative().optional()
});
export type RunProgress = z.infer<typeof RunProgress>;

/** Why a run failed, in the words of the cell that failed. */
export const RunFailure = z.object({
  message: z.string(),
  cell_order: z.number().int().optional(),
  cell_id: z.string().optional()
});
export type RunFailure = z.infer<typeof RunFailure>;

/** One row of the Runs sidebar. */
export const RunSummary = z.object({
  run_id: RunId,
  name: z.string(),
  experiment_id: z.string(),
  experiment_name: z.string(),
  status: RunStatus,
  start_time: Timestamp,
  end_time: Timestamp.nullable(),
  user: z.string(),
  source: z.string().describe('Notebook path or script name; empty when unknown.'),
  language: z.string().describe('typescript, python, … ; empty when unknown.'),
  session_id: SessionId.nullable(),
  progress: RunProgress.nullable(),
  failure: RunFailure.nullable(),
  metrics: z.array(NamedMetric).describe('The latest point of each metric.'),
  headline: z
    .object({ key: z.string(), spark: z.array(z.number()).max(60) })
    .nullable()
    .describe('The metric that the row shows, with up to 60 points for its sparkline.'),
  git_commit: z.string().nullable(),
  git_dirty: z.boolean().nullable()
});
export type RunSummary = z.infer<typeof RunSummary>;

/** A parameter or a tag. */
export const KeyValue = z.object({ key: z.string(), value: z.string() });
export type KeyValue = z.infer<typeof KeyValue>;

/** A dataset version that a run has read. */
export const RunDatasetInput = z.object({
  name: z.string(),
  version: z.number().int().nullable(),
  digest: z.string(),
  context: z.string()
});
export type RunDatasetInput = z.infer<typeof RunDatasetInput>;

export const RunModelOutput = z.object({
  name: z.string(),
  version: z.number().int(),
  bundle_digest: Sha256.nullable()
});
export type RunModelOutput = z.infer<typeof RunModelOutput>;

export const RunArtifact = z.object({ path: RelativePath, size: z.number().int().nonnegative(), sha256: Sha256 });
export type RunArtifact = z.infer<typeof RunArtifact>;

/** Where the model of a run is among its artifacts: the files of its bundle in one folder, what a training goes on from in another. */
export const RUN_MODEL = { bundle: 'model', checkpoint: 'checkpoint/network.safetensors' } as const;

/** The model that a run trained, whose files were uploaded as blobs. */
export const RunModelFiles = z.object({
  bundle: z
    .array(RunArtifact)
    .max(1000)
    .describe('Its bundle, with names inside it; none for a model that cannot be exported to ONNX.'),
  checkpoint: RunArtifact.pick({ sha256: true, size: true })
    .nullable()
    .describe('Weights and state of the optimizer of a network; null for every other model.')
});
export type RunModelFiles = z.infer<typeof RunModelFiles>;

/** An experiment in the Runs sidebar, with its newest runs. */
export const RunGroup = z.object({
  experiment_id: z.string(),
  experiment_name: z.string(),
  run_count: z.number().int().describe('Runs of the experiment that match, of which `runs` are the newest.'),
  runs: z.array(RunSummary)
});
export type RunGroup = z.infer<typeof RunGroup>;

export const RunDetail = RunSummary.extend({
  deleted: z.boolean().describe('Deleted runs stay readable, and can be restored, until they are permanently deleted.'),
  params: z.array(KeyValue),
  tags: z.array(KeyValue),
  inputs: z.array(RunDatasetInput),
  outputs: z.array(RunModelOutput),
  artifacts: z.array(RunArtifact)
});
export type RunDetail = z.infer<typeof RunDetail>;

export const MetricSeries = z.object({
  key: z.string(),
  points: z.array(MetricPoint),
  total: z.number().int().describe('Points stored; more than `points` when the series was thinned.')
});
export type MetricSeries = z.infer<typeof MetricSeries>;

/** One attribute that runs share or not; `values` are in the order of the runs, null where a run lacks it. */
export const ComparedValue = z.object({
  kind: z.enum(['param', 'metric', 'tag', 'input']),
  key: z.string(),
  values: z.array(z.union([z.string(), z.number()]).nullable()),
  differs: z.boolean()
});
export type ComparedValue = z.infer<typeof ComparedValue>;

/** Runs beside each other: what differs comes first. */
export const RunComparison = z.object({ runs: z.array(RunSummary), values: z.array(ComparedValue) });
export type RunComparison = z.infer<typeof RunComparison>;
