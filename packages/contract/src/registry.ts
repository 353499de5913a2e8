import { z } from 'zod';
import { DatasetVersionRef } from './datasets.js';
import { ModelSignature } from './bundles.js';
import { BundleDigest, EntityName, EnvironmentName, RunId, Timestamp } from './scalars.js';

export const Deployment = z.object({
  environment: EnvironmentName,
  service: EntityName,
  since: Timestamp
});
export type Deployment = z.infer<typeof Deployment>;

export const ModelVersion = z.object({
  name: EntityName,
  version: z.number().int().positive(),
  bundle_digest: BundleDigest.nullable().describe('null: logged by an MLflow client, without a bundle to promote.'),
  created_at: Timestamp,
  description: z.string(),
  stage: z.enum(['None', 'Staging', 'Production', 'Archived']),
  aliases: z.array(z.string()),
  run_id: RunId.nullable(),
  run_name: z.string().nullable(),
  dataset: DatasetVersionRef.nullable(),
  signature: ModelSignature.nullable().describe('null together with bundle_digest.'),
  metrics: z.record(z.string(), z.number()),
  headline: z
    .object({
      metric: z.string(),
      value: z.number(),
      baseline: z.object({ name: z.string(), value: z.number() }).nullable().describe('The best baseline.')
    })
    .nullable(),
  deployments: z.array(Deployment)
});
export type ModelVersion = z.infer<typeof ModelVersion>;

export const RegisteredModel = z.object({
  name: EntityName,
  created_at: Timestamp,
  description: z.string(),
  versions: z.array(ModelVersion).describe('Newest first.')
});
export type RegisteredModel = z.infer<typeof RegisteredModel>;
