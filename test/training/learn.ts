import type { Optimizer, Scalar, Tensor, Variable } from '@tensorflow/tfjs';
import { chooseBackend, type BackendName } from '../../packages/learning/dist/backend/choose.js';
import { tensorflow } from '../../packages/learning/dist/backend/load-tfjs.js';
import type { Tf } from '../../packages/learning/dist/backend/tfjs.js';
import { build, rowsFor, type Case } from './networks.ts';

export interface Learned {
  /** Of the first batch, by the order of the weights. */
  readonly gradients: readonly Float32Array[];
  /** Of each epoch. */
  readonly losses: readonly number[];
}

const adam = (tf: Tf): Optimizer => tf.train.adam(0.01);
/** For the comparison with Keras, whose Adam adds its epsilon at another place. */
export const sgd = (tf: Tf): Optimizer => tf.train.sgd(0.1);

/** The gradients at the start, and the losses of four epochs, on one backend. */
export async function learnOn(backend: BackendName, each: Case, optimizer = adam): Promise<Learned> {
  const tf = await tensorflow();
  await chooseBackend(tf, backend);
  const network = build(tf, each);
  const [x, y] = rowsFor(tf, each);
  const tensors = tf.tidy(() => {
    const weights = network.trainableWeights.map(weight => weight.read() as Variable);
    const loss = (): Scalar => {
      const guess = network.apply(x, { training: true }) as Tensor;
      return tf.neg(tf.mean(tf.sum(tf.mul(y, tf.log(tf.add(guess, 1e-7))), -1))) as Scalar;
    };
    const { grads } = tf.variableGrads(loss, weights);
    return weights.map(weight => grads[weight.name]!);
  });
  const gradients = await Promise.all(tensors.map(async gradient => Float32Array.from(await gradient.data())));
  tf.dispose(tensors);
  // Moving averages have moved with the gradients: a new one.
  const fresh = build(tf, each);
  fresh.compile({ optimizer: optimizer(tf), loss: 'categoricalCrossentropy' });
  const history = await fresh.fit(x, y, { epochs: 4, batchSize: 32, shuffle: false, verbose: 0 });
  tf.dispose([x, y]);
  return { gradients, losses: history.history['loss'] as number[] };
}
