import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { RunInputEntry } from '../operations.js';
import type { KnownRun, NewRunRow, PointSink, RunChange, RunRows } from '../writing/run-rows.js';
import { ChangeStatements } from './change-statements.js';
import { SeriesCache } from './series-cache.js';

const MAX_RUNS = 10_000;
const MAX_EXPERIMENTS = 1000;

/** The rows of runs by prepared statements, inside a transaction that the caller holds. */
export class SqliteRunRows implements RunRows {
  readonly #series: SeriesCache;
  readonly #runs = new Map<string, KnownRun>();
  readonly #keys = new Map<number, Map<string, number>>();
  readonly #changes: ChangeStatements;
  readonly #insertRun: StatementSync;
  readonly #selectRun: StatementSync;
  readonly #insertKey: StatementSync;
  readonly #selectKey: StatementSync;
  readonly #insertParam: StatementSync;
  readonly #selectParam: StatementSync;
  readonly #upsertTag: StatementSync;
  readonly #deleteTag: StatementSync;
  readonly #setExperimentLife: StatementSync;
  readonly #setRunsLife: StatementSync;
  readonly #insertInput: StatementSync;

  constructor(database: DatabaseSync) {
    const prepare = (text: string): StatementSync => database.prepare(text);
    this.#series = new SeriesCache(database);
    this.#changes = new ChangeStatements(database, 'run');
    this.#insertRun = prepare(
      'insert into run(uuid, exp, start_time, status, name, user_name, session, lost) values(?, ?, ?, ?, ?, ?, ?, 0)'
    );
    this.#selectRun = prepare('select id, exp, life from run where uuid = ?');
    this.#insertKey = prepare('insert into key(exp, name) values(?, ?)');
    this.#selectKey = prepare('select id from key where exp = ? and name = ?');
    this.#insertParam = prepare('insert into param(run, key, value) values(?, ?, ?) on conflict do nothing');
    this.#selectParam = prepare('select value from param where run = ? and key = ?');
    this.#upsertTag = prepare(
      'insert into tag(run, key, value) values(?, ?, ?) on conflict do update set value = excluded.value'
    );
    this.#deleteTag = prepare('delete from tag where run = ? and key = ?');
    this.#setExperimentLife = prepare('update experiment set life = ?, updated_at = ?, deleted_at = ? where id = ?');
    this.#setRunsLife = prepare('update run set life = ?, deleted_at = ? where exp = ?');
    this.#insertInput = prepare(
      `insert into run_input(run, name, digest, context, version, details) values(?, ?, ?, ?, ?, ?)
       on conflict do update set version = coalesce(excluded.version, version),
         details = coalesce(excluded.details, details)`
    );
  }

  find(uuid: string): KnownRun | undefined {
    let run = this.#runs.get(uuid);
    if (run === undefined) {
      run = this.#selectRun.get(uuid) as KnownRun | undefined;
      if (run !== undefined) {
        this.#runs.set(uuid, run);
      }
    }
    return run;
  }

  add(run: NewRunRow): KnownRun {
    const { uuid, exp, start_time, status, name, user_name, session } = run;
    const { lastInsertRowid } = this.#insertRun.run(uuid, exp, start_time, status, name, user_name, session);
    const known: KnownRun = { id: Number(lastInsertRowid), exp, life: 0 };
    this.#runs.set(uuid, known);
    return known;
  }

  change(run: KnownRun, change: RunChange): void {
    run.life = change.life ?? run.life;
    this.#changes.run(run.id, change);
  }

  key(exp: number, name: string): number {
    const known = this.knownKey(exp, name);
    if (known !== undefined) {
      return known;
    }
    const id = Number(this.#insertKey.run(exp, name).lastInsertRowid);
    this.#keys.get(exp)?.set(name, id);
    return id;
  }

  knownKey(exp: number, name: string): number | undefined {
    let keys = this.#keys.get(exp);
    if (keys === undefined) {
      keys = new Map();
      this.#keys.set(exp, keys);
    }
    let id = keys.get(name);
    if (id === undefined) {
      id = (this.#selectKey.get(exp, name) as { id: number } | undefined)?.id;
      if (id !== undefined) {
        keys.set(name, id);
      }
    }
    return id;
  }

  param(run: number, key: number): string | undefined {
    return (this.#selectParam.get(run, key) as { value: string } | undefined)?.value;
  }

  addParam(run: number, key: number, value: string): void {
    this.#insertParam.run(run, key, value);
  }

  putTag(run: number, key: number, value: string): void {
    this.#upsertTag.run(run, key, value);
  }

  deleteTag(run: number, key: number): boolean {
    return this.#deleteTag.run(run, key).changes > 0;
  }

  putInput(run: number, input: RunInputEntry): void {
    this.#insertInput.run(run, input.name, input.digest, input.context, input.version, input.details);
  }

  points(run: number, key: number): PointSink {
    const series = this.#series.of(run, key);
    return { add: (step, timestamp, value) => this.#series.addPoint(series, step, timestamp, value) };
  }

  changeExperiment(exp: number, { life, at }: { readonly life: number; readonly at: number }): void {
    const deletedAt = life === 0 ? null : at;
    this.#setExperimentLife.run(life, at, deletedAt, exp);
    this.#setRunsLife.run(life, deletedAt, exp);
    this.#runs.clear();
  }

  /** Writes what is still held back; before every savepoint and every commit. */
  flush(): void {
    this.#series.flush();
  }

  /** Keeps the caches bounded; only when nothing is held back. */
  trim(): void {
    this.#series.trim();
    if (this.#runs.size > MAX_RUNS) {
      this.#runs.clear();
    }
    if (this.#keys.size > MAX_EXPERIMENTS) {
      this.#keys.clear();
    }
  }

  /** After a rollback. */
  forget(): void {
    this.#series.forget();
    this.#runs.clear();
    this.#keys.clear();
  }
}
