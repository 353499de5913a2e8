import { z } from 'zod';
import { BundleDigest, EntityName, EnvironmentName, Timestamp } from './scalars.js';
import { PreflightReport } from './preflight.js';

export const PromotionState = z.enum(['preflight', 'refused', 'releasing', 'running', 'failed']);
export type PromotionState = z.infer<typeof PromotionState>;

export const NewPromotion = z.object({
  model: EntityName,
  version: z.number().int().positive().nullable().describe('null: the latest version.'),
  environment: EnvironmentName,
  reason: z.string().max(4000),
  preflight_id: z
    .string()
    .nullable()
    .describe('A report of the same bundle and environment made in the last 15 minutes; null: preflight is run now.')
});
export type NewPromotion = z.infer<typeof NewPromotion>;

export const Promotion = z.object({
  promotion_id: z.string(),
  model: EntityName,
  version: z.number().int().positive(),
  bundle_digest: BundleDigest,
  environment: EnvironmentName,
  service: EntityName,
  reason: z.string(),
  state: PromotionState,
  step: z.string().describe('What is happening now, in words.'),
  message: z.string().nullable().describe('Why it was refused or failed, and what to do.'),
  service_url: z.string().nullable(),
  preflight: PreflightReport.nullable(),
  created_at: Timestamp,
  updated_at: Timestamp
});
export type Promotion = z.infer<typeof Promotion>;
