import { z } from 'zod';

/** Milliseconds since the Unix epoch. */
export const Timestamp = z.number().int().nonnegative().describe('Milliseconds since the Unix epoch.');

export const Sha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .describe('SHA-256 in lower-case hexadecimal.');

/** Run ids look like MLflow's: 32 hexadecimal characters when we make them, MLflow's rule when a client does. */
export const RunId = z.string().regex(/^[a-zA-Z0-9][\w-]{0,255}$/);
export type RunId = z.infer<typeof RunId>;

/** Names of datasets, models, services and experiments as the user types them. */
export const EntityName = z
  .string()
  .min(1)
  .max(250)
  .regex(/^[^/\\:%?#\u0000-\u001f]+$/, 'must not contain / \\ : % ? # or control characters')
  .refine(name => name !== '.' && name !== '..', 'must not be . or ..');

export const SessionId = z.string().regex(/^[\w-]{8,64}$/);
export const CellExecutionId = z.string().regex(/^[\w.-]{8,96}$/);
export const BundleDigest = Sha256.describe('Digest of a model bundle: SHA-256 of its checksum list.');
export const EnvironmentName = z.enum(['dev', 'staging', 'production']);
export type EnvironmentName = z.infer<typeof EnvironmentName>;

/** A relative file name inside a run or a bundle: no `..`, no absolute path, no empty segment, forward slashes. */
export const RelativePath = z
  .string()
  .min(1)
  .max(500)
  .regex(
    /^(?!\/)(?!.*(?:^|\/)\.{1,2}(?:\/|$))(?!.*\/\/)[^\\\u0000-\u001f]+$/,
    'must be a relative path without . or ..'
  );

/** JSON has no NaN or infinity; metric values travel as these strings. */
export const MetricValue = z.union([z.number(), z.literal(['NaN', 'Infinity', '-Infinity'])]);
export type MetricValue = z.infer<typeof MetricValue>;
