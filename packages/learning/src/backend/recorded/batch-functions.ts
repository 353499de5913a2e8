import type { LayersModel, Tensor } from '@tensorflow/tfjs';
import type { Tf } from '../tfjs.js';
import { operationsPerRow } from '../work.js';
import type { Batches, BatchFunction, BatchReport } from './batch-function.js';
import type { Step } from './training-step.js';
import { isOpByOp } from './train-function.js';

/** tfjs's own loops over the batches of `evaluate`, of validation in `fit`, and of `predict`, which its types do not show. */
interface ModelInternals {
  readonly stateful: boolean;
  testLoop(step: Step, data: Tensor[], batchSize?: number, verbose?: number, steps?: number): Tensor[];
  predictLoop(data: Tensor | Tensor[], batchSize?: number, verbose?: boolean): Tensor | Tensor[];
}

/** Makes functions of batches that are recorded, on the backends that it is for. */
export interface BatchEngine {
  isFor(backend: string): boolean;
  /** @param operationsPerRow floating point operations. */
  createFunction(tf: Tf, operationsPerRow: number): BatchFunction;
}

/** tfjs makes a new function for each evaluation, and one for all validations of a fit. */
const tests = new WeakMap<Step, BatchFunction>();
const predictions = new WeakMap<object, BatchFunction>();
const lastTests = new WeakMap<object, BatchFunction>();

/** Has `evaluate`, validation and `predict` of every model executed as recordings on the backends of `engine`. */
export function installRecordedFunctions(tf: Tf, engine: BatchEngine): void {
  const prototype = tf.LayersModel.prototype as unknown as ModelInternals;
  const { testLoop, predictLoop } = prototype;

  prototype.testLoop = function (this: ModelInternals, step, data, batchSize = 32, verbose = 0, steps) {
    const isPlain = verbose === 0 && (steps === undefined || steps === null);
    const all = isPlain && isOurs(tf, this, engine) ? testOf(this, step).run(step, data, batchSize) : null;
    return all ? meansOf(tf, all) : testLoop.call(this, step, data, batchSize, verbose, steps);
  };

  prototype.predictLoop = function (this: ModelInternals, data, batchSize = 32, verbose = false) {
    if (verbose || !isOurs(tf, this, engine)) {
      return predictLoop.call(this, data, batchSize, verbose);
    }
    const step: Step = batch => [predictLoop.call(this, batch as Tensor[], batch[0]!.shape[0])].flat();
    const all = known(predictions, this, () => created(this)).run(step, [data].flat(), batchSize);
    if (!all) {
      return predictLoop.call(this, data, batchSize, verbose);
    }
    const outputs = all[0]!.outputs.map((_, i) => joined(tf, all, i));
    return outputs.length === 1 ? outputs[0]! : outputs;
  };

  function created(model: ModelInternals): BatchFunction {
    return engine.createFunction(tf, operationsPerRow(model as unknown as LayersModel));
  }

  function testOf(model: ModelInternals, step: Step): BatchFunction {
    const made = known(tests, step, () => created(model));
    lastTests.set(model, made);
    return made;
  }
}

/** How a model was evaluated and asked last; null for what was not done. */
export function functionReports(model: object): { test: BatchReport | null; predict: BatchReport | null } {
  const inner = (model as { model?: object }).model ?? model;
  return { test: lastTests.get(inner)?.report ?? null, predict: predictions.get(inner)?.report ?? null };
}

/** What is being differentiated has to be computed by tfjs; what is kept between batches would be frozen. */
function isOurs(tf: Tf, model: ModelInternals, engine: BatchEngine): boolean {
  const { state } = tf.engine() as unknown as { state: { gradientDepth: number; kernelDepth: number } };
  return !model.stateful && !isOpByOp(model) && state.gradientDepth === 0 && engine.isFor(tf.getBackend());
}

function known<K extends object, V>(all: WeakMap<K, V>, key: K, create: () => V): V {
  const value = all.get(key) ?? create();
  all.set(key, value);
  return value;
}

/** Losses and metrics, averaged over all rows. */
function meansOf(tf: Tf, all: readonly Batches[]): Tensor[] {
  const rows = all.reduce((sum, { size, count }) => sum + size * count, 0);
  return all[0]!.outputs.map((_, i) => {
    let sum = 0;
    for (const { size, outputs } of all) {
      for (const mean of outputs[i]!.values) {
        sum += size * mean;
      }
    }
    return tf.scalar(sum / rows);
  });
}

/** Predictions of all batches one after the other. */
function joined(tf: Tf, all: readonly Batches[], i: number): Tensor {
  const { values: first, shape, dtype } = all[0]!.outputs[i]!;
  const length = all.reduce((sum, { outputs }) => sum + outputs[i]!.values.length, 0);
  const values = new (first.constructor as new (length: number) => typeof first)(length);
  let at = 0;
  let rows = 0;
  for (const { count, outputs } of all) {
    values.set(outputs[i]!.values, at);
    at += outputs[i]!.values.length;
    rows += count * outputs[i]!.shape[0]!;
  }
  return tf.tensor(values, [rows, ...shape.slice(1)], dtype);
}
