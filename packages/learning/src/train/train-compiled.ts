import type { LayersModel, Tensor } from '@tensorflow/tfjs';
import { seedRandomLayers } from '../backend/random-layers.js';
import { Checkpoint, type CheckpointPlace } from './checkpoint.js';
import type { Tf } from '../backend/tfjs.js';

/** Rows and targets as they are learned, in this order. */
export interface TrainingData {
  /** Row-major [count, …shape]. */
  readonly x: Float32Array;
  readonly shape: readonly number[];
  /** Row-major [count, units]. */
  readonly y: Float32Array;
  readonly units: number;
  /** Rows that watch for overfitting. */
  readonly validation: { readonly x: Float32Array; readonly y: Float32Array } | null;
}

export interface LearningSettings {
  readonly epochs: number;
  readonly batchSize: number;
  readonly patience: number;
  /** Of the layers that draw random numbers. */
  readonly seed: number;
  readonly checkpoint: CheckpointPlace | null;
}

export interface LearningHooks {
  /** Asked several times a second: true ends the training. */
  isStopped(): boolean;
  onResumed(epoch: number): void;
  onEpoch(epoch: number, logs: Readonly<Record<string, number>>): void;
}

/**
 * Trains a compiled network and gives it the weights with the best validation loss.
 *
 * @returns how many epochs it has been trained for, those before a resumed checkpoint among them.
 */
export async function trainCompiled(
  tf: Tf,
  network: LayersModel,
  data: TrainingData,
  settings: LearningSettings,
  hooks: LearningHooks
): Promise<number> {
  seedRandomLayers(network, settings.seed);
  const checkpoint = settings.checkpoint ? new Checkpoint(settings.checkpoint, network) : null;
  const best = new BestWeights(tf, network, settings.patience);
  const saved = await checkpoint?.restore(tf);
  if (saved) {
    best.resume(saved.best);
    hooks.onResumed(saved.epoch);
  }
  let epochs = saved?.epoch ?? 0;
  if (epochs >= settings.epochs || best.isOver) {
    best.restore();
    best.dispose();
    return epochs;
  }
  const tensors: Tensor[] = [];
  const rows = (x: Float32Array, y: Float32Array): [Tensor, Tensor] => {
    const count = y.length / data.units;
    const pair: [Tensor, Tensor] = [tf.tensor(x, [count, ...data.shape]), tf.tensor(y, [count, data.units])];
    tensors.push(...pair);
    return pair;
  };
  const [x, y] = rows(data.x, data.y);
  const validation = data.validation ? rows(data.validation.x, data.validation.y) : null;
  try {
    await network.fit(x, y, {
      epochs: settings.epochs,
      initialEpoch: epochs,
      batchSize: settings.batchSize,
      shuffle: false,
      verbose: 0,
      ...(validation ? { validationData: validation } : {}),
      callbacks: {
        // Not after each batch: a user who watches single batches waits for the loss of each.
        onYield: () => {
          if (hooks.isStopped()) {
            network.stopTraining = true;
          }
        },
        onEpochEnd: async (_epoch, logs) => {
          // An epoch that was cut short is not one that a checkpoint can go on from.
          if (hooks.isStopped()) {
            return;
          }
          epochs++;
          if (validation) {
            best.observe(logs?.['val_loss'] ?? NaN);
          }
          if (best.isOver) {
            network.stopTraining = true;
          }
          if (checkpoint?.isDue(best.isOver || epochs >= settings.epochs)) {
            await checkpoint.save(epochs, await best.state());
          }
          hooks.onEpoch(epochs, logs as Record<string, number>);
        }
      }
    });
    best.restore();
    return epochs;
  } finally {
    best.dispose();
    tf.dispose(tensors);
  }
}

/** Weights with the lowest validation loss so far, as a checkpoint keeps them. */
export interface BestState {
  readonly loss: number;
  readonly since: number;
  readonly weights: Float32Array[];
}

/** Keeps a copy of the weights with the lowest validation loss. */
class BestWeights {
  #loss = Infinity;
  #since = 0;
  #weights: Tensor[] = [];

  constructor(
    private readonly tf: Tf,
    private readonly network: LayersModel,
    private readonly patience: number
  ) {}

  /** True when the loss has not fallen for `patience` epochs. */
  get isOver(): boolean {
    return this.#since >= this.patience;
  }

  observe(loss: number): void {
    this.#since++;
    if (!(loss < this.#loss)) {
      return;
    }
    this.#loss = loss;
    this.#since = 0;
    this.dispose();
    this.#weights = this.network.getWeights().map(weight => weight.clone());
  }

  async state(): Promise<BestState> {
    const weights = await Promise.all(this.#weights.map(async weight => Float32Array.from(await weight.data())));
    return { loss: this.#loss, since: this.#since, weights };
  }

  resume(state: BestState): void {
    this.#loss = state.loss;
    this.#since = state.since;
    const shapes = this.network.getWeights().map(weight => weight.shape);
    this.#weights = state.weights.map((values, i) => this.tf.tensor(values, shapes[i]));
  }

  restore(): void {
    if (this.#weights.length > 0) {
      this.network.setWeights(this.#weights);
    }
  }

  dispose(): void {
    this.tf.dispose(this.#weights);
    this.#weights = [];
  }
}
