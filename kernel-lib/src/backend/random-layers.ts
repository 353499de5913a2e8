import type { Tensor, Tensor1D, Variable, layers } from '@tensorflow/tfjs';
import type { Tf } from '../train/tensorflow.js';
import type { NodeBackend } from './node-backend.js';

type Layer = layers.Layer;

/** Options of the layers that draw random numbers. */
interface RandomLayer extends Layer {
  readonly rate: number;
  readonly stddev: number;
  seed?: number | null;
  getNoiseShape?(input: Tensor): number[] | null | undefined;
  _getNoiseShape?(input: Tensor): number[];
}

/** Applies the layer to one batch while training. */
type Noise = (tf: Tf, layer: RandomLayer, input: Tensor) => Tensor;

const NOISE: Readonly<Record<string, Noise>> = {
  Dropout: dropout,
  SpatialDropout1D: dropout,
  AlphaDropout: alphaDropout,
  GaussianNoise: (tf, layer, input) => tf.add(input, tf.mul(normal(tf, layer, input.shape), layer.stddev)),
  GaussianDropout: (tf, layer, input) => {
    const deviation = Math.sqrt(layer.rate / (1 - layer.rate));
    return tf.mul(input, tf.add(tf.mul(normal(tf, layer, input.shape), deviation), 1));
  }
};

const INSTALLED = Symbol.for('slipway.random-layers');

/**
 * Gives the layers that draw random numbers a generator that is counted on with each batch. In tfjs 4.22 a dropout with a
 * seed drops the same units in every batch, and without one cannot be repeated; on TensorFlow its mask comes from
 * JavaScript, which would freeze it in a recorded step. Here a mask depends on the layer's seed and on how often it was
 * used, and on TensorFlow it is drawn by an operation that can be recorded.
 */
export function installRandomLayers(tf: Tf): void {
  const classes = tf.serialization.SerializationMap.getMap().classNameMap;
  for (const [name, noise] of Object.entries(NOISE)) {
    const prototype = classes[name]?.[0].prototype as (Layer & { [INSTALLED]?: boolean }) | undefined;
    // SpatialDropout1D takes its method from Dropout.
    if (!prototype || prototype[INSTALLED]) continue;
    Object.defineProperty(prototype, INSTALLED, { value: true });
    prototype.call = function (this: RandomLayer, inputs, kwargs: { training?: boolean }) {
      return tf.tidy(() => {
        this.invokeCallHook(inputs, kwargs);
        const input = (Array.isArray(inputs) ? inputs[0] : inputs) as Tensor;
        const isOff = 'rate' in this && !(this.rate > 0 && this.rate < 1);
        return !kwargs.training || isOff ? input : noise(tf, this, input);
      });
    } as Layer['call'];
  }
}

/** Gives each of these layers that has no seed of its own one that follows from `seed`. */
export function seedRandomLayers(network: { readonly layers: readonly Layer[] }, seed: number): void {
  network.layers.forEach((layer, i) => {
    if (layer.getClassName() in NOISE && (layer as RandomLayer).seed == null) seeds.set(layer, seed + 7919 * (i + 1));
  });
}

/** How often each layer drew numbers, in the order of the layers; 0 for layers that draw none. */
export function randomCounts(network: { readonly layers: readonly Layer[] }): number[] {
  return network.layers.map(layer => variables.get(layer)?.dataSync()[0] ?? counts.get(layer) ?? 0);
}

/** Brings the layers to where `randomCounts` found them. */
export function restoreRandomCounts(network: { readonly layers: readonly Layer[] }, drawn: readonly number[]): void {
  network.layers.forEach((layer, i) => {
    if (!(layer.getClassName() in NOISE)) return;
    counts.set(layer, drawn[i] ?? 0);
    variables.get(layer)?.dispose();
    variables.delete(layer);
  });
}

/** Seeds of layers that were made without one. */
const seeds = new WeakMap<Layer, number>();
/** How often a layer drew numbers: for TensorFlow in a variable, which a recorded step counts on. */
const variables = new WeakMap<Layer, Variable>();
const counts = new WeakMap<Layer, number>();

function seedOf(layer: RandomLayer): number {
  if (typeof layer.seed === 'number') return layer.seed | 0;
  const seed = seeds.get(layer) ?? Math.floor(Math.random() * 2 ** 31);
  seeds.set(layer, seed);
  return seed;
}

/** Numbers from 0 to 1 in `shape`, others at each call. */
function uniform(tf: Tf, layer: RandomLayer, shape: readonly number[]): Tensor {
  const dimensions = [...shape];
  if (tf.getBackend() === 'tensorflow') return stateless(tf, layer, dimensions, 'StatelessRandomUniform');
  return tf.randomUniform(dimensions, 0, 1, 'float32', `${seedOf(layer)}.${count(layer)}`);
}

/** Numbers of the standard normal distribution. */
function normal(tf: Tf, layer: RandomLayer, shape: readonly number[]): Tensor {
  const dimensions = [...shape];
  if (tf.getBackend() === 'tensorflow') return stateless(tf, layer, dimensions, 'StatelessRandomNormal');
  return tf.randomNormal(dimensions, 0, 1, 'float32', (seedOf(layer) + 104_729 * count(layer)) | 0);
}

function count(layer: RandomLayer): number {
  const next = (counts.get(layer) ?? 0) + 1;
  counts.set(layer, next);
  return next;
}

function stateless(tf: Tf, layer: RandomLayer, shape: number[], operation: string): Tensor {
  const backend = tf.backend() as NodeBackend;
  const { binding } = backend;
  let counter = variables.get(layer);
  if (!counter || counter.isDisposed) {
    counter = tf.variable(tf.tensor1d([counts.get(layer) ?? 0], 'int32'), false);
    variables.set(layer, counter);
  }
  const seed = tf.concat([tf.tensor1d([seedOf(layer)], 'int32'), counter as Tensor as Tensor1D]);
  counter.assign(tf.add(counter, tf.tensor1d([1], 'int32')));
  const type = (name: string, value: number) => ({ name, type: binding.TF_ATTR_TYPE, value });
  return backend.executeSingleOutput(
    operation,
    [type('T', binding.TF_INT32), type('Tseed', binding.TF_INT32), type('dtype', binding.TF_FLOAT)],
    [tf.tensor1d(shape, 'int32'), seed]
  );
}

function dropout(tf: Tf, layer: RandomLayer, input: Tensor): Tensor {
  const kept = tf.greaterEqual(uniform(tf, layer, layer.getNoiseShape?.(input) ?? input.shape), layer.rate);
  return tf.mul(input, tf.mul(tf.cast(kept, 'float32'), 1 / (1 - layer.rate)));
}

/** Klambauer et al. 2017, "Self-Normalizing Neural Networks", section "New dropout technique". */
function alphaDropout(tf: Tf, layer: RandomLayer, input: Tensor): Tensor {
  const saturation = -1.6732632423543772 * 1.0507009873554805;
  const { rate } = layer;
  const kept = tf.cast(
    tf.greaterEqual(uniform(tf, layer, layer._getNoiseShape?.(input) ?? input.shape), rate),
    'float32'
  );
  const scale = ((1 - rate) * (1 + rate * saturation ** 2)) ** -0.5;
  const dropped = tf.add(tf.mul(input, kept), tf.mul(tf.sub(1, kept), saturation));
  return tf.add(tf.mul(dropped, scale), -scale * saturation * rate);
}
