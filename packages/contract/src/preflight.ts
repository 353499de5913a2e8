import { z } from 'zod';
import { BundleDigest, EntityName, EnvironmentName, Timestamp } from './scalars.js';

export const Verdict = z.enum(['pass', 'warn', 'fail', 'not_applicable']);
export type Verdict = z.infer<typeof Verdict>;

/** Ids of the checks of version 1, in the order in which they are shown. */
export const PREFLIGHT_CHECKS = [
  'signature-matches-frame',
  'onnx-equals-model',
  'better-than-baseline',
  'output-not-constant',
  'no-leakage',
  'no-future-leak',
  'no-train-test-overlap',
  'inputs-in-range',
  'loss-below-constant',
  'overfits-small-batch',
  'labels-kept',
  'behaviors',
  'service-replay',
  'malformed-request'
] as const;

export const PreflightCheck = z.object({
  id: z.enum(PREFLIGHT_CHECKS),
  title: z.string(),
  protects_from: z.string(),
  verdict: Verdict,
  evidence: z.string().describe('A sentence with numbers.'),
  remedy: z.string().nullable(),
  duration_ms: z.number().nonnegative()
});
export type PreflightCheck = z.infer<typeof PreflightCheck>;

export const PreflightReport = z.object({
  preflight_id: z.string(),
  model: EntityName,
  version: z.number().int().positive(),
  bundle_digest: BundleDigest,
  environment: EnvironmentName,
  service: EntityName,
  created_at: Timestamp,
  verdict: Verdict,
  checks: z.array(PreflightCheck),
  now_serving: z
    .object({ version: z.number().int(), since: Timestamp, requests: z.number().int() })
    .nullable()
    .describe('What the service answers with today.'),
  changes: z.array(z.string()).describe('What will happen, one sentence each.')
});
export type PreflightReport = z.infer<typeof PreflightReport>;

export const PreflightRequest = z.object({
  model: EntityName,
  version: z.number().int().positive().nullable().describe('null: the latest version.'),
  environment: EnvironmentName
});
export type PreflightRequest = z.infer<typeof PreflightRequest>;
