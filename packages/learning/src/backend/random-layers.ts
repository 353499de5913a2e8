import type { Tensor, Tensor1D, Variable, layers } from '@tensorflow/tfjs';
import type { Tf } from './tfjs.js';
import type { NodeBackend } from './node-backend.js';
import { drawNumbers, markDraw, type Draw, type DrawSource } from './random-draws.js';

type Layer = layers.Layer;

/** A layer, or the cell of a recurrent one, that draws random numbers. */
interface Source extends Layer {
  seed?: number | null;
}

/** Options of the layers that draw random numbers. */
interface RandomLayer extends Source {
  readonly rate: number;
  readonly stddev: number;
  getNoiseShape?(input: Tensor): number[] | null | undefined;
  _getNoiseShape?(input: Tensor): number[];
}

/** Applies the layer to one batch while training. */
type Noise = (tf: Tf, layer: RandomLayer, input: Tensor) => Tensor;

/** A cell of a recurrent layer: it asks `dropoutFunc` for the masks of its inputs and of its state. */
interface RecurrentCell extends Source {
  dropoutFunc?: ((ones: Tensor, rate: number) => Tensor) | null;
}

/** Layers that hold other layers or cells. */
interface Holder {
  readonly cell?: Layer;
  readonly cells?: readonly Layer[];
  readonly layer?: Layer;
  readonly layers?: readonly Layer[];
  readonly forwardLayer?: Layer;
  readonly backwardLayer?: Layer;
}

const CELLS: readonly string[] = ['SimpleRNNCell', 'GRUCell', 'LSTMCell'];

const NOISE: Readonly<Record<string, Noise>> = {
  Dropout: dropoutLayer,
  SpatialDropout1D: dropoutLayer,
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
    if (!prototype || prototype[INSTALLED]) {
      continue;
    }
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
  for (const name of CELLS) {
    const prototype = classes[name]?.[0].prototype as (RecurrentCell & { [INSTALLED]?: boolean }) | undefined;
    if (!prototype || prototype[INSTALLED]) {
      continue;
    }
    Object.defineProperty(prototype, INSTALLED, { value: true });
    const { call } = prototype;
    prototype.call = function (this: RecurrentCell, inputs, kwargs) {
      this.dropoutFunc ??= (ones, rate) => dropout(tf, this, ones, rate);
      return call.call(this, inputs, kwargs);
    };
  }
}

/** Gives each source of random numbers that has no seed of its own one that follows from `seed`. */
export function seedRandomLayers(network: { readonly layers: readonly Layer[] }, seed: number): void {
  sourcesOf(network).forEach((source, i) => {
    if (source.seed == null) {
      seeds.set(source, seed + 7919 * (i + 1));
      const known = sources.get(source);
      if (known) {
        known.seed = seedOf(source);
      }
    }
  });
}

/** How often each source of random numbers was used, in the order of the layers. */
export function randomCounts(network: { readonly layers: readonly Layer[] }): number[] {
  return sourcesOf(network).map(source => variables.get(source)?.dataSync()[0] ?? sources.get(source)?.drawn ?? 0);
}

/** Brings the sources to where `randomCounts` found them. */
export function restoreRandomCounts(network: { readonly layers: readonly Layer[] }, counted: readonly number[]): void {
  sourcesOf(network).forEach((source, i) => {
    drawSource(source).drawn = counted[i] ?? 0;
    variables.get(source)?.dispose();
    variables.delete(source);
  });
}

/** Whatever draws random numbers in a network, layers that others hold among them. */
function sourcesOf({ cell, cells, layer, layers, forwardLayer, backwardLayer }: Holder): Source[] {
  // A bidirectional layer keeps the one that it was made from as well, and never calls it.
  const held = [
    cell,
    forwardLayer ? undefined : layer,
    forwardLayer,
    backwardLayer,
    ...(cells ?? []),
    ...(layers ?? [])
  ];
  return held
    .filter(each => each !== undefined)
    .flatMap(each => {
      const kind = each.getClassName();
      return kind in NOISE || CELLS.includes(kind) ? [each as Source] : sourcesOf(each as Holder);
    });
}

/** Seeds of sources that were made without one. */
const seeds = new WeakMap<Layer, number>();
/** How often a source was used: for TensorFlow in a variable, which a recorded step counts on. */
const variables = new WeakMap<Layer, Variable>();
const sources = new WeakMap<Layer, DrawSource>();

function seedOf(source: Source): number {
  if (typeof source.seed === 'number') {
    return source.seed | 0;
  }
  const seed = seeds.get(source) ?? Math.floor(Math.random() * 2 ** 31);
  seeds.set(source, seed);
  return seed;
}

/** Numbers from 0 to 1 in `shape`, others at each call. */
function uniform(tf: Tf, source: Source, shape: readonly number[]): Tensor {
  const dimensions = [...shape];
  if (tf.getBackend() === 'tensorflow') {
    return stateless(tf, source, dimensions, 'StatelessRandomUniform');
  }
  return drawn(tf, source, dimensions, 'uniform');
}

/** Numbers of the standard normal distribution. */
function normal(tf: Tf, source: Source, shape: readonly number[]): Tensor {
  const dimensions = [...shape];
  if (tf.getBackend() === 'tensorflow') {
    return stateless(tf, source, dimensions, 'StatelessRandomNormal');
  }
  return drawn(tf, source, dimensions, 'normal');
}

/** Draws in JavaScript, and says so: a recorded step draws others in their place. */
function drawn(tf: Tf, source: Source, shape: number[], distribution: Draw['distribution']): Tensor {
  const from = drawSource(source);
  const values = new Float32Array(shape.reduce((product, size) => product * size, 1));
  drawNumbers(from.seed, from.drawn, distribution, values);
  const tensor = tf.tensor(values, shape);
  markDraw(tensor, { source: from, distribution, at: from.drawn });
  from.drawn++;
  return tensor;
}

function drawSource(source: Source): DrawSource {
  const known = sources.get(source) ?? { seed: seedOf(source), drawn: 0 };
  sources.set(source, known);
  return known;
}

function stateless(tf: Tf, source: Source, shape: number[], operation: string): Tensor {
  const backend = tf.backend() as NodeBackend;
  const { binding } = backend;
  let counter = variables.get(source);
  if (!counter || counter.isDisposed) {
    counter = tf.variable(tf.tensor1d([sources.get(source)?.drawn ?? 0], 'int32'), false);
    variables.set(source, counter);
  }
  const seed = tf.concat([tf.tensor1d([seedOf(source)], 'int32'), counter as Tensor as Tensor1D]);
  counter.assign(tf.add(counter, tf.tensor1d([1], 'int32')));
  const type = (name: string, value: number) => ({ name, type: binding.TF_ATTR_TYPE, value });
  return backend.executeSingleOutput(
    operation,
    [type('T', binding.TF_INT32), type('Tseed', binding.TF_INT32), type('dtype', binding.TF_FLOAT)],
    [tf.tensor1d(shape, 'int32'), seed]
  );
}

function dropoutLayer(tf: Tf, layer: RandomLayer, input: Tensor): Tensor {
  return dropout(tf, layer, input, layer.rate, layer.getNoiseShape?.(input) ?? input.shape);
}

function dropout(tf: Tf, source: Source, input: Tensor, rate: number, shape = input.shape): Tensor {
  const kept = tf.greaterEqual(uniform(tf, source, shape), rate);
  return tf.mul(input, tf.mul(tf.cast(kept, 'float32'), 1 / (1 - rate)));
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
