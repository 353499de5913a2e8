import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { SpoolRecord } from '@slipway/contract';
import { InvalidStateError, NotFoundError, SlipwayError } from '../../errors.js';
import type { RecordsResult, StoreRecords } from '../operations.js';
import { SequenceTracker } from '../sequence.js';
import type { RunWriter } from '../writing/run-writer.js';

/** A record younger than this says that its kernel is alive now; an older one comes from a spool. */
const FRESH_MS = 60_000;

interface SessionRow {
  readonly id: number;
  readonly last_seq: number;
  readonly missing: string;
  readonly state: 'alive' | 'ended' | 'lost';
}

interface DeliveryState {
  readonly last_seq: number;
  readonly missing: string;
}

/** How much the word of who reports a cell counts: pages may have come when it was running already. */
const Told = { pageThatCameLate: 0, page: 1, kernel: 2 } as const;

type RecordOf<T extends SpoolRecord['type']> = Extract<SpoolRecord, { type: T }>;

interface Changes {
  readonly runs: Map<string, number>;
  readonly cells: Set<string>;
}

/** Stores the records of kernels, inside a transaction that the caller holds. */
export class RecordWriter {
  readonly #runs: RunWriter;
  readonly #selectSession: StatementSync;
  readonly #insertSession: StatementSync;
  readonly #startSession: StatementSync;
  readonly #endSession: StatementSync;
  readonly #movePath: StatementSync;
  readonly #orderCells: StatementSync;
  readonly #setEnvironment: StatementSync;
  readonly #advance: StatementSync;
  readonly #selectSender: StatementSync;
  readonly #advanceSender: StatementSync;
  readonly #see: StatementSync;
  readonly #revive: StatementSync;
  readonly #reviveRuns: StatementSync;
  readonly #insertCell: StatementSync;
  readonly #identifyCell: StatementSync;
  readonly #correctCell: StatementSync;
  readonly #countCell: StatementSync;
  readonly #selectCell: StatementSync;
  readonly #finishCell: StatementSync;
  readonly #insertCellRun: StatementSync;
  readonly #selectExperiment: StatementSync;
  readonly #insertExperiment: StatementSync;
  readonly #restoreExperiment: StatementSync;

  constructor(database: DatabaseSync, runs: RunWriter) {
    const prepare = (text: string): StatementSync => database.prepare(text);
    this.#runs = runs;
    this.#selectSession = prepare('select id, last_seq, missing, state from session where uuid = ?');
    this.#insertSession = prepare(
      `insert into session(uuid, kernel, language, notebook_path, started_at, last_seen_at, state)
       values(?, '', '', '', ?, ?, 'alive')`
    );
    this.#startSession = prepare(
      `update session set kernel = ?, language = ?, notebook_path = ?, started_at = min(started_at, ?),
         pid = ?, environment = ?,
         recorder = ? where id = ?`
    );
    this.#endSession = prepare(`update session set state = 'ended', ended_at = ? where id = ?`);
    this.#movePath = prepare('update session set notebook_path = ? where id = ?');
    this.#orderCells = prepare('update session set cell_order = ? where id = ?');
    this.#setEnvironment = prepare('update session set environment = ? where id = ?');
    this.#selectSender = prepare('select last_seq, missing from session_sender where session = ? and sender = ?');
    this.#advanceSender = prepare(
      `insert into session_sender(session, sender, last_seq, missing) values(?, ?, ?, ?)
       on conflict do update set last_seq = excluded.last_seq, missing = excluded.missing`
    );
    this.#see = prepare('update session set last_seen_at = max(last_seen_at, ?) where id = ?');
    this.#advance = prepare(
      'update session set last_seq = ?, missing = ?, last_seen_at = max(last_seen_at, ?) where id = ?'
    );
    this.#revive = prepare(`update session set state = 'alive', ended_at = null where id = ? and state = 'lost'`);
    this.#reviveRuns = prepare(
      `update run set status = 1, end_time = null, failure = null, lost = 0 where session = ? and lost = 1
       returning uuid, exp`
    );
    this.#insertCell = prepare(
      `insert into cell_execution(uuid, session, position, execution_count, cell_id, message_id, source,
         source_sha256, status, started_at, start_told) values(?, ?, ?, ?, ?, ?, ?, ?, 'running', ?, ?)
       on conflict do nothing`
    );
    this.#correctCell = prepare(
      `update cell_execution set position = ?, execution_count = ?, cell_id = coalesce(?, cell_id), message_id = ?,
         source = ?, source_sha256 = ?, started_at = ?, start_told = ?
       where uuid = ? and session = ? and start_told < ?`
    );
    this.#identifyCell = prepare(
      'update cell_execution set cell_id = coalesce(cell_id, ?) where uuid = ? and session = ?'
    );
    this.#countCell = prepare('update session set cell_count = cell_count + 1 where id = ?');
    this.#selectCell = prepare('select id, end_told from cell_execution where uuid = ? and session = ?');
    this.#finishCell = prepare(
      `update cell_execution set status = ?, duration_ms = coalesce(?, duration_ms), error = ?, reads = ?, writes = ?,
         depends_on = ?, end_told = ? where id = ?`
    );
    this.#insertCellRun = prepare('insert into cell_run(cell, run_id) values(?, ?) on conflict do nothing');
    this.#selectExperiment = prepare('select id, life from experiment where name = ?');
    this.#insertExperiment = prepare('insert into experiment(name, created_at, updated_at) values(?, ?, ?)');
    this.#restoreExperiment = prepare('update experiment set life = 0, updated_at = ? where id = ?');
  }

  /** Records that cannot be stored are named in `refused`, and count as delivered. */
  store(batch: StoreRecords, now = Date.now()): RecordsResult {
    const session = this.#session(batch, now);
    const delivered = this.#delivered(session, batch.sender);
    const tracker = SequenceTracker.restore(delivered.last_seq, delivered.missing);
    const refused: { seq: number; message: string }[] = [];
    const changes: Changes = { runs: new Map(), cells: new Set() };
    let seenAt = 0;
    for (const record of batch.records) {
      if (tracker.has(record.seq)) {
        continue;
      }
      try {
        this.#apply(session.id, record, batch.sender !== undefined, changes);
      } catch (error) {
        if (!(error instanceof SlipwayError)) {
          throw error;
        }
        refused.push({ seq: record.seq, message: error.message });
      }
      tracker.add(record.seq);
      seenAt = Math.max(seenAt, record.at > now - FRESH_MS ? now : record.at);
    }
    if (batch.sender === undefined) {
      this.#advance.run(tracker.highest, tracker.holes, seenAt, session.id);
    } else {
      this.#advanceSender.run(session.id, batch.sender, tracker.highest, tracker.holes);
      this.#see.run(seenAt, session.id);
    }
    if (session.state === 'lost' && seenAt === now && this.#revive.run(session.id).changes > 0) {
      for (const run of this.#reviveRuns.all(session.id) as unknown as { uuid: string; exp: number }[]) {
        changes.runs.set(run.uuid, run.exp);
      }
    }
    return {
      acknowledged_seq: tracker.highest,
      refused,
      changed: {
        runs: [...changes.runs].map(([run_id, experiment_id]) => ({ run_id, experiment_id })),
        cells: [...changes.cells]
      }
    };
  }

  /** A session whose first record was lost still gets a row, so that nothing else of it is. */
  #session(batch: StoreRecords, now: number): SessionRow {
    const known = this.#selectSession.get(batch.session_id) as SessionRow | undefined;
    if (known !== undefined) {
      return known;
    }
    const startedAt = batch.records[0]?.at ?? now;
    const { lastInsertRowid } = this.#insertSession.run(batch.session_id, startedAt, startedAt);
    return { id: Number(lastInsertRowid), last_seq: 0, missing: '[]', state: 'alive' };
  }

  /** What has arrived from this sender before. */
  #delivered(session: SessionRow, sender: string | undefined): DeliveryState {
    if (sender === undefined) {
      return session;
    }
    const known = this.#selectSender.get(session.id, sender) as DeliveryState | undefined;
    return known ?? { last_seq: 0, missing: '[]' };
  }

  /** @param watched several pages may see the same: what one has told is no fault of the next. */
  #apply(session: number, record: SpoolRecord, watched: boolean, changes: Changes): void {
    switch (record.type) {
      case 'session.started':
        return this.#started(session, record);
      case 'session.ended':
        this.#endSession.run(record.at, session);
        return;
      case 'session.seen':
        if (record.notebook_path !== undefined) {
          this.#movePath.run(record.notebook_path, session);
        }
        if (record.environment !== undefined) {
          this.#setEnvironment.run(JSON.stringify(record.environment), session);
        }
        if (record.cell_order !== undefined) {
          this.#orderCells.run(JSON.stringify(record.cell_order), session);
        }
        return;
      case 'cell.started':
        changes.cells.add(record.cell.execution_id);
        return this.#cellStarted(session, record, watched);
      case 'cell.finished':
        return this.#cellFinished(session, record, watched, changes);
      case 'cell.outputs':
        // Kept by the domain, which stores large contents apart.
        changes.cells.add(record.cell.execution_id);
        return;
      case 'run.started':
        return this.#runStarted(session, record, changes);
      case 'run.logged': {
        const { experiment_id } = this.#runs.log({ ...record, kind: 'run.log' });
        changes.runs.set(record.run_id, experiment_id);
        return;
      }
      case 'run.finished': {
        const { run_id, status, end_time, failure } = record;
        const { experiment_id } = this.#runs.update({ kind: 'run.update', run_id, status, end_time, failure });
        changes.runs.set(run_id, experiment_id);
        return;
      }
      case 'run.input': {
        const inputs = [{ ...record.dataset, details: null }];
        const { experiment_id } = this.#runs.addInputs({ kind: 'run.inputs', run_id: record.run_id, inputs });
        changes.runs.set(record.run_id, experiment_id);
        return;
      }
    }
  }

  #started(session: number, { session: started }: RecordOf<'session.started'>): void {
    const environment = started.environment === null ? null : JSON.stringify(started.environment);
    this.#startSession.run(
      started.kernel,
      started.language,
      started.notebook_path,
      started.started_at,
      started.pid,
      environment,
      started.recorder ?? 'kernel',
      session
    );
  }

  #cellStarted(session: number, { cell }: RecordOf<'cell.started'>, watched: boolean): void {
    const told = watched ? Told.page : Told.kernel;
    const { changes } = this.#insertCell.run(
      cell.execution_id,
      session,
      cell.order,
      cell.execution_count,
      cell.cell_id,
      cell.message_id,
      cell.source,
      cell.source_sha256,
      cell.started_at,
      told
    );
    if (changes > 0) {
      this.#countCell.run(session);
    } else if (watched) {
      // The page that sent the cell knows its id; one that only saw it run may have been first.
      this.#identifyCell.run(cell.cell_id, cell.execution_id, session);
    } else {
      this.#correctStart(session, cell);
    }
  }

  /** A page was faster than the kernel itself. */
  #correctStart(session: number, cell: RecordOf<'cell.started'>['cell']): void {
    const { changes } = this.#correctCell.run(
      cell.order,
      cell.execution_count,
      cell.cell_id,
      cell.message_id,
      cell.source,
      cell.source_sha256,
      cell.started_at,
      Told.kernel,
      cell.execution_id,
      session,
      Told.kernel
    );
    if (changes === 0) {
      throw new InvalidStateError(`The cell execution ${cell.execution_id} exists already.`);
    }
  }

  #cellFinished(session: number, record: RecordOf<'cell.finished'>, watched: boolean, changes: Changes): void {
    const { cell } = record;
    const row = this.#selectCell.get(cell.execution_id, session) as { id: number; end_told: number } | undefined;
    if (row === undefined) {
      throw new NotFoundError(`The cell execution ${cell.execution_id} is not known in this session.`);
    }
    const told = !watched ? Told.kernel : cell.duration_ms === null ? Told.pageThatCameLate : Told.page;
    if (told >= row.end_told) {
      this.#finishCell.run(
        cell.status,
        cell.duration_ms,
        cell.error === null ? null : JSON.stringify(cell.error),
        JSON.stringify(cell.reads),
        JSON.stringify(cell.writes),
        cell.depends_on === undefined ? null : JSON.stringify(cell.depends_on),
        told,
        row.id
      );
    }
    changes.cells.add(cell.execution_id);
    for (const runId of cell.run_ids) {
      this.#insertCellRun.run(row.id, runId);
      const run = this.#runs.find(runId);
      if (run !== undefined) {
        changes.runs.set(runId, run.exp);
      }
    }
  }

  #runStarted(session: number, record: RecordOf<'run.started'>, changes: Changes): void {
    if (this.#runs.find(record.run_id) !== undefined) {
      throw new InvalidStateError(`The run ${record.run_id} exists already.`);
    }
    const experiment = this.#experiment(record.experiment_name, record.at);
    this.#runs.create(
      {
        kind: 'run.create',
        run_id: record.run_id,
        experiment_id: experiment,
        name: record.name,
        user: record.user,
        start_time: record.start_time,
        status: 'RUNNING',
        tags: record.tags
      },
      session
    );
    changes.runs.set(record.run_id, experiment);
  }

  #experiment(name: string, at: number): number {
    const known = this.#selectExperiment.get(name) as { id: number; life: number } | undefined;
    if (known === undefined) {
      return Number(this.#insertExperiment.run(name, at, at).lastInsertRowid);
    }
    if (known.life !== 0) {
      this.#restoreExperiment.run(at, known.id);
    }
    return known.id;
  }
}
