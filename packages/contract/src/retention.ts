import { z } from 'zod';

/** What garbage collection may delete. */
export const GarbageRequest = z.object({
  deleted_before_days: z
    .number()
    .nonnegative()
    .nullable()
    .default(null)
    .describe('Permanently deletes runs and experiments that were deleted more than this many days ago; null: none.'),
  grace_hours: z
    .number()
    .nonnegative()
    .default(24)
    .describe('Files that were uploaded later stay, though nothing names them.'),
  dry_run: z.boolean().default(false).describe('Reports what would be deleted, and deletes nothing.')
});
export type GarbageRequest = z.infer<typeof GarbageRequest>;

export const GarbageReport = z.object({
  runs: z.number().int(),
  experiments: z.number().int(),
  blobs: z.number().int().describe('Files that nothing named any more; in a dry run, of what is not deleted yet.'),
  bytes: z.number().int()
});
export type GarbageReport = z.infer<typeof GarbageReport>;
