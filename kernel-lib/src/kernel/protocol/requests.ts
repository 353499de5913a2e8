import { z } from 'zod';

/*
 * Contents of the requests that we answer, with the protocol's defaults for what an older client leaves out.
 */
export const ExecuteRequest = z.object({
  code: z.string(),
  silent: z.boolean().default(false),
  store_history: z.boolean().default(true),
  user_expressions: z.record(z.string(), z.string()).nullish(),
  allow_stdin: z.boolean().default(true),
  stop_on_error: z.boolean().default(true)
});
export type ExecuteRequest = z.infer<typeof ExecuteRequest>;

/** `cursor_pos` counts Unicode code points. */
export const CodePosition = z.object({ code: z.string(), cursor_pos: z.number().int().nonnegative() });
export type CodePosition = z.infer<typeof CodePosition>;

export const IsCompleteRequest = z.object({ code: z.string() });

export const HistoryRequest = z.object({
  output: z.boolean().default(false),
  hist_access_type: z.enum(['range', 'tail', 'search']).default('tail'),
  start: z.number().int().default(0),
  stop: z.number().int().nullish(),
  n: z.number().int().nonnegative().nullish(),
  pattern: z.string().nullish(),
  unique: z.boolean().default(false)
});
export type HistoryRequest = z.infer<typeof HistoryRequest>;

export const ShutdownRequest = z.object({ restart: z.boolean().default(false) });
export const CommOpen = z.object({ comm_id: z.string() });
export const InputReply = z.object({ value: z.string() });

/** What JupyterLab adds to an execute request. */
export const ExecuteMetadata = z.looseObject({ cellId: z.string().nullish() });
