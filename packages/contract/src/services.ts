import { z } from 'zod';
import { ModelSignature } from './bundles.js';
import { BundleDigest, EntityName, EnvironmentName, Timestamp } from './scalars.js';

export const Revision = z.object({
  revision: z.number().int().positive(),
  model: EntityName,
  version: z.number().int().positive(),
  bundle_digest: BundleDigest,
  traffic: z.number().min(0).max(1)
});
export type Revision = z.infer<typeof Revision>;

/**
 * The release manifest: all that a service process needs. The control plane writes it into the service's folder; the data
 * plane reads it and nothing else.
 */
export const ReleaseManifest = z.object({
  service: EntityName,
  environment: EnvironmentName,
  port: z.number().int().min(0).max(65535),
  release: z.number().int().positive(),
  released_at: Timestamp,
  revisions: z.array(Revision).min(1)
});
export type ReleaseManifest = z.infer<typeof ReleaseManifest>;

/** Answer of a service's own `GET /health`. */
export const ServiceHealth = z.object({
  release: z.number().int(),
  refused: z
    .object({ release: z.number().int(), message: z.string() })
    .nullable()
    .describe('The newest release that could not be loaded, and why.'),
  requests: z.number().int().describe('Answered by the versions that are in use now, over all restarts.'),
  started_at: Timestamp,
  pid: z.number().int()
});
export type ServiceHealth = z.infer<typeof ServiceHealth>;

export const ServiceState = z.enum(['starting', 'running', 'stopped', 'failed']);
export type ServiceState = z.infer<typeof ServiceState>;

export const Service = z.object({
  name: EntityName,
  environment: EnvironmentName,
  state: ServiceState,
  url: z.string().describe('e.g. http://127.0.0.1:18601; empty while it is not running.'),
  pid: z.number().int().nullable(),
  release: ReleaseManifest,
  signature: ModelSignature,
  requests: z.number().int().describe('Answered by the versions that are in use now, over all restarts.'),
  started_at: Timestamp.nullable()
});
export type Service = z.infer<typeof Service>;

/** Body of `POST /api/v1/services/{name}/test`: named inputs of one or more rows, passed on to the service. */
export const TestRequest = z.object({ body: z.unknown() });
export const TestAnswer = z.object({
  status: z.number().int(),
  duration_ms: z.number(),
  body: z.unknown()
});
export type TestAnswer = z.infer<typeof TestAnswer>;

/** Answer of a service's own `POST /predict`. A scoring module may add fields to a prediction. */
export const PredictAnswer = z.object({
  model: z.string(),
  version: z.string(),
  predictions: z.array(
    z.looseObject({
      label: z.string().optional(),
      value: z.number().optional(),
      values: z.record(z.string(), z.number()).optional().describe('Several quantities, by name.'),
      probabilities: z.record(z.string(), z.number()).optional(),
      cluster: z.number().int().nonnegative().optional(),
      distances: z.record(z.string(), z.number()).optional().describe('Distance to the center of each cluster.'),
      components: z.record(z.string(), z.number()).optional()
    })
  )
});
export type PredictAnswer = z.infer<typeof PredictAnswer>;
