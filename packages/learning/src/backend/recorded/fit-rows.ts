import type { LayersModel, Tensor } from '@tensorflow/tfjs';
import type { Tf } from '../tfjs.js';
import type { Step, TrainingStep } from './training-step.js';
import { operationsPerRow } from '../work.js';

/** tfjs's own loop over epochs and batches, which its types do not show. */
export type FitLoop = (
  step: Step,
  data: readonly (Tensor | null)[],
  labels: readonly string[],
  batchSize: number | undefined,
  epochs: number | undefined,
  verbose: unknown,
  callbacks: readonly BatchCallback[],
  ...more: unknown[]
) => Promise<unknown>;

/** A callback as tfjs keeps it: one that was made from functions has these as `batchBegin` and `batchEnd`. */
interface BatchCallback {
  readonly batchBegin?: unknown;
  readonly batchEnd?: unknown;
  onBatchBegin(): unknown;
  onBatchEnd(): unknown;
}

/**
 * Runs tfjs's loop so that it hands on numbers of rows instead of rows: the batch is gathered inside the recorded step. Where
 * nobody watches single batches, one turn of the loop takes several steps; the losses of an epoch are averaged over its rows
 * as before.
 */
export async function fitRows(
  tf: Tf,
  model: LayersModel,
  recorded: TrainingStep,
  fitLoop: FitLoop,
  args: Parameters<FitLoop>
): Promise<unknown> {
  const [, data, labels, batchSize = 32, epochs = 1, verbose, callbacks, ...more] = args;
  const count = data.find(each => each !== null)!.shape[0]!;
  const batches = Math.ceil(count / batchSize);
  const work = operationsPerRow(model);
  recorded.planned(work * count * epochs, batches * epochs);
  const areWatched = callbacks.some(callback => watchesBatches(tf, callback));
  const turn = areWatched ? 1 : Math.max(1, Math.min(batches, recorded.stepsPerTurn(work * batchSize)));
  // Turns of one length: the last one is not left with few steps.
  const steps = Math.ceil(batches / Math.ceil(batches / turn));
  const rows = tf.range(0, count, 1, 'int32');
  let seen = 0;
  const step: Step = ([chosen]) => {
    const outputs = recorded.runRows(data, chosen!, batchSize);
    seen += chosen!.size;
    // Between epochs, weights are validated with, saved and looked at.
    if (areWatched || seen % count === 0) {
      recorded.settle();
    }
    return outputs;
  };
  try {
    return await fitLoop.call(model, step, [rows], labels, batchSize * steps, epochs, verbose, callbacks, ...more);
  } finally {
    recorded.settle();
    rows.dispose();
  }
}

function watchesBatches(tf: Tf, callback: BatchCallback): boolean {
  if (callback instanceof tf.CustomCallback) {
    return Boolean(callback.batchBegin ?? callback.batchEnd);
  }
  const plain = tf.Callback.prototype as unknown as BatchCallback;
  return callback.onBatchBegin !== plain.onBatchBegin || callback.onBatchEnd !== plain.onBatchEnd;
}
