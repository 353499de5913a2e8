import type { KeyValue } from '@slipway/contract';
import { InvalidStateError } from '../../errors.js';
import { numberOf } from '../metric-value.js';
import type {
  AddRunInputs,
  CreateRun,
  DeleteRunTag,
  LogToRun,
  MetricEntry,
  SetExperimentLifecycle,
  SetRunLifecycle,
  UpdateRun
} from '../operations.js';
import { statusNumber } from '../run-status.js';
import type { KnownRun, PointSink, RunRows } from './run-rows.js';
import { changedParam, deletedRun, unknownRun, unknownTag } from '../../tracking-errors.js';

/** MLflow's clients read and write a run's name as this tag as well; both stay the same. */
export const RUN_NAME_TAG = 'mlflow.runName';

/**
 * The rules by which runs are written, in whatever database. A method that throws one of our errors has written
 * nothing.
 */
export class RunWriter {
  readonly #rows: RunRows;

  constructor(rows: RunRows) {
    this.#rows = rows;
  }

  /** @param session row id of the session that started the run, or null. */
  create(run: CreateRun, session: number | null): void {
    if (this.#rows.find(run.run_id) !== undefined) {
      throw new InvalidStateError(`The run ${run.run_id} exists already.`);
    }
    const known = this.#rows.add({
      uuid: run.run_id,
      exp: run.experiment_id,
      start_time: run.start_time,
      status: statusNumber(run.status),
      name: run.name,
      user_name: run.user,
      session
    });
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
      this.#rows.addParam(run.id, this.#rows.key(run.exp, param.key), param.value);
    }
    for (const tag of entry.tags) {
      this.#setTag(run, tag);
    }
    if (entry.progress !== undefined) {
      this.#rows.change(run, { progress: JSON.stringify(entry.progress) });
    }
    return { experiment_id: run.exp };
  }

  update(change: UpdateRun): { experiment_id: number } {
    const run = this.#active(change.run_id);
    const { status, end_time, name, failure } = change;
    this.#rows.change(run, {
      ...(status === undefined ? {} : { status: statusNumber(status), lost: 0, progress: null }),
      ...(end_time === undefined ? {} : { end_time }),
      ...(failure === undefined ? {} : { failure: failure === null ? null : JSON.stringify(failure) })
    });
    if (name !== undefined) {
      this.#setTag(run, { key: RUN_NAME_TAG, value: name });
    }
    return { experiment_id: run.exp };
  }

  setLifecycle(change: SetRunLifecycle): { experiment_id: number } {
    const run = this.#known(change.run_id);
    this.#rows.change(run, change.deleted ? { life: 1, deleted_at: Date.now() } : { life: 0, deleted_at: null });
    return { experiment_id: run.exp };
  }

  setExperimentLifecycle(change: SetExperimentLifecycle): void {
    this.#rows.changeExperiment(change.experiment_id, { life: change.deleted ? 1 : 0, at: Date.now() });
  }

  deleteTag(change: DeleteRunTag): { experiment_id: number } {
    const run = this.#active(change.run_id);
    const key = this.#rows.knownKey(run.exp, change.key);
    if (key === undefined || !this.#rows.deleteTag(run.id, key)) {
      throw unknownTag(change.key, 'run', change.run_id);
    }
    return { experiment_id: run.exp };
  }

  addInputs(change: AddRunInputs): { experiment_id: number } {
    const run = this.#active(change.run_id);
    for (const input of change.inputs) {
      this.#rows.putInput(run.id, input);
    }
    return { experiment_id: run.exp };
  }

  /** The run if there is one, deleted or not. */
  find(runId: string): { readonly id: number; readonly exp: number } | undefined {
    return this.#rows.find(runId);
  }

  #known(runId: string): KnownRun {
    const run = this.#rows.find(runId);
    if (run === undefined) {
      throw unknownRun(runId);
    }
    return run;
  }

  #active(runId: string): KnownRun {
    const run = this.#known(runId);
    if (run.life !== 0) {
      throw deletedRun(runId);
    }
    return run;
  }

  #logMetrics(run: KnownRun, metrics: readonly MetricEntry[]): void {
    let name: string | undefined;
    let points: PointSink | undefined;
    for (const metric of metrics) {
      // Clients send the points of one metric together: the look-ups are then done once.
      if (points === undefined || metric.key !== name) {
        name = metric.key;
        points = this.#rows.points(run.id, this.#rows.key(run.exp, name));
      }
      points.add(metric.step ?? 0, metric.timestamp, numberOf(metric.value));
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
        throw changedParam(key, known, value, entry.run_id);
      }
      inThisCall.set(key, value);
    }
  }

  #paramValue(run: KnownRun, name: string): string | undefined {
    const key = this.#rows.knownKey(run.exp, name);
    return key === undefined ? undefined : this.#rows.param(run.id, key);
  }

  #setTag(run: KnownRun, tag: KeyValue): void {
    this.#rows.putTag(run.id, this.#rows.key(run.exp, tag.key), tag.value);
    if (tag.key === RUN_NAME_TAG) {
      this.#rows.change(run, { name: tag.value });
    }
  }
}
