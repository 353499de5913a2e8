import { z } from 'zod';

/** Stable codes of every error that Slipway's own API answers, with the HTTP status each one is sent with. */
export const ERROR_STATUS = {
  INVALID_REQUEST: 400,
  INVALID_STATE: 409,
  UNAUTHENTICATED: 401,
  FORBIDDEN_ORIGIN: 403,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  ALREADY_EXISTS: 409,
  REQUEST_TIMEOUT: 408,
  TOO_LARGE: 413,
  DIGEST_MISMATCH: 422,
  BUNDLE_INVALID: 422,
  PREFLIGHT_FAILED: 409,
  RATE_LIMITED: 429,
  STORAGE_FULL: 507,
  SERVICE_UNAVAILABLE: 503,
  CORRUPT_BLOB: 500,
  INTERNAL_ERROR: 500
} as const;

export type ErrorCode = keyof typeof ERROR_STATUS;

/** Body of every answer that is not a success. `where` points at the invalid field, e.g. `body.inputs[0].data`. */
export const ErrorBody = z.object({
  error_code: z.enum(Object.keys(ERROR_STATUS) as [ErrorCode, ...ErrorCode[]]),
  message: z.string().describe('What happened, to what.'),
  remedy: z.string().optional().describe('What to do about it.'),
  where: z.string().optional()
});
export type ErrorBody = z.infer<typeof ErrorBody>;
