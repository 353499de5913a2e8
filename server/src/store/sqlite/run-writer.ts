import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { InvalidRequestError, InvalidStateError, NotFoundError } from '../../errors.js';
import { numberOf } from '../metric-value.js';
import type {
  AddRunInputs,
  CreateRun,
  DeleteRunTag,
  KeyValue,
  LogToRun,
  MetricEntry,
  SetExperimentLifecycle,
  SetRunLifecycle,
  UpdateRun
} from '../operations.js';
import { statusNumber } from '../run-status.js';
import { SeriesCache } from './series-cache.js';

/** MLflow's clients read and write a run's name as this tag as well; both stay the same. */
const RUN_NAME_TAG = 'mlflow.runName';

interface KnownRun {
  readonly id: number;
  readonly exp: number;
  life: number;
}

const MAX_RUNS = 50_000;
const MAX_EXPERIMENTS = 1000;

/**
 * The writes of runs, by prepared statements, inside a transaction that the caller holds. A method that throws one of
 * our errors has written nothing.
 */
export class RunWriter {
  readonly #series: SeriesCache;
  readonly #runs = new Map<string, KnownRun>();
  readonly #keys = new Map<number, Map<string, number>>();
  readonly #insertRun: StatementSync;
  readonly #selectRun: StatementSync;
  readonly #insertKey: StatementSync;
  readonly #selectKey: StatementSync;
  readonly #insertParam: StatementSync;
  readonly #selectParam: StatementSync;
  readonly #upsertTag: StatementSync;
  readonly #deleteTag: StatementSync;
  readonly #setName: StatementSync;
  readonly #setProgress: StatementSync;
  readonly #setStatus: StatementSync;
  readonly #setEnd: StatementSync;
  readonly #setFailure: StatementSync;
  readonly #setLife: StatementSync;
  readonly #setExperimentLife: StatementSync;
  readonly #setRunsLife: StatementSync;
  readonly #insertInput: StatementSync;

  constructor(database: DatabaseSync) {
    const prepare = (text: string): StatementSync => database.prepare(text);
    this.#series = new SeriesCache(database);
    this.#insertRun = prepare(
      'insert into run(uuid, exp, start_time, status, name, user_name, session) values(?, ?, ?, ?, ?, ?, ?)'
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
    this.#setName = prepare('update run set name = ? where id = ?');
    this.#setProgress = prepare('update run set progress = ? where id = ?');
    this.#setStatus = prepare('update run set status = ?, lost = 0, progress = null where id = ?');
    this.#setEnd = prepare('update run set end_time = ? where id = ?');
    this.#setFailure = prepare('update run set failure = ? where id = ?');
    this.#setLife = prepare('update run set life = ? where id = ?');
    this.#setExperimentLife = prepare('update experiment set life = ?, updated_at = ? where id = ?');
    this.#setRunsLife = prepare('update run set life = ? where exp = ?');
    this.#insertInput = prepare(
      `insert into run_input(run, name, digest, context, version, details) values(?, ?, ?, ?, ?, ?)
       on conflict do update set version = coalesce(excluded.version, version),
         details = coalesce(excluded.details, details)`
    );
  }

  /** @param session row id of the session that started the run, or null. */
  create(run: CreateRun, session: number | null): void {
    if (this.find(run.run_id) !== undefined) {
      throw new InvalidStateError(`The run ${run.run_id} exists already.`);
    }
    const status = statusNumber(run.status);
    const { lastInsertRowid } = this.#insertRun.run(
      run.run_id,
      run.experiment_id,
      run.start_time,
      status,
      run.name,
      run.user,
      session
    );
    const known: KnownRun = { id: Number(lastInsertRowid), exp: run.experiment_id, life: 0 };
    this.#runs.set(run.run_id, known);
    for (const tag of run.tags) {
      this.#setTag(known, tag);
    }
    this.#setTag(known, { key: RUN_NAME_TAG, value: run.name });
  }

  log(entry: LogToRun): { experiment_id: number } {
    const run = this.#active(entry.run_id);
    this.#refuseChangedParams(run, entry);
    this.#logMetrics(run, entry.metrics);
    for (const param of entry.params) {
      this.#insertParam.run(run.id, this.#key(run.exp, param.key), param.value);
    }
    for (const tag of entry.tags) {
      this.#setTag(run, tag);
    }
    if (entry.progress !== undefined) {
      this.#setProgress.run(JSON.stringify(entry.progress), run.id);
    }
    return { experiment_id: run.exp };
  }

  update(change: UpdateRun): { experiment_id: number } {
    const run = this.#active(change.run_id);
    if (change.status !== undefined) {
      this.#setStatus.run(statusNumber(change.status), run.id);
    }
    if (change.end_time !== undefined) {
      this.#setEnd.run(change.end_time, run.id);
    }
    if (change.name !== undefined) {
      this.#setTag(run, { key: RUN_NAME_TAG, value: change.name });
    }
    if (change.failure !== undefined) {
      this.#setFailure.run(change.failure === null ? null : JSON.stringify(change.failure), run.id);
    }
    return { experiment_id: run.exp };
  }

  setLifecycle(change: SetRunLifecycle): { experiment_id: number } {
    const run = this.#known(change.run_id);
    run.life = change.deleted ? 1 : 0;
    this.#setLife.run(run.life, run.id);
    return { experiment_id: run.exp };
  }

  setExperimentLifecycle(change: SetExperimentLifecycle): void {
    const life = change.deleted ? 1 : 0;
    this.#setExperimentLife.run(life, Date.now(), change.experiment_id);
    this.#setRunsLife.run(life, change.experiment_id);
    this.#runs.clear();
  }

  deleteTag(change: DeleteRunTag): { experiment_id: number } {
    const run = this.#active(change.run_id);
    const key = this.#keyIfKnown(run.exp, change.key);
    if (key === undefined || this.#deleteTag.run(run.id, key).changes === 0) {
      throw new NotFoundError(`No tag with name: ${change.key} in run with id ${change.run_id}`);
    }
    return { experiment_id: run.exp };
  }

  addInputs(change: AddRunInputs): { experiment_id: number } {
    const run = this.#active(change.run_id);
    for (const input of change.inputs) {
      this.#insertInput.run(run.id, input.name, input.digest, input.context, input.version, input.details);
    }
    return { experiment_id: run.exp };
  }

  /** The run if there is one, deleted or not. */
  find(runId: string): { readonly id: number; readonly exp: number } | undefined {
    let run = this.#runs.get(runId);
    if (run === undefined) {
      run = this.#selectRun.get(runId) as KnownRun | undefined;
      if (run !== undefined) {
        this.#runs.set(runId, run);
      }
    }
    return run;
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

  #known(runId: string): KnownRun {
    const run = this.find(runId);
    if (run === undefined) {
      throw new NotFoundError(`Run with id=${runId} not found`);
    }
    return run as KnownRun;
  }

  #active(runId: string): KnownRun {
    const run = this.#known(runId);
    if (run.life !== 0) {
      throw new InvalidStateError(`The run ${runId} must be in the 'active' state. Current state is deleted.`);
    }
    return run;
  }

  #logMetrics(run: KnownRun, metrics: readonly MetricEntry[]): void {
    let name: string | undefined;
    let series: ReturnType<SeriesCache['of']> | undefined;
    for (const metric of metrics) {
      // Clients send the points of one metric together: the look-ups are then done once.
      if (series === undefined || metric.key !== name) {
        name = metric.key;
        series = this.#series.of(run.id, this.#key(run.exp, name));
      }
      this.#series.addPoint(series, metric.step ?? 0, metric.timestamp, numberOf(metric.value));
    }
  }

  /** Before anything of the operation is written. */
  #refuseChangedParams(run: KnownRun, entry: LogToRun): void {
    if (entry.params.length === 0) {
      return;
    }
    const inThisCall = new Map<string, string>();
    for (const { key, value } of entry.params) {
      const known = inThisCall.get(key) ?? this.#paramValue(run, key);
      if (known !== undefined && known !== value) {
        throw new InvalidRequestError(
          `Changing param values is not allowed. Param with key='${key}' was already logged with value='${known}' ` +
            `for run ID='${entry.run_id}'. Attempted logging new value '${value}'.`
        );
      }
      inThisCall.set(key, value);
    }
  }

  #paramValue(run: KnownRun, name: string): string | undefined {
    const key = this.#keyIfKnown(run.exp, name);
    const row = key === undefined ? undefined : (this.#selectParam.get(run.id, key) as { value: string } | undefined);
    return row?.value;
  }

  #setTag(run: KnownRun, tag: KeyValue): void {
    this.#upsertTag.run(run.id, this.#key(run.exp, tag.key), tag.value);
    if (tag.key === RUN_NAME_TAG) {
      this.#setName.run(tag.value, run.id);
    }
  }

  #keyIfKnown(exp: number, name: string): number | undefined {
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

  #key(exp: number, name: string): number {
    const known = this.#keyIfKnown(exp, name);
    if (known !== undefined) {
      return known;
    }
    const id = Number(this.#insertKey.run(exp, name).lastInsertRowid);
    this.#keys.get(exp)?.set(name, id);
    return id;
  }
}
