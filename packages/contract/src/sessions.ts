import { z } from 'zod';
import { OutputsSummary, StoredContent } from './outputs.js';
import { CellExecutionId, RunId, SessionId, Sha256, Timestamp } from './scalars.js';

/** What a cell ran in: enough to build it again. Values are never secrets. */
export const Environment = z.object({
  runtime: z.string().describe('e.g. node v24.19.0'),
  platform: z.string(),
  hostname: z.string(),
  packages: z.record(z.string(), z.string()),
  machine: z
    .object({
      cpu: z.string(),
      cores: z.number().int(),
      memory_bytes: z.number().int(),
      gpus: z.array(z.string()).describe('Models of NVIDIA devices.')
    })
    .optional(),
  git: z
    .object({
      commit: z.string(),
      dirty: z.boolean(),
      branch: z.string(),
      diff: z.string().optional().describe('What differs from the commit, as git words it; sent by the kernel.'),
      diff_blob: StoredContent.optional().describe('The same, where the server keeps it.'),
      diff_left_out: z.number().int().nonnegative().optional().describe('Characters of it that were too many.')
    })
    .nullable()
});
export type Environment = z.infer<typeof Environment>;

export const SessionState = z.enum(['alive', 'ended', 'lost']);

/** Who reports a session: kernels of ours themselves; for all others the pages of JupyterLab that watch them. */
export const SessionRecorder = z.enum(['kernel', 'front_end']);
export type SessionRecorder = z.infer<typeof SessionRecorder>;

/** One kernel life. */
export const NotebookSession = z.object({
  session_id: SessionId,
  kernel: z.string().describe('Kernelspec name, e.g. slipway'),
  language: z.string(),
  notebook_path: z.string().describe('As the front end names it; empty when it did not say.'),
  started_at: Timestamp,
  ended_at: Timestamp.nullable(),
  last_seen_at: Timestamp,
  state: SessionState,
  pid: z.number().int().nullable(),
  environment: Environment.nullable(),
  cell_count: z.number().int(),
  recorder: SessionRecorder
});
export type NotebookSession = z.infer<typeof NotebookSession>;

export const CellStatus = z.enum(['running', 'ok', 'error', 'aborted', 'interrupted']);
export type CellStatus = z.infer<typeof CellStatus>;

/** A file as it was when the cell that read or wrote it had ended. */
export const RecordedFile = z.object({
  name: z.string().describe('As in `reads` and `writes`, without its kind.'),
  size: z.number().int().nonnegative().describe('Bytes.'),
  sha256: Sha256.nullable().describe('Null: too large to hash.')
});
export type RecordedFile = z.infer<typeof RecordedFile>;

/** One executed cell. `order` counts executions of the session from 1, cell 1 included. */
export const CellExecution = z.object({
  execution_id: CellExecutionId,
  session_id: SessionId,
  order: z.number().int().positive(),
  execution_count: z.number().int().nullable().describe('The number in the notebook; null for silent executions.'),
  cell_id: z.string().nullable().describe('The notebook cell id, when the front end sent one.'),
  message_id: z.string(),
  source: z.string(),
  source_sha256: Sha256,
  status: CellStatus,
  started_at: Timestamp,
  duration_ms: z.number().nonnegative().nullable(),
  error: z.object({ name: z.string(), message: z.string(), traceback: z.array(z.string()).optional() }).nullable(),
  run_ids: z.array(RunId).describe('Runs that this cell started or logged to.'),
  reads: z
    .array(z.string())
    .describe(
      'What the cell read, each with its kind: variable:train, dataset:weather@1, file:x.csv, url:https://…, model:rain@2.'
    ),
  writes: z
    .array(z.string())
    .describe('What it declared, assigned or may have changed; kinds as in `reads`, and service:rain.'),
  files: z
    .array(RecordedFile)
    .max(1000)
    .optional()
    .describe('Files that it read or wrote itself, as they were at its end. Absent: the kernel does not know.'),
  depends_on: z
    .array(CellExecutionId)
    .optional()
    .describe('Executions that wrote what this one read, at the time it ran. Absent: the kernel does not know.')
});
export type CellExecution = z.infer<typeof CellExecution>;

/** A cell execution as the session shows it. Both marks are computed from what ran later. */
export const SessionCell = CellExecution.extend({
  stale: z
    .string()
    .nullable()
    .describe(
      'The name whose value is not the one this execution read any more, e.g. variable:train; null: up to date.'
    ),
  out_of_order: z.boolean().describe('It ran after a cell that is below it in the notebook.'),
  outputs: OutputsSummary.nullable().describe('Null: none are on record.'),
  is_latest: z.boolean().describe('The same cell did not run again later in this session.')
});
export type SessionCell = z.infer<typeof SessionCell>;

/** Whether restarting the kernel and running all cells would repeat exactly what this session did. */
export const SessionCleanness = z.object({
  is_clean: z.boolean(),
  reasons: z.array(z.string()).describe('Why it is not, one sentence each.')
});
export type SessionCleanness = z.infer<typeof SessionCleanness>;

export const SessionDetail = NotebookSession.extend({
  clean: SessionCleanness,
  run_ids: z.array(RunId).describe('Runs that its cells started or logged to, oldest first.')
});
export type SessionDetail = z.infer<typeof SessionDetail>;

/** A cell whose source holds the words that were looked for. */
export const FoundCell = z.object({
  execution_id: CellExecutionId,
  session_id: SessionId,
  notebook_path: z.string(),
  order: z.number().int(),
  started_at: Timestamp,
  run_ids: z.array(RunId),
  lines: z
    .array(z.object({ line: z.number().int(), text: z.string() }))
    .describe('Lines with the words, from 1; at most 5.')
});
export type FoundCell = z.infer<typeof FoundCell>;
