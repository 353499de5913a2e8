import type { LayersModel, Tensor2D } from '@tensorflow/tfjs';
import { notebook } from '../notebook/standalone.js';
import { LossChart } from './loss-chart.js';
import { shuffledIndices } from './random.js';
import type { Target } from './target.js';
import type { Tf } from './tensorflow.js';

export interface TrainingSettings {
  readonly epochs: number;
  readonly batchSize: number;
  readonly seed: number;
  readonly validation: number;
  readonly patience: number;
}

/**
 * Trains a compiled network on row-major `rows` [count, width] and returns the epochs it took. The last rows (or, when
 * they are not ordered in time, seeded random ones) watch for overfitting; the best weights are kept.
 */
export async function trainNetwork(
  tf: Tf,
  network: LayersModel,
  rows: Float32Array,
  width: number,
  target: Target,
  settings: TrainingSettings,
  inTimeOrder: boolean
): Promise<number> {
  const count = target.train.length;
  const held = settings.validation > 0 ? Math.max(1, Math.round(count * settings.validation)) : 0;
  const order = inTimeOrder ? Array.from({ length: count }, (_, i) => i) : shuffledIndices(count, settings.seed);
  const learn = order.slice(0, count - held);
  const shuffled = shuffledIndices(learn.length, settings.seed).map(i => learn[i]!);
  const units = (network.outputs[0]!.shape as (number | null)[]).at(-1) ?? 1;
  const tensors = (indices: readonly number[]): [Tensor2D, Tensor2D] => [
    tf.tensor2d(pick(rows, width, indices), [indices.length, width]),
    targetTensor(tf, target, indices, units)
  ];
  const [x, y] = tensors(shuffled);
  const validation = held > 0 ? tensors(order.slice(count - held)) : null;
  const book = notebook();
  const { signal } = book;
  const chart = new LossChart(book, `Training on ${target.name}`, settings.epochs);
  const best = new BestWeights(tf, network, settings.patience);
  let epochs = 0;
  try {
    await network.fit(x, y, {
      epochs: settings.epochs,
      batchSize: settings.batchSize,
      shuffle: false,
      verbose: 0,
      ...(validation ? { validationData: validation } : {}),
      callbacks: {
        onBatchEnd: () => {
          if (signal.aborted) network.stopTraining = true;
        },
        onEpochEnd: (_epoch, logs) => {
          epochs++;
          chart.add(logs?.['loss'] ?? NaN, logs?.['val_loss']);
          if (validation && best.observe(logs?.['val_loss'] ?? NaN)) network.stopTraining = true;
        }
      }
    });
    best.restore();
    const early = epochs < settings.epochs;
    chart.finish(
      signal.aborted
        ? `interrupted after epoch ${epochs}; the best weights so far are kept`
        : `${epochs} epochs${early ? ', stopped early: the validation loss no longer fell' : ''}`
    );
    return epochs;
  } finally {
    best.dispose();
    tf.dispose([x, y, ...(validation ?? [])]);
  }
}

/** Keeps a copy of the weights with the lowest validation loss. */
class BestWeights {
  #loss = Infinity;
  #since = 0;
  #weights: ReturnType<LayersModel['getWeights']> = [];

  constructor(
    private readonly tf: Tf,
    private readonly network: LayersModel,
    private readonly patience: number
  ) {}

  /** Returns true when the loss has not fallen for `patience` epochs. */
  observe(loss: number): boolean {
    if (loss < this.#loss) {
      this.#loss = loss;
      this.#since = 0;
      this.dispose();
      this.#weights = this.network.getWeights().map(w => w.clone());
      return false;
    }
    return ++this.#since >= this.patience;
  }

  restore(): void {
    if (this.#weights.length > 0) this.network.setWeights(this.#weights);
  }

  dispose(): void {
    this.tf.dispose(this.#weights);
    this.#weights = [];
  }
}

function targetTensor(tf: Tf, target: Target, indices: readonly number[], units: number): Tensor2D {
  const values = indices.map(i => target.train[i]!);
  if (!target.labels || units === 1) return tf.tensor2d(values, [values.length, 1]);
  const hot = new Float32Array(values.length * units);
  values.forEach((label, row) => (hot[row * units + label] = 1));
  return tf.tensor2d(hot, [values.length, units]);
}

function pick(rows: Float32Array, width: number, indices: readonly number[]): Float32Array {
  const out = new Float32Array(indices.length * width);
  indices.forEach((index, row) => out.set(rows.subarray(index * width, (index + 1) * width), row * width));
  return out;
}
