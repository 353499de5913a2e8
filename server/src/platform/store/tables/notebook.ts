import type { Generated } from 'kysely';

/* Notebook sessions and their cells. */

export interface SessionTable {
  id: Generated<number>;
  uuid: string;
  kernel: string;
  language: string;
  notebook_path: string;
  started_at: number;
  ended_at: number | null;
  last_seen_at: number;
  state: 'alive' | 'ended' | 'lost';
  pid: number | null;
  /** JSON of the contract's Environment. */
  environment: string | null;
  last_seq: number;
  /** JSON: ranges of sequence numbers below last_seq that have not arrived. */
  missing: string;
  cell_count: number;
  recorder: 'kernel' | 'front_end';
  /** JSON: ids of the notebook's code cells, top to bottom; null when no front end said it. */
  cell_order: string | null;
}

/** What one page has sent about a session; the kernel's own count is in the session's row. */
export interface SessionSenderTable {
  session: number;
  sender: string;
  last_seq: number;
  missing: string;
}

export interface CellExecutionTable {
  id: Generated<number>;
  uuid: string;
  session: number;
  position: number;
  execution_count: number | null;
  cell_id: string | null;
  message_id: string;
  source: string;
  source_sha256: string;
  status: 'running' | 'ok' | 'error' | 'aborted' | 'interrupted';
  started_at: number;
  duration_ms: number | null;
  /** JSON of the contract's error, reads and writes. */
  error: string | null;
  reads: string;
  writes: string;
  /** JSON: uuids of executions; null when the kernel does not know. */
  depends_on: string | null;
  /** JSON of the contract's files; null when the kernel does not know. */
  files: Generated<string | null>;
  /** Who told of it, see `Told`. */
  start_told: Generated<number>;
  end_told: Generated<number>;
}

/** What a cell has shown, as the best of its reporters saw it. */
export interface CellOutputTable {
  /** Ids of the session and of the execution in it, which may become known later than its outputs. */
  session_id: string;
  execution_id: string;
  /** 1: the kernel itself reported, 0: a page. */
  from_kernel: number;
  revision: number;
  digest: string;
  output_count: number;
  left_out: number;
  /** JSON of the contract's outputs. */
  outputs: string;
}

/** Blobs that the record of a session names: garbage collection keeps them. */
export interface SessionBlobTable {
  session_id: string;
  sha256: string;
}

export interface CellRunTable {
  cell: number;
  run_id: string;
}
