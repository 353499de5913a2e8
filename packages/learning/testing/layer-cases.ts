import type { LayersModel, layers as TfLayers, SymbolicTensor } from '@tensorflow/tfjs';
import type { Tf } from '../src/backend/tfjs.js';
import { seededRandom } from '@slipway/statistics/random';

/* Models for tests of the export: between them they hold every layer class that can be exported. */

/** Shape of an image, and of a series. */
export const IMAGE = [7, 6, 3];
export const STEPS = [5, 4];

/** What makes each model, by what it shows. Models whose name speaks of whole numbers read these. */
export function layerCases(tf: Tf): Record<string, () => LayersModel> {
  const sequence = (...layers: TfLayers.Layer[]): LayersModel => tf.sequential({ layers });
  const image = IMAGE;
  const steps = STEPS;
  return {
    'conv2d, same and valid, strided': () =>
      sequence(
        tf.layers.conv2d({ filters: 4, kernelSize: [3, 2], padding: 'same', activation: 'relu', inputShape: image }),
        tf.layers.conv2d({ filters: 3, kernelSize: 3, strides: 2, useBias: false })
      ),
    'conv2d, same with stride 2': () =>
      sequence(tf.layers.conv2d({ filters: 2, kernelSize: 3, strides: 2, padding: 'same', inputShape: image })),
    'conv2d, dilated': () =>
      sequence(tf.layers.conv2d({ filters: 2, kernelSize: 2, dilationRate: 2, inputShape: image })),
    conv1d: () =>
      sequence(tf.layers.conv1d({ filters: 3, kernelSize: 2, padding: 'same', activation: 'tanh', inputShape: steps })),
    'depthwise conv2d': () =>
      sequence(tf.layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, padding: 'same', inputShape: image })),
    'separable conv2d': () =>
      sequence(
        tf.layers.separableConv2d({
          filters: 5,
          kernelSize: 2,
          depthMultiplier: 2,
          activation: 'elu',
          inputShape: image
        })
      ),
    'conv2d transpose, same': () =>
      sequence(
        tf.layers.conv2dTranspose({ filters: 2, kernelSize: 3, strides: 2, padding: 'same', inputShape: image })
      ),
    'conv2d transpose, valid': () =>
      sequence(tf.layers.conv2dTranspose({ filters: 2, kernelSize: 4, strides: 3, inputShape: image })),
    'conv2d transpose, stride beyond the kernel': () =>
      sequence(tf.layers.conv2dTranspose({ filters: 2, kernelSize: 2, strides: 3, inputShape: image })),
    'max pooling': () => sequence(tf.layers.maxPooling2d({ poolSize: 2, padding: 'same', inputShape: image })),
    'average pooling': () =>
      sequence(tf.layers.averagePooling2d({ poolSize: [3, 2], strides: 2, padding: 'same', inputShape: image })),
    'pooling over time': () =>
      sequence(
        tf.layers.maxPooling1d({ poolSize: 2, strides: 1, inputShape: steps }),
        tf.layers.averagePooling1d({ poolSize: 2, strides: 1 })
      ),
    'global max pooling': () => sequence(tf.layers.globalMaxPooling2d({ inputShape: image } as never)),
    'global average pooling': () => sequence(tf.layers.globalAveragePooling2d({ inputShape: image } as never)),
    'global pooling over time': () => sequence(tf.layers.globalAveragePooling1d({ inputShape: steps })),
    'flatten after channels-last values': () =>
      sequence(
        tf.layers.conv2d({ filters: 2, kernelSize: 2, inputShape: image }),
        tf.layers.flatten(),
        tf.layers.dense({ units: 3, activation: 'softmax' })
      ),
    'zero padding and up-sampling': () =>
      sequence(
        tf.layers.zeroPadding2d({
          padding: [
            [1, 2],
            [0, 3]
          ],
          inputShape: image
        } as never),
        tf.layers.upSampling2d({ size: [2, 3] })
      ),
    'reshape, permute, repeat': () =>
      sequence(
        tf.layers.reshape({ targetShape: [4, 5], inputShape: [20] }),
        tf.layers.permute({ dims: [2, 1] }),
        tf.layers.flatten(),
        tf.layers.repeatVector({ n: 3 })
      ),
    'a dense layer at every step': () =>
      sequence(
        tf.layers.timeDistributed({
          layer: tf.layers.dense({ units: 3, activation: 'sigmoid' }),
          inputShape: steps
        } as never)
      ),
    'layer normalization': () => sequence(tf.layers.layerNormalization({ inputShape: steps })),
    'batch normalization of an image': () =>
      sequence(tf.layers.batchNormalization({ scale: false, inputShape: image })),
    'parametric units': () => sequence(tf.layers.prelu({ inputShape: [4] })),
    lstm: () => sequence(tf.layers.lstm({ units: 3, inputShape: steps })),
    'lstm with every step and sigmoid gates': () =>
      sequence(
        tf.layers.lstm({ units: 3, returnSequences: true, recurrentActivation: 'sigmoid', inputShape: steps }),
        tf.layers.lstm({ units: 2 })
      ),
    gru: () => sequence(tf.layers.gru({ units: 3, returnSequences: true, inputShape: steps })),
    'simple rnn': () => sequence(tf.layers.simpleRNN({ units: 3, activation: 'relu', inputShape: steps })),
    'bidirectional lstm, concatenated': () =>
      sequence(
        tf.layers.bidirectional({
          layer: tf.layers.lstm({ units: 3, returnSequences: true }) as TfLayers.RNN,
          mergeMode: 'concat',
          inputShape: steps
        } as never)
      ),
    'embedding of whole numbers': () => sequence(tf.layers.embedding({ inputDim: 7, outputDim: 3, inputLength: 4 })),
    'what is only there for training': () =>
      sequence(
        tf.layers.spatialDropout1d({ rate: 0.3, inputShape: steps }),
        tf.layers.dropout({ rate: 0.3 }),
        tf.layers.gaussianNoise({ stddev: 1 }),
        tf.layers.gaussianDropout({ rate: 0.2 }),
        tf.layers.alphaDropout({ rate: 0.2 }),
        tf.layers.activation({ activation: 'softplus' }),
        tf.layers.globalMaxPooling1d({})
      ),
    'activations with parameters': () =>
      sequence(tf.layers.leakyReLU({ alpha: 0.2, inputShape: [6] }), tf.layers.elu(), tf.layers.reLU({ maxValue: 6 })),
    'bidirectional gru, summed': () =>
      sequence(
        tf.layers.bidirectional({
          layer: tf.layers.gru({ units: 3 }) as TfLayers.RNN,
          mergeMode: 'sum',
          inputShape: steps
        } as never)
      ),
    'a graph with two inputs, a shared layer, branches and joins, and two outputs': () => branching(tf)
  };
}

function branching(tf: Tf): LayersModel {
  const a = tf.input({ shape: [4] });
  const b = tf.input({ shape: [4] });
  const shared = tf.layers.dense({ units: 3, activation: 'relu' });
  const left = shared.apply(a) as SymbolicTensor;
  const right = shared.apply(b) as SymbolicTensor;
  const joined = [
    tf.layers.add(),
    tf.layers.multiply(),
    tf.layers.average(),
    tf.layers.maximum(),
    tf.layers.minimum()
  ].map(layer => layer.apply([left, right]) as SymbolicTensor);
  const all = tf.layers.concatenate().apply(joined) as SymbolicTensor;
  const inner = tf.sequential({
    layers: [tf.layers.dense({ units: 2, inputShape: [15] }), tf.layers.softmax()]
  });
  const outputs = [inner.apply(all) as SymbolicTensor, tf.layers.dense({ units: 1 }).apply(left) as SymbolicTensor];
  return tf.model({ inputs: [a, b], outputs });
}

/** Gives every weight a value of its own, so that no wrong order of gates or axes can hide. */
export function scatterWeights(tf: Tf, model: LayersModel): void {
  const random = seededRandom(11);
  model.setWeights(
    model.getWeights().map((weight, i) => {
      const positive = model.weights[i]!.name.includes('variance');
      const values = Float32Array.from({ length: weight.size }, () => random() * 1.2 + (positive ? 0.2 : -0.4));
      return tf.tensor(values, weight.shape);
    })
  );
}

/** Values for every input of the model, row-major. */
export function inputValues(
  model: LayersModel,
  rows: number,
  whole: boolean
): { shape: number[]; data: Float32Array }[] {
  const random = seededRandom(5);
  return model.inputs.map(input => {
    const shape = [rows, ...(input.shape.slice(1) as number[])];
    const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () =>
      whole ? Math.floor(random() * 7) : random() * 2 - 1
    );
    return { shape, data };
  });
}
