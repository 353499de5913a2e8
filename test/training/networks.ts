import type { LayersModel, Tensor, layers } from '@tensorflow/tfjs';
import type { Tf } from '../../packages/learning/dist/backend/tfjs.js';

type Layer = layers.Layer;

/** A network under test: its layers, the shape of a row, and what a number of a row may be. */
export interface Case {
  readonly layers: (tf: Tf) => Layer[];
  readonly shape: readonly number[];
  readonly value?: (random: () => number) => number;
}

const CLASSES = 3;
const softmax = (tf: Tf): Layer => tf.layers.dense({ units: CLASSES, activation: 'softmax' });
const dense = (tf: Tf, units: number, more: object = {}): Layer => tf.layers.dense({ units, ...more });
const input = { inputShape: [8] };
/** A bias has no gradient there but rounding, which Adam would make as large as any other. */
const beforeNormalization = (tf: Tf): Layer => dense(tf, 16, { ...input, useBias: false });
const image = { inputShape: [8, 8, 2] };

/** One network for each kind of layer that trains. */
export const cases: Readonly<Record<string, Case>> = {
  'dense layers': { layers: tf => [dense(tf, 16, { ...input, activation: 'relu' }), softmax(tf)], shape: [8] },
  'batch normalization': {
    layers: tf => [beforeNormalization(tf), tf.layers.batchNormalization(), tf.layers.reLU(), softmax(tf)],
    shape: [8]
  },
  'layer normalization': {
    layers: tf => [dense(tf, 16, input), tf.layers.layerNormalization(), softmax(tf)],
    shape: [8]
  },
  'convolution with batch normalization': {
    layers: tf => [
      tf.layers.conv2d({ filters: 4, kernelSize: 3, strides: 2, padding: 'same', useBias: false, ...image }),
      tf.layers.batchNormalization(),
      tf.layers.averagePooling2d({ poolSize: 2 }),
      tf.layers.flatten(),
      softmax(tf)
    ],
    shape: [8, 8, 2]
  },
  'separable convolution': {
    layers: tf => [
      tf.layers.separableConv2d({ filters: 4, kernelSize: 3, ...image }),
      tf.layers.globalAveragePooling2d({}),
      softmax(tf)
    ],
    shape: [8, 8, 2]
  },
  'depthwise convolution with strides': {
    layers: tf => [
      tf.layers.depthwiseConv2d({ kernelSize: 3, strides: 2, padding: 'same', depthMultiplier: 2, ...image }),
      tf.layers.flatten(),
      softmax(tf)
    ],
    shape: [8, 8, 2]
  },
  'transposed convolution and upsampling': {
    layers: tf => [
      tf.layers.conv2dTranspose({ filters: 4, kernelSize: 3, strides: 2, inputShape: [5, 5, 2] }),
      tf.layers.upSampling2d({ size: [2, 2] }),
      tf.layers.globalMaxPooling2d({}),
      softmax(tf)
    ],
    shape: [5, 5, 2]
  },
  'convolution in one dimension': {
    layers: tf => [
      tf.layers.conv1d({ filters: 4, kernelSize: 3, inputShape: [10, 2] }),
      tf.layers.maxPooling1d({ poolSize: 2 }),
      tf.layers.flatten(),
      softmax(tf)
    ],
    shape: [10, 2]
  },
  LSTM: {
    layers: tf => [tf.layers.lstm({ units: 8, recurrentActivation: 'sigmoid', inputShape: [6, 4] }), softmax(tf)],
    shape: [6, 4]
  },
  GRU: { layers: tf => [tf.layers.gru({ units: 8, inputShape: [6, 4] }), softmax(tf)], shape: [6, 4] },
  embedding: {
    layers: tf => [
      tf.layers.embedding({ inputDim: 20, outputDim: 5, inputLength: 6 }),
      tf.layers.flatten(),
      softmax(tf)
    ],
    shape: [6],
    value: random => Math.floor(random() * 20)
  },
  'an L2 penalty': {
    layers: tf => [
      dense(tf, 16, { ...input, kernelRegularizer: tf.regularizers.l2({ l2: 0.01 }), activation: 'tanh' }),
      softmax(tf)
    ],
    shape: [8]
  },
  'many activations': {
    layers: tf => [
      dense(tf, 8, { ...input, activation: 'elu' }),
      dense(tf, 8, { activation: 'selu' }),
      dense(tf, 8, { activation: 'softplus' }),
      tf.layers.prelu(),
      tf.layers.leakyReLU(),
      softmax(tf)
    ],
    shape: [8]
  }
};

/** Networks whose masks and noise are random numbers with a seed. */
export const randomCases: Readonly<Record<string, Case>> = {
  dropout: {
    layers: tf => [dense(tf, 16, input), tf.layers.dropout({ rate: 0.5, seed: 3 }), softmax(tf)],
    shape: [8]
  },
  'dropout with batch normalization': {
    layers: tf => [
      beforeNormalization(tf),
      tf.layers.batchNormalization(),
      tf.layers.dropout({ rate: 0.3, seed: 4 }),
      softmax(tf)
    ],
    shape: [8]
  },
  'an LSTM with dropout of its inputs and of its state': {
    layers: tf => [tf.layers.lstm({ units: 6, dropout: 0.2, recurrentDropout: 0.2, inputShape: [5, 4] }), softmax(tf)],
    shape: [5, 4]
  },
  noise: {
    layers: tf => [
      tf.layers.gaussianNoise({ stddev: 0.1, ...input }),
      dense(tf, 16),
      tf.layers.alphaDropout({ rate: 0.2 }),
      tf.layers.gaussianDropout({ rate: 0.2 }),
      softmax(tf)
    ],
    shape: [8]
  }
};

export const optimizers = {
  SGD: (tf: Tf) => tf.train.sgd(0.05),
  momentum: (tf: Tf) => tf.train.momentum(0.05, 0.9),
  'Nesterov momentum': (tf: Tf) => tf.train.momentum(0.05, 0.9, true),
  Adam: (tf: Tf) => tf.train.adam(0.01),
  Adamax: (tf: Tf) => tf.train.adamax(0.01),
  RMSProp: (tf: Tf) => tf.train.rmsprop(0.005, 0.9, 0.5),
  Adagrad: (tf: Tf) => tf.train.adagrad(0.05),
  Adadelta: (tf: Tf) => tf.train.adadelta(0.5)
} as const;

/** Mulberry32, so that every backend starts from the same numbers. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export function build(tf: Tf, { layers }: Case): LayersModel {
  const network = tf.sequential({ layers: layers(tf) });
  const random = randomFrom(7);
  const weights = network.getWeights().map(weight => {
    if (weight.shape.length < 2) {
      return weight;
    }
    return tf.tensor(
      Float32Array.from({ length: weight.size }, () => (random() - 0.5) * 0.4),
      weight.shape
    );
  });
  network.setWeights(weights);
  return network;
}

/** Rows and one-hot classes, the same each time. */
export function rowsFor(
  tf: Tf,
  { shape, value = random => random() - 0.5 }: Case,
  count = 100
): [x: Tensor, y: Tensor] {
  const random = randomFrom(3);
  const size = count * shape.reduce((a, b) => a * b, 1);
  const x = Float32Array.from({ length: size }, () => value(random));
  const y = new Float32Array(count * CLASSES);
  for (let row = 0; row < count; row++) {
    y[row * CLASSES + Math.floor(random() * CLASSES)] = 1;
  }
  return [tf.tensor(x, [count, ...shape]), tf.tensor(y, [count, CLASSES])];
}
