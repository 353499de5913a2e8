import { z } from 'zod';
import { OutputsReport } from './outputs.js';
import { KeyValue, NamedMetric, RunDatasetInput, RunFailure, RunProgress, RunStatus } from './runs.js';
import { CellExecution, Environment, NotebookSession, SessionRecorder } from './sessions.js';
import { RunId, SessionId, Timestamp } from './scalars.js';

/*
 * Records are what a kernel spools on disk and then sends. Each carries a sequence number within its session, so that a
 * record that arrives twice is stored once. The server keeps the highest number per session.
 */
const base = { seq: z.number().int().positive(), at: Timestamp };
const Entry = KeyValue.extend({ key: KeyValue.shape.key.min(1).max(250) });

export const SessionStarted = z.object({
  ...base,
  type: z.literal('session.started'),
  session: NotebookSession.pick({
    kernel: true,
    language: true,
    notebook_path: true,
    started_at: true,
    pid: true,
    environment: true
  }).extend({ recorder: SessionRecorder.optional().describe('Absent: the kernel itself.') })
});
export const SessionEnded = z.object({ ...base, type: z.literal('session.ended') });
export const SessionSeen = z.object({
  ...base,
  type: z.literal('session.seen'),
  notebook_path: z.string().optional().describe('Sent when it became known or changed.'),
  environment: Environment.optional().describe('Sent when it was not yet known at session.started.'),
  cell_order: z
    .array(z.string())
    .max(10_000)
    .optional()
    .describe('Ids of the code cells that the notebook has now, top to bottom; sent by the front end when it changed.')
});

export const CellStarted = z.object({
  ...base,
  type: z.literal('cell.started'),
  cell: CellExecution.pick({
    execution_id: true,
    order: true,
    execution_count: true,
    cell_id: true,
    message_id: true,
    source: true,
    source_sha256: true,
    started_at: true
  })
});
export const CellFinished = z.object({
  ...base,
  type: z.literal('cell.finished'),
  cell: CellExecution.pick({
    execution_id: true,
    status: true,
    duration_ms: true,
    error: true,
    run_ids: true,
    reads: true,
    writes: true,
    files: true,
    depends_on: true
  })
});

/** Sent again when an output comes late or a display is updated; the highest revision holds. */
export const CellOutputsSeen = z.object({ ...base, type: z.literal('cell.outputs'), cell: OutputsReport });

export const RunStarted = z.object({
  ...base,
  type: z.literal('run.started'),
  run_id: RunId,
  experiment_name: z.string().min(1).max(500),
  name: z.string().describe('Empty: the server gives a name.'),
  start_time: Timestamp,
  user: z.string(),
  tags: z.array(Entry)
});
export const RunLogged = z.object({
  ...base,
  type: z.literal('run.logged'),
  run_id: RunId,
  metrics: z.array(NamedMetric).max(1000),
  params: z.array(Entry).max(100),
  tags: z.array(Entry).max(100),
  progress: RunProgress.optional()
});
export const RunFinished = z.object({
  ...base,
  type: z.literal('run.finished'),
  run_id: RunId,
  status: RunStatus,
  end_time: Timestamp,
  failure: RunFailure.nullable()
});
export const RunInput = z.object({
  ...base,
  type: z.literal('run.input'),
  run_id: RunId,
  dataset: RunDatasetInput
});

export const SpoolRecord = z.discriminatedUnion('type', [
  SessionStarted,
  SessionEnded,
  SessionSeen,
  CellStarted,
  CellFinished,
  CellOutputsSeen,
  RunStarted,
  RunLogged,
  RunFinished,
  RunInput
]);
export type SpoolRecord = z.infer<typeof SpoolRecord>;

/**
 * Body of `POST /api/v1/records`. Records are in order of `seq`. Pages of JupyterLab that watch the same session each
 * name themselves as `sender` and count `seq` on their own; the kernel is the sender without a name.
 */
export const RecordBatch = z.object({
  session_id: SessionId,
  sender: z
    .string()
    .regex(/^[\w-]{8,64}$/)
    .optional(),
  records: z.array(SpoolRecord).max(2000)
});
export type RecordBatch = z.infer<typeof RecordBatch>;

/** `refused` names records that can never be stored (bad reference, changed parameter); the sender drops them. */
export const RecordBatchAnswer = z.object({
  acknowledged_seq: z.number().int().nonnegative(),
  refused: z.array(z.object({ seq: z.number().int(), message: z.string() }))
});
export type RecordBatchAnswer = z.infer<typeof RecordBatchAnswer>;
