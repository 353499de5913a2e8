import type { LayersModel, Tensor } from '@tensorflow/tfjs';
import type { Tf } from '../tfjs.js';
import type { RecordedStep, Step } from './recorded-step.js';
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

/** Steps that one turn of the loop takes at most. */
const MOST_STEPS = 16;
/** A turn of the loop must not keep the kernel from its messages: so many operations take some 50 ms on one slow core. */
const OPERATIONS_PER_TURN = 2e8;

/**
 * Runs tfjs's loop so that it hands on numbers of rows instead of rows: the batch is gathered inside the recorded step. Where
 * nobody watches single batches, one turn of the loop takes several steps; the losses of an epoch are averaged over its rows
 * as before.
 */
export async function fitRows(
  tf: Tf,
  model: LayersModel,
  recorded: RecordedStep,
  fitLoop: FitLoop,
  args: Parameters<FitLoop>
): Promise<unknown> {
  const [, data, labels, batchSize = 32, epochs = 1, verbose, callbacks, ...more] = args;
  const count = data.find(each => each !== null)!.shape[0]!;
  const batches = Math.ceil(count / batchSize);
  const work = operationsPerRow(model);
  recorded.planned(work * count * epochs, batches * epochs);
  const turn = callbacks.some(callback => watchesBatches(tf, callback))
    ? 1
    : Math.max(1, Math.min(MOST_STEPS, Math.floor(OPERATIONS_PER_TURN / (work * batchSize))));
  // Turns of one length: the last one is not left with few steps.
  const steps = Math.ceil(batches / Math.ceil(batches / turn));
  const rows = tf.range(0, count, 1, 'int32');
  const step: Step = ([chosen]) => recorded.runRows(data, chosen!, batchSize);
  try {
    return await fitLoop.call(model, step, [rows], labels, batchSize * steps, epochs, verbose, callbacks, ...more);
  } finally {
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
