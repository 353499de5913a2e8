import type { LayersModel } from '@tensorflow/tfjs';
import type { Tf } from '../train/tensorflow.js';
import { currentRun, type Run } from './run.js';

type FitArgs = Parameters<LayersModel['fit']>[2];
type EpochCallback = { onEpochEnd: (epoch: number, logs?: Record<string, number>) => void };

const INSTALLED = Symbol.for('slipway.autolog');

/**
 * Makes plain `model.fit` and `model.fitDataset` log to the current run: the loss and metrics of every epoch, and the
 * settings as parameters. Outside a run they behave as before.
 */
export function installAutolog(tf: Tf): void {
  const prototype = tf.LayersModel.prototype as LayersModel & { [INSTALLED]?: boolean };
  if (prototype[INSTALLED]) return;
  Object.defineProperty(prototype, INSTALLED, { value: true });
  const { fit, fitDataset } = prototype;
  prototype.fit = function (this: LayersModel, x, y, args) {
    return fit.call(this, x, y, withLogging(tf, this, args ?? {}) as FitArgs);
  };
  prototype.fitDataset = function (this: LayersModel, dataset, args) {
    return fitDataset.call(this, dataset, withLogging(tf, this, args));
  } as typeof fitDataset;
}

function withLogging<A extends { epochs?: number; callbacks?: unknown; batchSize?: number }>(
  tf: Tf,
  model: LayersModel,
  args: A
): A {
  const run = currentRun();
  if (!run) return args;
  try {
    run.logParams(settings(model, args));
  } catch {
    // A model that cannot say its settings is trained all the same.
  }
  const logging = epochLogger(run, args.epochs ?? 1);
  return { ...args, callbacks: joinCallbacks(tf, args.callbacks, logging) };
}

function settings(model: LayersModel, args: { epochs?: number; batchSize?: number }): Record<string, string | number> {
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

function epochLogger(run: Run, epochs: number): EpochCallback {
  const started = Date.now();
  return {
    onEpochEnd: (epoch, logs) => {
      for (const [key, value] of Object.entries(logs ?? {})) {
        if (typeof value === 'number') run.logMetric(key, value, epoch);
      }
      const done = epoch + 1;
      const left = ((Date.now() - started) / done) * (epochs - done);
      run.logProgress({ fraction: Math.min(1, done / epochs), label: `epoch ${done} of ${epochs}`, eta_ms: left });
    }
  };
}

/** tfjs takes callback objects, their configs, or one of either, but no mixture. */
function joinCallbacks(tf: Tf, given: unknown, ours: EpochCallback): unknown {
  if (given === undefined || given === null) return [ours];
  const list: unknown[] = Array.isArray(given) ? given : [given];
  const isObject = list[0] instanceof tf.Callback || (list[0] as { setParams?: unknown })?.setParams !== undefined;
  return isObject ? [...list, new tf.CustomCallback(ours)] : [...list, ours];
}
