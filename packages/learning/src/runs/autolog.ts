import { AsyncLocalStorage } from 'node:async_hooks';
import type { LayersModel, Scalar } from '@tensorflow/tfjs';
import { backendParams, choiceInUse } from '../backend/choose.js';
import { whenTfjsLoads } from '../backend/load-tfjs.js';
import { stepReport } from '../backend/recorded/index.js';
import type { Tf } from '../backend/tfjs.js';
import { warnOfAccuracyOfNumbers } from './metric-names.js';
import { currentRun, type Run } from './run.js';

type FitArgs = Parameters<LayersModel['fit']>[2];
type EpochCallback = { onEpochEnd: (epoch: number, logs?: Readonly<Record<string, number>>) => void };

const INSTALLED = Symbol.for('slipway.autolog');
/** Set while a training runs whose caller does the logging. */
const silent = new AsyncLocalStorage<true>();
/** Steps of `trainOnBatch` so far, for each model. */
const batches = new WeakMap<object, { run: Run; steps: number }>();

/**
 * Makes plain `model.fit`, `model.fitDataset` and `model.trainOnBatch` log to the current run: the loss and metrics of every
 * epoch (of every batch for `trainOnBatch`), and the settings as parameters. Outside a run they behave as before.
 */
export function installAutolog(tf: Tf): void {
  const prototype = tf.LayersModel.prototype as LayersModel & { [INSTALLED]?: boolean };
  if (prototype[INSTALLED]) {
    return;
  }
  Object.defineProperty(prototype, INSTALLED, { value: true });
  const { fit, fitDataset, trainOnBatch } = prototype;
  prototype.fit = function (this: LayersModel, x, y, args) {
    return fit.call(this, x, y, withLogging(tf, this, args ?? {}) as FitArgs).finally(() => logStep(this));
  };
  prototype.fitDataset = function (this: LayersModel, dataset, args) {
    return fitDataset.call(this, dataset, withLogging(tf, this, args)).finally(() => logStep(this));
  } as typeof fitDataset;
  prototype.trainOnBatch = async function (this: LayersModel, x, y) {
    const run = loggedRun();
    const result = await trainOnBatch.call(this, x, y);
    if (run) {
      logBatch(run, tf, this, result);
    }
    return result;
  };
}

/** Runs `body`, in which nothing is logged by itself. */
export function withoutAutolog<T>(body: () => T): T {
  return silent.run(true, body);
}

/** What a training is called with, as parameters of a run. */
export function fitSettings(
  model: LayersModel,
  args: { epochs?: number; batchSize?: number }
): Record<string, string | number> {
  const optimizer = model.optimizer as unknown as { getClassName?: () => string; learningRate?: number } | undefined;
  return {
    epochs: args.epochs ?? 1,
    ...(args.batchSize ? { batch_size: args.batchSize } : {}),
    ...(optimizer?.getClassName ? { optimizer: optimizer.getClassName() } : {}),
    ...(optimizer?.learningRate ? { learning_rate: optimizer.learningRate } : {}),
    ...(typeof model.loss === 'string' ? { loss: model.loss } : {}),
    parameters: model.countParams()
  };
}

/** Logs what an epoch gave, and how much time is left. */
export function epochLogger(run: Run, epochs: number): EpochCallback {
  const started = Date.now();
  let here = 0;
  return {
    onEpochEnd: (epoch, logs) => {
      for (const [key, value] of Object.entries(logs ?? {})) {
        if (typeof value === 'number') {
          run.logMetric(key, value, epoch);
        }
      }
      const done = epoch + 1;
      const left = ((Date.now() - started) / ++here) * (epochs - done);
      run.logProgress({ fraction: Math.min(1, done / epochs), label: `epoch ${done} of ${epochs}`, eta_ms: left });
    }
  };
}

function loggedRun(): Run | undefined {
  return silent.getStore() ? undefined : currentRun();
}

function withLogging<A extends { epochs?: number; callbacks?: unknown; batchSize?: number }>(
  tf: Tf,
  model: LayersModel,
  args: A
): A {
  const run = loggedRun();
  if (!run) {
    return args;
  }
  logSettings(run, tf, model, args);
  const logging = epochLogger(run, args.epochs ?? 1);
  return { ...args, callbacks: joinCallbacks(tf, args.callbacks, logging) };
}

function logSettings(run: Run, tf: Tf, model: LayersModel, args: { epochs?: number; batchSize?: number }): void {
  try {
    const choice = choiceInUse(tf);
    warnOfAccuracyOfNumbers(model);
    run.logParams({ ...fitSettings(model, args), ...(choice ? backendParams(choice) : { backend: tf.getBackend() }) });
  } catch {
    // A model that cannot say its settings is trained all the same.
  }
}

/** Says how the steps of a training were executed, on backends that can record them. */
function logStep(model: LayersModel): void {
  const report = stepReport(model);
  if (report) {
    loggedRun()?.logParams({ training_step: report.reason ? `${report.mode}: ${report.reason}` : report.mode });
  }
}

function logBatch(run: Run, tf: Tf, model: LayersModel, result: number | Scalar | (number | Scalar)[]): void {
  const known = batches.get(model);
  const counted = known?.run === run ? known : { run, steps: 0 };
  batches.set(model, counted);
  if (counted.steps === 0) {
    logSettings(run, tf, model, {});
  }
  const values = Array.isArray(result) ? result : [result];
  values.forEach((value, i) => {
    if (typeof value === 'number') {
      run.logMetric(model.metricsNames[i] ?? `output_${i}`, value, counted.steps);
    }
  });
  counted.steps++;
}

/** tfjs takes callback objects, their configs, or one of either, but no mixture. */
function joinCallbacks(tf: Tf, given: unknown, ours: EpochCallback): unknown {
  if (given === undefined || given === null) {
    return [ours];
  }
  const list: unknown[] = Array.isArray(given) ? given : [given];
  const isObject = list[0] instanceof tf.Callback || (list[0] as { setParams?: unknown })?.setParams !== undefined;
  return isObject ? [...list, new tf.CustomCallback(ours)] : [...list, ours];
}

whenTfjsLoads(installAutolog);
