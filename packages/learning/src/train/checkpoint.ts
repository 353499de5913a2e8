import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { LayersModel, Optimizer } from '@tensorflow/tfjs';
import { z } from 'zod';
import { randomCounts, restoreRandomCounts } from '../backend/random-layers.js';
import { SlipwayError } from '@slipway/notebook';
import { weightsOf } from './process/portable-network.js';
import type { Tf } from '../backend/tfjs.js';

export interface CheckpointPlace {
  /** Absolute path. */
  readonly file: string;
  /** What the rows and their order depend on; a checkpoint of another training is refused. */
  readonly training: string;
  /** The state to go on from, when the file is there, and what messages call it; null begins anew. */
  readonly from: { readonly file: string; readonly name: string } | null;
  /** A state that nobody asked for is written rarely: after the last epoch, and from time to time for a training that is interrupted. */
  readonly written: 'each epoch' | 'at times';
}

type NamedTensor = Awaited<ReturnType<Optimizer['getWeights']>>[number];

const Values = z.custom<Float32Array>(value => value instanceof Float32Array);
const Weights = z.array(Values);
/** What a training goes on from. */
export const TrainingState = z.object({
  format: z.literal(1),
  network: z.string(),
  training: z.string(),
  epoch: z.number().int().positive(),
  weights: Weights,
  optimizer: z.array(z.object({ name: z.string(), shape: z.array(z.number()), values: Values })),
  iterations: z.number().int(),
  best: z.object({ loss: z.number(), since: z.number().int(), weights: Weights }),
  random: z.array(z.number().int())
});
export type TrainingState = z.infer<typeof TrainingState>;

/** A training that is interrupted goes back by so much at most, and by the time of an epoch … */
const INTERVAL_MS = 1000;
/** … or by so many times what it takes to save its state, of which nobody is to notice anything. */
const SAVING_TIMES = 20;

/**
 * A file that a training can be continued from, written after each epoch: weights, the optimizer's state, the best weights so
 * far and the state of the random layers, so that the result is that of a training which was never interrupted.
 */
export class Checkpoint {
  readonly #place: CheckpointPlace;
  readonly #network: LayersModel;
  #savedAt = performance.now();
  #savingMs = 0;

  constructor(place: CheckpointPlace, network: LayersModel) {
    this.#place = place;
    this.#network = network;
  }

  /**
   * Brings the network to where the file left it; undefined when there is no file, or it is not to be used.
   *
   * @throws SlipwayError CHECKPOINT_INVALID for a file of another network or training, or one that cannot be read.
   */
  async restore(tf: Tf): Promise<Pick<TrainingState, 'epoch' | 'best'> | undefined> {
    const { from, training } = this.#place;
    if (from === null || !existsSync(from.file)) {
      return undefined;
    }
    const content = readState(from.file);
    if (content.network !== this.#fingerprint()) {
      throw refusal(from.name, 'is of another network');
    }
    if (content.training !== training) {
      throw refusal(from.name, 'is of a training on other rows or with other settings');
    }
    const network = this.#network;
    const weights = network.getWeights().map((weight, i) => tf.tensor(content.weights[i]!, weight.shape));
    network.setWeights(weights);
    tf.dispose(weights);
    const slots: NamedTensor[] = content.optimizer.map(({ name, shape, values }) => {
      return { name, tensor: tf.tensor(values, shape) };
    });
    await restoreOptimizer(tf, network, content.iterations, slots);
    restoreRandomCounts(network, content.random);
    return content;
  }

  /** Whether the state after an epoch is to be saved. @param isLast no other epoch is to follow. */
  isDue(isLast: boolean): boolean {
    const interval = Math.max(INTERVAL_MS, SAVING_TIMES * this.#savingMs);
    return isLast || this.#place.written === 'each epoch' || performance.now() - this.#savedAt > interval;
  }

  async save(epoch: number, best: TrainingState['best']): Promise<void> {
    const began = performance.now();
    const network = this.#network;
    // The first is the number of steps, which tfjs keeps as an integer.
    const [steps, ...slots] = await network.optimizer.getWeights();
    steps?.tensor.dispose();
    const content: TrainingState = {
      format: 1,
      network: this.#fingerprint(),
      training: this.#place.training,
      epoch,
      weights: (await weightsOf(network)).map(({ values }) => values),
      optimizer: await Promise.all(
        slots.map(async ({ name, tensor }) => {
          return { name, shape: [...tensor.shape], values: Float32Array.from(await tensor.data()) };
        })
      ),
      iterations: network.optimizer.iterations,
      best,
      random: randomCounts(network)
    };
    writeState(this.#place.file, content);
    this.#savedAt = performance.now();
    this.#savingMs = this.#savedAt - began;
  }

  /** Of layers, optimizer and loss. */
  #fingerprint(): string {
    const { layers, optimizer, loss } = this.#network;
    const described = [
      layers.map(layer => [layer.getClassName(), { ...layer.getConfig(), name: '' }, layer.outputShape]),
      [optimizer.getClassName(), typeof loss === 'string' ? loss : 'own']
    ];
    return createHash('sha256').update(JSON.stringify(described)).digest('hex');
  }
}

async function restoreOptimizer(tf: Tf, network: LayersModel, iterations: number, slots: NamedTensor[]): Promise<void> {
  const steps: NamedTensor = { name: 'iter', tensor: tf.scalar(iterations, 'int32') };
  await network.optimizer.setWeights([steps, ...slots]);
}

export function writeState(file: string, state: TrainingState): void {
  mkdirSync(path.dirname(file), { recursive: true });
  // A process that is killed while it writes leaves the one before.
  writeFileSync(`${file}.part`, serialize(state));
  renameSync(`${file}.part`, file);
}

/** @throws SlipwayError CHECKPOINT_INVALID */
export function readState(file: string): TrainingState {
  try {
    return TrainingState.parse(deserialize(readFileSync(file)));
  } catch {
    throw refusal(file, 'cannot be read');
  }
}

function refusal(name: string, why: string): SlipwayError {
  return new SlipwayError('CHECKPOINT_INVALID', `The checkpoint ${name} ${why}.`, {
    remedy: 'Name another file, or leave out resume to begin anew.'
  });
}
