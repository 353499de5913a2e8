import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type {
  CellChange,
  CellStart,
  Delivery,
  KnownCell,
  KnownExperiment,
  KnownSession,
  RecordRows,
  SessionChange
} from '../writing/record-rows.js';
import { ChangeStatements } from './change-statements.js';

/** The rows of sessions and cells by prepared statements, inside a transaction that the caller holds. */
export class SqliteRecordRows implements RecordRows {
  readonly #sessionChanges: ChangeStatements;
  readonly #cellChanges: ChangeStatements;
  readonly #selectSession: StatementSync;
  readonly #insertSession: StatementSync;
  readonly #selectSender: StatementSync;
  readonly #upsertSender: StatementSync;
  readonly #selectCell: StatementSync;
  readonly #insertCell: StatementSync;
  readonly #insertCellRun: StatementSync;
  readonly #selectExperiment: StatementSync;
  readonly #insertExperiment: StatementSync;
  readonly #restoreExperiment: StatementSync;
  readonly #reviveRuns: StatementSync;

  constructor(database: DatabaseSync) {
    const prepare = (text: string): StatementSync => database.prepare(text);
    this.#sessionChanges = new ChangeStatements(database, 'session');
    this.#cellChanges = new ChangeStatements(database, 'cell_execution');
    this.#selectSession = prepare(
      `select id, last_seq, missing, state, started_at, last_seen_at, cell_count from session where uuid = ?`
    );
    this.#insertSession = prepare(
      `insert into session(uuid, kernel, language, notebook_path, started_at, last_seen_at, state)
       values(?, '', '', '', ?, ?, 'alive')`
    );
    this.#selectSender = prepare('select last_seq, missing from session_sender where session = ? and sender = ?');
    this.#upsertSender = prepare(
      `insert into session_sender(session, sender, last_seq, missing) values(?, ?, ?, ?)
       on conflict do update set last_seq = excluded.last_seq, missing = excluded.missing`
    );
    this.#selectCell = prepare('select id, session, cell_id, start_told, end_told from cell_execution where uuid = ?');
    this.#insertCell = prepare(
      `insert into cell_execution(uuid, session, position, execution_count, cell_id, message_id, source,
         source_sha256, status, started_at, start_told) values(?, ?, ?, ?, ?, ?, ?, ?, 'running', ?, ?)`
    );
    this.#insertCellRun = prepare('insert into cell_run(cell, run_id) values(?, ?) on conflict do nothing');
    this.#selectExperiment = prepare('select id, life from experiment where name = ?');
    this.#insertExperiment = prepare('insert into experiment(name, created_at, updated_at) values(?, ?, ?)');
    this.#restoreExperiment = prepare('update experiment set life = 0, updated_at = ? where id = ?');
    this.#reviveRuns = prepare(
      `update run set status = 1, end_time = null, failure = null, lost = 0 where session = ? and lost = 1
       returning uuid, exp`
    );
  }

  session(uuid: string): KnownSession | undefined {
    return this.#selectSession.get(uuid) as KnownSession | undefined;
  }

  addSession(uuid: string, startedAt: number): KnownSession {
    const { lastInsertRowid } = this.#insertSession.run(uuid, startedAt, startedAt);
    const id = Number(lastInsertRowid);
    return {
      id,
      last_seq: 0,
      missing: '[]',
      state: 'alive',
      started_at: startedAt,
      last_seen_at: startedAt,
      cell_count: 0
    };
  }

  changeSession(session: KnownSession, change: SessionChange): void {
    Object.assign(session, change);
    this.#sessionChanges.run(session.id, change);
  }

  delivery(session: number, sender: string): Delivery | undefined {
    return this.#selectSender.get(session, sender) as Delivery | undefined;
  }

  putDelivery(session: number, sender: string, { last_seq, missing }: Delivery): void {
    this.#upsertSender.run(session, sender, last_seq, missing);
  }

  cell(uuid: string): KnownCell | undefined {
    return this.#selectCell.get(uuid) as KnownCell | undefined;
  }

  addCell(uuid: string, session: number, start: CellStart): void {
    const { position, execution_count, cell_id, message_id, source, source_sha256, started_at, start_told } = start;
    this.#insertCell.run(
      ...[uuid, session, position, execution_count, cell_id, message_id, source, source_sha256],
      ...[started_at, start_told]
    );
  }

  changeCell(cell: KnownCell, change: CellChange): void {
    this.#cellChanges.run(cell.id, change);
  }

  linkCell(cell: number, runId: string): void {
    this.#insertCellRun.run(cell, runId);
  }

  experiment(name: string): KnownExperiment | undefined {
    return this.#selectExperiment.get(name) as KnownExperiment | undefined;
  }

  addExperiment(name: string, at: number): KnownExperiment {
    return { id: Number(this.#insertExperiment.run(name, at, at).lastInsertRowid), life: 0 };
  }

  restoreExperiment(experiment: KnownExperiment, at: number): void {
    this.#restoreExperiment.run(at, experiment.id);
  }

  reviveRuns(session: number): readonly { readonly uuid: string; readonly exp: number }[] {
    return this.#reviveRuns.all(session) as unknown as { uuid: string; exp: number }[];
  }
}
