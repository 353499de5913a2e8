import {
  CellExecution,
  Environment,
  type NotebookSession,
  type RecordBatch,
  type RecordBatchAnswer
} from '@slipway/contract';
import { z } from 'zod';
import { NotFoundError } from '../errors.js';
import type { EventLog } from '../events/event-log.js';
import { decodePageToken, encodePageToken } from '../runs/page-token.js';
import { newRunName } from '../runs/run-names.js';
import { anyOf } from '../store/expressions.js';
import type { Store } from '../store/store.js';
import type { SessionTable } from '../store/tables.js';

const Names = z.array(z.string());

type SessionRow = Omit<SessionTable, 'id'>;

/** Notebook sessions and their cells, as kernels report them. */
export class Sessions {
  readonly #store: Store;
  readonly #events: EventLog;

  constructor(store: Store, events: EventLog) {
    this.#store = store;
    this.#events = events;
  }

  /** Stores what a kernel spooled; what arrived before is skipped, what can never be stored is named. */
  async ingest(batch: RecordBatch): Promise<RecordBatchAnswer> {
    const records = batch.records.map(record =>
      record.type === 'run.started' && record.name === '' ? { ...record, name: newRunName() } : record
    );
    const { session_id } = batch;
    const { changed, ...answer } = await this.#store.write({ kind: 'records', session_id, records });
    if (records.some(record => record.type !== 'session.seen' || record.notebook_path !== undefined)) {
      this.#events.publish({ type: 'session.changed', session_id });
    }
    for (const execution_id of changed.cells) {
      this.#events.publish({ type: 'cell.changed', session_id, execution_id });
    }
    for (const { run_id, experiment_id } of changed.runs) {
      this.#events.publish({ type: 'run.changed', run_id, experiment_id: String(experiment_id) });
    }
    return answer;
  }

  /** Newest first. */
  async list(query: {
    limit: number;
    page_token?: string | undefined;
  }): Promise<{ sessions: NotebookSession[]; next_page_token?: string }> {
    let select = this.#store.reads.selectFrom('session').selectAll();
    if (query.page_token !== undefined) {
      const [time, id] = decodePageToken(query.page_token);
      select = select
        .where('started_at', '<=', time)
        .where(or => or.or([or('started_at', '<', time), or('uuid', '>', id)]));
    }
    const rows = await select
      .orderBy('started_at', 'desc')
      .orderBy('uuid')
      .limit(query.limit + 1)
      .execute();
    const page = rows.slice(0, query.limit);
    const last = page.at(-1);
    const sessions = page.map(toSession);
    return rows.length > query.limit && last !== undefined
      ? { sessions, next_page_token: encodePageToken([last.started_at, last.uuid]) }
      : { sessions };
  }

  /** Kernels that live. */
  async alive(): Promise<NotebookSession[]> {
    const rows = await this.#store.reads
      .selectFrom('session')
      .selectAll()
      .where('state', '=', 'alive')
      .orderBy('started_at', 'desc')
      .execute();
    return rows.map(toSession);
  }

  /** Cells of a session in the order of their execution. @throws NotFoundError */
  async cells(session_id: string): Promise<CellExecution[]> {
    const session = await this.#store.reads
      .selectFrom('session')
      .where('uuid', '=', session_id)
      .select('id')
      .executeTakeFirst();
    if (session === undefined) {
      throw new NotFoundError(`The notebook session ${session_id} is not known.`);
    }
    return this.#readCells('cell_execution.session', [session.id]);
  }

  /** The cells that started a run or logged to it. */
  async cellsOfRun(run_id: string): Promise<CellExecution[]> {
    const rows = await this.#store.reads.selectFrom('cell_run').where('run_id', '=', run_id).select('cell').execute();
    return this.#readCells(
      'cell_execution.id',
      rows.map(row => row.cell)
    );
  }

  async #readCells(
    column: 'cell_execution.session' | 'cell_execution.id',
    ids: readonly number[]
  ): Promise<CellExecution[]> {
    const rows = await this.#store.reads
      .selectFrom('cell_execution')
      .innerJoin('session', 'session.id', 'cell_execution.session')
      .where(anyOf(column, ids))
      .selectAll('cell_execution')
      .select('session.uuid as session_id')
      .orderBy('cell_execution.session')
      .orderBy('cell_execution.position')
      .execute();
    const cells = rows.map(row => row.id);
    const links = await this.#store.reads.selectFrom('cell_run').where(anyOf('cell', cells)).selectAll().execute();
    const runsOf = new Map<number, string[]>();
    for (const link of links) {
      runsOf.set(link.cell, [...(runsOf.get(link.cell) ?? []), link.run_id]);
    }
    return rows.map(row => ({
      execution_id: row.uuid,
      session_id: row.session_id,
      order: row.position,
      execution_count: row.execution_count,
      cell_id: row.cell_id,
      message_id: row.message_id,
      source: row.source,
      source_sha256: row.source_sha256,
      status: row.status,
      started_at: row.started_at,
      duration_ms: row.duration_ms,
      error: row.error === null ? null : CellExecution.shape.error.parse(JSON.parse(row.error)),
      run_ids: runsOf.get(row.id) ?? [],
      reads: Names.parse(JSON.parse(row.reads)),
      writes: Names.parse(JSON.parse(row.writes))
    }));
  }
}

function toSession(row: SessionRow): NotebookSession {
  return {
    session_id: row.uuid,
    kernel: row.kernel,
    language: row.language,
    notebook_path: row.notebook_path,
    started_at: row.started_at,
    ended_at: row.ended_at,
    last_seen_at: row.last_seen_at,
    state: row.state,
    pid: row.pid,
    environment: row.environment === null ? null : Environment.parse(JSON.parse(row.environment)),
    cell_count: row.cell_count
  };
}
