import { RunStatus } from '@slipway/contract';
import { z } from 'zod';

/* Rows of the tables of MLflow's database, as far as they are read. */

const text = z
  .string()
  .nullable()
  .transform(value => value ?? '');
const time = z
  .number()
  .int()
  .nullable()
  .transform(value => value ?? 0);

export const Experiment = z.object({
  experiment_id: z.number().int(),
  name: z.string(),
  artifact_location: text,
  lifecycle_stage: z.string().nullable(),
  creation_time: time,
  last_update_time: time
});
export const Run = z.object({
  run_uuid: z.string(),
  name: text,
  user_id: text,
  status: RunStatus,
  start_time: time,
  end_time: z.number().int().nullable(),
  lifecycle_stage: z.string().nullable(),
  artifact_uri: text,
  experiment_id: z.number().int()
});
export const Pair = z.object({ key: z.string(), value: text });
export const Point = z.object({
  key: z.string(),
  value: z.number(),
  timestamp: z.number().int(),
  step: z.number().int(),
  is_nan: z.number().nullable()
});
export const Input = z.object({
  input_uuid: z.string(),
  name: z.string(),
  digest: z.string(),
  dataset_source_type: z.string(),
  dataset_source: z.string(),
  dataset_schema: z.string().nullable(),
  dataset_profile: z.string().nullable()
});
export const Link = z.object({ source_type: z.string(), destination_id: z.string(), step: z.number().int() });
export const LoggedModel = z.object({
  model_id: z.string(),
  experiment_id: z.number().int(),
  name: text,
  artifact_location: text,
  creation_timestamp_ms: time,
  last_updated_timestamp_ms: time,
  status: z.number().int(),
  lifecycle_stage: z.string().nullable(),
  model_type: text,
  source_run_id: z.string().nullable()
});
export const ModelMetric = z.object({
  name: z.string(),
  ts: z.number().int(),
  step: z.number().int(),
  run: text,
  value: z.number().nullable(),
  dataset_name: z.string().nullable(),
  dataset_digest: z.string().nullable()
});
export const Model = z.object({
  name: z.string(),
  creation_time: time,
  last_updated_time: time,
  description: text
});
export const Version = z.object({
  version: z.number().int(),
  creation_time: time,
  last_updated_time: time,
  description: text,
  current_stage: z.string().nullable(),
  source: text,
  run_id: z.string().nullable(),
  run_link: text,
  place: text
});
export const Alias = z.object({ alias: z.string(), version: z.number().int() });
