import {
  DEFAULT_PROJECT,
  Environment,
  type FoundCell,
  type NotebookSession,
  type RecordBatch,
  type RecordBatchAnswer,
  type RecordedOutputs,
  type SessionCell,
  type SessionDetail,
  type SpoolRecord
} from '@slipway/contract';
import type { Selectable } from 'kysely';
import { NotFoundError } from '../../platform/errors.js';
import type { EventLog } from '../../platform/events/event-log.js';
import { decodePageToken, encodePageToken } from '../runs/page-token.js';
import { newRunName } from '../runs/run-names.js';
import type { BlobStore } from '../../platform/artifacts/blob-store.js';
import { endsWith } from '../../platform/store/expressions.js';
import type { Store } from '../../platform/store/store.js';
import type { SessionTable } from '../../platform/store/tables.js';
import { CellOutputs } from './cell-outputs.js';
import { searchCells } from './cell-search.js';
import { judgeSession } from './cleanness.js';
import { LargeContents } from './large-contents.js';
import { cellOrderOf, readSessionCells } from './session-cells.js';
import { sessionInProjects } from '../../platform/store/predicates/session-predicates.js';

type StoredSession = Selectable<SessionTable>;

/** Notebook sessions and their cells, as kernels report them. */
export class Sessions {
  readonly #store: Store;
  readonly #events: EventLog;
  readonly #outputs: CellOutputs;
  readonly #contents: LargeContents;

  constructor(store: Store, blobs: BlobStore, events: EventLog) {
    this.#store = store;
    this.#events = events;
    this.#outputs = new CellOutputs(store, blobs);
    this.#contents = new LargeContents(store, blobs);
  }

  /** Stores what a kernel spooled; what arrived before is skipped, what can never be stored is named. */
  async ingest(batch: RecordBatch): Promise<RecordBatchAnswer> {
    const { session_id, sender } = batch;
    const records = await Promise.all(batch.records.map(record => this.#prepared(session_id, record)));
    const reports = records.flatMap(record => (record.type === 'cell.outputs' ? [record.cell] : []));
    // Storing a report again changes nothing, so it may come before the rest of its batch is known to be new.
    await this.#outputs.keep(session_id, reports, sender === undefined);
    const { changed, ...answer } = await this.#store.write({ kind: 'records', session_id, sender, records });
    if (records.some(saysMoreThanAlive)) {
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

  /** A record as the store takes it: named, and with what is long kept apart. */
  async #prepared(session_id: string, record: SpoolRecord): Promise<SpoolRecord> {
    switch (record.type) {
      case 'run.started':
        return record.name === '' ? { ...record, name: newRunName() } : record;
      case 'session.started': {
        const environment = await this.#contents.keepEnvironment(session_id, record.session.environment);
        return { ...record, session: { ...record.session, environment } };
      }
      case 'session.seen': {
        const environment = await this.#contents.keepEnvironment(session_id, record.environment ?? null);
        return environment === null ? record : { ...record, environment };
      }
      default:
        return record;
    }
  }

  /** Newest first. */
  async list(query: {
    limit: number;
    page_token?: string | undefined;
    notebook?: string | undefined;
    /** Only those of these projects; absent: all. */
    projects?: ReadonlySet<string> | undefined;
  }): Promise<{ sessions: NotebookSession[]; next_page_token?: string }> {
    let select = this.#store.reads.selectFrom('session').selectAll();
    if (query.projects !== undefined) {
      select = select.where(sessionInProjects([...query.projects], DEFAULT_PROJECT));
    }
    const { notebook } = query;
    if (notebook !== undefined) {
      const inFolder = endsWith('notebook_path', `/${notebook}`);
      select = select.where(or => or.or([or('notebook_path', '=', notebook), inFolder]));
    }
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

  /** One session with the stamp of its cells. @throws NotFoundError */
  async detail(session_id: string): Promise<SessionDetail> {
    const row = await this.#row(session_id);
    const cells = await this.#cellsOf(row);
    return {
      ...toSession(row),
      clean: judgeSession(cells, cellOrderOf(row), row.recorder),
      run_ids: [...new Set(cells.flatMap(cell => cell.run_ids))]
    };
  }

  /** Cells of a session in the order of their execution. @throws NotFoundError */
  async cells(session_id: string, detail: 'full' | 'marks' = 'full'): Promise<SessionCell[]> {
    const cells = await this.#cellsOf(await this.#row(session_id));
    return detail === 'full' ? cells : cells.map(withoutTexts);
  }

  /** What an executed cell has shown. @throws NotFoundError */
  outputs(session_id: string, execution_id: string): Promise<RecordedOutputs> {
    return this.#outputs.read(session_id, execution_id);
  }

  /** Executed cells that hold all words, the newest first. */
  searchCells(text: string, limit: number): Promise<FoundCell[]> {
    return searchCells(this.#store.reads, text, limit);
  }

  /** The cells that started a run or logged to it. */
  async cellsOfRun(run_id: string): Promise<SessionCell[]> {
    const { reads } = this.#store;
    const sessions = await reads
      .selectFrom('session')
      .selectAll()
      .where(or =>
        or(
          'id',
          'in',
          reads
            .selectFrom('cell_run')
            .innerJoin('cell_execution', 'cell_execution.id', 'cell_run.cell')
            .where('cell_run.run_id', '=', run_id)
            .select('cell_execution.session')
        )
      )
      .orderBy('id')
      .execute();
    const cells = await Promise.all(sessions.map(session => this.#cellsOf(session)));
    return cells.flat().filter(cell => cell.run_ids.includes(run_id));
  }

  async #cellsOf(session: StoredSession): Promise<SessionCell[]> {
    return readSessionCells(this.#store.reads, session, await this.#outputs.summaries(session.uuid));
  }

  async #row(session_id: string): Promise<StoredSession> {
    const row = await this.#store.reads
      .selectFrom('session')
      .where('uuid', '=', session_id)
      .selectAll()
      .executeTakeFirst();
    if (row === undefined) {
      throw new NotFoundError(`The notebook session ${session_id} is not known.`);
    }
    return row;
  }
}

function saysMoreThanAlive(record: SpoolRecord): boolean {
  return record.type !== 'session.seen' || record.notebook_path !== undefined || record.cell_order !== undefined;
}

function withoutTexts(cell: SessionCell): SessionCell {
  const error = cell.error === null ? null : { name: cell.error.name, message: cell.error.message };
  return { ...cell, source: '', error };
}

function toSession(row: StoredSession): NotebookSession {
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
    cell_count: row.cell_count,
    recorder: row.recorder
  };
}
