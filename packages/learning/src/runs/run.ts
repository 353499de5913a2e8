import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import { userInfo } from 'node:os';
import type { NamedMetric, RunProgress, RunStatus } from '@slipway/contract';
import { type MimeBundle, notebook, SlipwayError, warnOfCell } from '@slipway/notebook';
import type { Clustering, Projection } from '../train/structure.js';
import type { TrainedModel } from '../train/trained-model.js';
import { prepareAutolog } from './prepare-autolog.js';
import { checkedPair, checkedPoint, fractionRefusal } from './logged-values.js';
import { isAccuracy } from './metric-names.js';
import { Refusals } from './refusals.js';
import { runBundle } from './run-display.js';
import { runName } from './run-name.js';
import { SystemMetrics } from './system-metrics.js';

/** Metric points wait at most this long, so that a fast loop costs one record per interval. */
const FLUSH_MS = 200;
const MAX_POINTS = 500;
const MAX_PAIRS = 100;

const currentRunStorage = new AsyncLocalStorage<Run>();
/** The run that `%slip run` opened for the cells that follow. */
let ambientRun: Run | undefined;

/**
 * The run in whose body the current code is, also in its timers and promises; else the one that `%slip run` opened.
 *
 * @example
 * await slip.run('rain', () => slip.currentRun()?.logMetric('rmse', 0.41));
 */
export function currentRun(): Run | undefined {
  const open = ambientRun?.endTime === null ? ambientRun : undefined;
  return currentRunStorage.getStore() ?? open;
}

/** Makes `run` the current run of all code that is in no other run, until it is finished. */
export function openRunForCells(run: Run): void {
  ambientRun = run;
}

/** A run that logs from the notebook. Logging never throws and never waits. */
export class Run {
  readonly id = randomBytes(16).toString('hex');
  readonly name: string;
  readonly experiment: string;
  readonly startTime = Date.now();
  status: RunStatus = 'RUNNING';
  endTime: number | null = null;
  /** What the body of the run returned. */
  result: unknown;
  /** The last model that was fitted in this run. */
  model: TrainedModel | null = null;
  /** The last structure that was found in this run. */
  found: Clustering | Projection | null = null;
  /** The latest value of each metric. */
  readonly metrics = new Map<string, number>();
  #points: NamedMetric[] = [];
  #progress: RunProgress | undefined;
  #timer: NodeJS.Timeout | undefined;
  #misnamed = false;
  readonly #steps = new Map<string, number>();
  readonly #refusals = new Refusals();
  readonly #system = new SystemMetrics((metrics, step) => this.logMetrics(metrics, step));

  constructor(experiment: string, name: string | undefined) {
    this.experiment = experiment;
    this.name = name ?? runName();
    const book = notebook();
    const tags = [
      { key: 'slipway.session', value: book.sessionId },
      { key: 'slipway.language', value: 'typescript' }
    ];
    if (book.cell) {
      tags.push({ key: 'slipway.cell', value: book.cell.executionId });
    }
    book.noteRun(this.id);
    book.record({
      type: 'run.started',
      run_id: this.id,
      experiment_name: experiment,
      name: this.name,
      start_time: this.startTime,
      user: userName(),
      tags
    });
  }

  /**
   * Logs one value; `step` counts up from 0 by itself when it is not given. A point that cannot be kept is named under
   * the cell, with the reason; all others are kept.
   */
  logMetric(key: string, value: number, step?: number): void {
    const at = step ?? (this.#steps.get(key) ?? -1) + 1;
    const point = checkedPoint(key, value, at, Date.now());
    if ('refusal' in point) {
      this.#refusals.add(`metric ${JSON.stringify(String(key).slice(0, 60))}`, point.refusal);
      return;
    }
    this.#steps.set(key, at);
    this.metrics.set(key, value);
    this.#checkName(key, value);
    this.#points.push(point.value);
    notebook().noteRun(this.id);
    if (this.#points.length >= MAX_POINTS) {
      this.flush();
    } else {
      this.#schedule();
    }
  }

  logMetrics(metrics: Record<string, number>, step?: number): void {
    for (const [key, value] of Object.entries(metrics)) {
      this.logMetric(key, value, step);
    }
  }

  logParam(key: string, value: string | number | boolean): void {
    this.logParams({ [key]: value });
  }

  logParams(params: Record<string, string | number | boolean>): void {
    const pairs = Object.entries(params).flatMap(([key, value]) => this.#pair('parameter', key, value));
    for (let i = 0; i < pairs.length; i += MAX_PAIRS) {
      this.#log({ params: pairs.slice(i, i + MAX_PAIRS) });
    }
  }

  setTag(key: string, value: string): void {
    const tags = this.#pair('tag', key, value);
    if (tags.length > 0) {
      this.#log({ tags });
    }
  }

  /** Says how far the run is; shown in the Runs sidebar. */
  logProgress(progress: RunProgress): void {
    const refusal = fractionRefusal(progress.fraction);
    if (refusal !== null) {
      this.#refusals.add('progress', refusal);
      return;
    }
    this.#progress = progress;
    this.#schedule();
  }

  /** Says that the run read a dataset version. */
  logInput(dataset: { name: string; version: number | null; digest: string; context: string }): void {
    notebook().record({ type: 'run.input', run_id: this.id, dataset });
  }

  /** Hands everything logged so far to the record. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#points.length === 0 && !this.#progress) {
      return;
    }
    const metrics = this.#points;
    const progress = this.#progress;
    this.#points = [];
    this.#progress = undefined;
    this.#log({ metrics, ...(progress ? { progress } : {}) });
  }

  /** Ends the run. A failure names the cell in which it happened. */
  finish(status: RunStatus, failure?: string): void {
    if (this.endTime !== null) {
      return;
    }
    this.#system.stop();
    this.#refusals.close();
    this.flush();
    this.status = status;
    this.endTime = Date.now();
    const book = notebook();
    book.record({
      type: 'run.finished',
      run_id: this.id,
      status,
      end_time: this.endTime,
      failure:
        failure === undefined
          ? null
          : {
              message: failure,
              ...(book.cell ? { cell_order: book.cell.order } : {}),
              ...(book.cell?.cellId ? { cell_id: book.cell.cellId } : {})
            }
    });
  }

  #pair(kind: 'parameter' | 'tag', key: string, value: unknown): { key: string; value: string }[] {
    const pair = checkedPair(key, value);
    if ('value' in pair) {
      return [pair.value];
    }
    this.#refusals.add(`${kind} ${JSON.stringify(String(key).slice(0, 60))}`, pair.refusal);
    return [];
  }

  /** An accuracy of a model that predicts numbers is another metric under a wrong name. */
  #checkName(key: string, value: number): void {
    if (!this.model || this.model.labels !== null || this.#misnamed || !isAccuracy(key)) {
      return;
    }
    this.#misnamed = true;
    const { r2 } = this.model.metrics;
    const isR2 = r2 !== undefined && Math.abs(r2 - value) < 1e-6;
    warnOfCell(
      `Run ${this.name} logs ${isR2 ? `R² ${Number(value.toPrecision(3))}` : 'a metric'} as "${key}", but its model predicts a number: ` +
        `accuracy is the share of right classes.\nLog it under its own name, run.logMetric("${isR2 ? 'r2' : 'mae'}", …); slip.fit logs r2, rmse and mae itself.`
    );
  }

  /** Runs `body` with this run as the current one. */
  enter<T>(body: () => T): T {
    return currentRunStorage.run(this, body);
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => this.flush(), FLUSH_MS);
    this.#timer.unref();
  }

  #log(part: {
    metrics?: NamedMetric[];
    params?: { key: string; value: string }[];
    tags?: { key: string; value: string }[];
    progress?: RunProgress;
  }): void {
    const { metrics = [], params = [], tags = [], progress } = part;
    notebook().record({
      type: 'run.logged',
      run_id: this.id,
      metrics,
      params,
      tags,
      ...(progress ? { progress } : {})
    });
  }

  [Symbol.for('Jupyter.display')](): MimeBundle {
    return runBundle(this);
  }
}

/** A finished run with what its body returned. */
export type FinishedRun<T> = Run & { readonly result: T };

/**
 * Runs `body` as a run of `experiment`. The run ends FINISHED, KILLED when the cell was interrupted, or FAILED when the
 * body throws; the body's own error is thrown on.
 *
 * @example
 * const run = await slip.run('rain', run => {
 *   run.logParam('window', 7);
 *   run.logMetric('rmse', 0.41);
 * });
 */
export async function run<T>(
  experiment: string,
  body: (run: Run) => Promise<T> | T,
  options: { name?: string } = {}
): Promise<FinishedRun<T>> {
  const started = new Run(experiment, options.name);
  const { signal } = notebook();
  try {
    await prepareAutolog();
    started.result = await started.enter(() => body(started));
    started.finish(signal.aborted ? 'KILLED' : 'FINISHED');
  } catch (error) {
    started.finish(signal.aborted ? 'KILLED' : 'FAILED', failureText(error));
    throw error;
  }
  return started as FinishedRun<T>;
}

/** What a row of the sidebar says of an error: our own with what to do, every other by its kind and first line. */
function failureText(error: unknown): string {
  if (error instanceof SlipwayError) {
    return error.message.replaceAll('\n', ' ');
  }
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.split('\n', 1)[0] ?? text;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return process.env['USER'] ?? '';
  }
}
