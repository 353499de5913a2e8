import { createHash } from 'node:crypto';
import { stripVTControlCharacters } from 'node:util';
import type { Environment, RecordedFile } from '@slipway/contract';
import { maskSecrets, type NewRecord } from '@slipway/recording/spool';
import type { Links } from '../../graph/cell-graph.js';
import type { Cell } from '../cells/cell.js';
import type { Outcome } from '../cells/runner.js';
import { notebookPath } from './notebook-path.js';

/** Interval of the session's heartbeat. */
const SEEN_INTERVAL_MS = 10_000;
/** The first record waits this long for the environment; what is known later is sent later. */
const ENVIRONMENT_WAIT_MS = 250;
const MAX_SOURCE_CHARACTERS = 1_000_000;
const MAX_MESSAGE_CHARACTERS = 10_000;
const MAX_TRACEBACK_LINES = 60;

/** Where the log's records go. */
export interface RecordSink {
  record(record: NewRecord): void;
}

/** The result of a cell that has ended. */
export interface CellEnd extends Links {
  readonly files: readonly RecordedFile[];
}

/** Writes the record of this notebook session: its start and end, and every cell that was executed in it. */
export class CellLog {
  readonly #startedAt = Date.now();
  readonly #startTimes = new Map<Cell, { at: number; clock: number }>();
  #environment: Promise<Environment | null> = Promise.resolve(null);
  #isStarted = false;
  #hasEnded = false;
  #environmentIsSent = false;
  #order = 0;
  #path: string;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly sink: RecordSink,
    private readonly sessionId: string,
    private readonly directory: string
  ) {
    this.#path = notebookPath(directory);
  }

  /** The number of the next execution. */
  nextOrder(): number {
    return ++this.#order;
  }

  executionId(order: number): string {
    return `${this.sessionId}.${order}`;
  }

  /** Starts the session's record as soon as the environment is known; `readEnvironment` must not block. */
  begin(readEnvironment: () => Promise<Environment>): void {
    this.#environment = readEnvironment().catch(() => null);
    void this.#environment.then(environment => this.#startSession(environment));
    this.#timer = setInterval(() => this.#seen(), SEEN_INTERVAL_MS).unref();
  }

  /** Records that a cell starts; resolves when it is on disk. */
  async started(cell: Cell): Promise<void> {
    await this.#ensureSession();
    this.#recordStart(cell);
  }

  /** Records that a cell has ended, with what it read and wrote. */
  finished(cell: Cell, outcome: Outcome, end: CellEnd): void {
    // The session may have ended under it.
    if (!this.#startTimes.has(cell)) {
      return;
    }
    this.#recordFinish(
      cell,
      outcome.status,
      outcome.error && {
        name: outcome.error.ename,
        message: plain(outcome.error.evalue),
        traceback: outcome.error.traceback.slice(0, MAX_TRACEBACK_LINES).map(plain)
      },
      end
    );
  }

  /** Records a cell that was not run because one before it failed. */
  aborted(cell: Cell): void {
    if (this.#hasEnded) {
      return;
    }
    if (!this.#isStarted) {
      this.#startSession(null);
    }
    this.#recordStart(cell);
    this.#recordFinish(cell, 'aborted', null);
  }

  end(): void {
    clearInterval(this.#timer);
    if (!this.#isStarted || this.#hasEnded) {
      return;
    }
    for (const cell of this.#startTimes.keys()) {
      this.#recordFinish(cell, 'interrupted', null);
    }
    this.sink.record({ type: 'session.ended' });
    this.#hasEnded = true;
  }

  /** The server knows a cell only in a session, so the session's record comes first. */
  async #ensureSession(): Promise<void> {
    if (this.#isStarted) {
      return;
    }
    let timer: NodeJS.Timeout | undefined;
    const waited = new Promise<null>(resolve => (timer = setTimeout(() => resolve(null), ENVIRONMENT_WAIT_MS)));
    const environment = await Promise.race([this.#environment, waited]);
    clearTimeout(timer);
    this.#startSession(environment);
  }

  #startSession(environment: Environment | null): void {
    if (this.#isStarted) {
      if (environment) {
        this.#sendLateEnvironment(environment);
      }
      return;
    }
    this.#isStarted = true;
    this.#environmentIsSent = environment !== null;
    this.sink.record({
      type: 'session.started',
      session: {
        kernel: 'slipway',
        language: 'typescript',
        notebook_path: this.#path,
        started_at: this.#startedAt,
        pid: process.pid,
        environment
      }
    });
  }

  #sendLateEnvironment(environment: Environment): void {
    if (this.#environmentIsSent) {
      return;
    }
    this.#environmentIsSent = true;
    this.sink.record({ type: 'session.seen', environment });
  }

  #seen(): void {
    if (!this.#isStarted || this.#hasEnded) {
      return;
    }
    const path = notebookPath(this.directory);
    const changed = path !== this.#path;
    this.#path = path;
    this.sink.record(changed ? { type: 'session.seen', notebook_path: path } : { type: 'session.seen' });
  }

  #recordStart(cell: Cell): void {
    const at = Date.now();
    this.#startTimes.set(cell, { at, clock: performance.now() });
    this.sink.record({
      type: 'cell.started',
      cell: {
        execution_id: cell.executionId,
        order: cell.order,
        execution_count: cell.request.store_history ? cell.executionCount : null,
        cell_id: cell.cellId,
        message_id: cell.message.header.msg_id,
        source: shorten(cell.source, MAX_SOURCE_CHARACTERS),
        source_sha256: createHash('sha256').update(cell.source).digest('hex'),
        started_at: at
      }
    });
  }

  #recordFinish(
    cell: Cell,
    status: 'ok' | 'error' | 'aborted' | 'interrupted',
    error: { name: string; message: string; traceback: string[] } | null,
    end: CellEnd | null = null
  ): void {
    const start = this.#startTimes.get(cell);
    this.#startTimes.delete(cell);
    this.sink.record({
      type: 'cell.finished',
      cell: {
        execution_id: cell.executionId,
        status,
        duration_ms: start && status !== 'aborted' ? performance.now() - start.clock : 0,
        error,
        run_ids: [...cell.runs],
        // Of a cell that the session's end cut short only what it told itself is known.
        reads: [...(end?.reads ?? cell.reads)],
        writes: [...(end?.writes ?? cell.writes)],
        ...(end ? { files: [...end.files], depends_on: [...end.dependsOn] } : {})
      }
    });
  }
}

/** Masked before it is cut: half a secret cannot be recognized. */
function shorten(text: string, limit: number): string {
  return text.length > limit ? `${maskSecrets(text).slice(0, limit)}…` : text;
}

function plain(text: string): string {
  return shorten(stripVTControlCharacters(text), MAX_MESSAGE_CHARACTERS);
}
