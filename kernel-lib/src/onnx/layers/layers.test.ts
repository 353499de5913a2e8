import type { LayersModel, layers as TfLayers, SymbolicTensor, Tensor } from '@tensorflow/tfjs';
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { tensorflow, type Tf } from '../../train/tensorflow.js';
import { seededRandom } from '../../train/random.js';
import { ElementType, OnnxGraph } from '../graph.js';
import { addLayers, assertExportable } from './index.js';

const ROWS = 3;

describe('a layer written as ONNX computes what tfjs computes:', () => {
  let tf: Tf;
  beforeAll(async () => {
    tf = await tensorflow();
    await tf.setBackend('cpu');
  });

  /** Gives every weight a value of its own, so that no wrong order of gates or axes can hide. */
  const scatter = (model: LayersModel): void => {
    const random = seededRandom(11);
    model.setWeights(
      model.getWeights().map((weight, i) => {
        const positive = model.weights[i]!.name.includes('variance');
        const values = Float32Array.from({ length: weight.size }, () => random() * 1.2 + (positive ? 0.2 : -0.4));
        return tf.tensor(values, weight.shape);
      })
    );
  };

  /** Largest difference between the model's outputs in tfjs and in ONNX Runtime. */
  const difference = async (model: LayersModel, whole = false): Promise<number> => {
    scatter(model);
    const random = seededRandom(5);
    const shapes = model.inputs.map(input => [ROWS, ...(input.shape.slice(1) as number[])]);
    const values = shapes.map(shape =>
      Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () =>
        whole ? Math.floor(random() * 7) : random() * 2 - 1
      )
    );
    const graph = new OnnxGraph();
    const names = shapes.map((shape, i) => graph.input(`x${i}`, ElementType.FLOAT, ['rows', ...shape.slice(1)]));
    const outputs = addLayers(graph, model, names);
    outputs.forEach((value, i) => {
      const shape = model.outputs[i]!.shape.slice(1) as number[];
      graph.output(value, `y${i}`, ElementType.FLOAT, ['rows', ...shape]);
    });
    const session = await InferenceSession.create(graph.finish('test', {}), { logSeverityLevel: 3 });
    const feeds = Object.fromEntries(names.map((name, i) => [name, new OrtTensor('float32', values[i]!, shapes[i]!)]));
    const answers = await session.run(feeds);
    const inputs = values.map((data, i) => tf.tensor(data, shapes[i]!));
    const expected = ([] as Tensor[]).concat(
      model.predict(inputs.length === 1 ? inputs[0]! : inputs) as Tensor | Tensor[]
    );
    let worst = 0;
    expected.forEach((tensor, i) => {
      const got = answers[`y${i}`]!;
      expect([...got.dims]).toEqual(tensor.shape);
      const data = got.data as Float32Array;
      tensor.dataSync().forEach((value, at) => {
        worst = Math.max(worst, Math.abs(value - data[at]!) / Math.max(1, Math.abs(value)));
      });
    });
    await session.release();
    return worst;
  };

  const sequence = (...layers: TfLayers.Layer[]): LayersModel => tf.sequential({ layers });
  const equal = async (model: LayersModel, whole = false): Promise<void> => {
    expect(await difference(model, whole)).toBeLessThan(3e-6);
  };

  const image = [7, 6, 3];
  const steps = [5, 4];
  const cases: Record<string, () => LayersModel> = {
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
    'bidirectional gru, summed': () =>
      sequence(
        tf.layers.bidirectional({
          layer: tf.layers.gru({ units: 3 }) as TfLayers.RNN,
          mergeMode: 'sum',
          inputShape: steps
        } as never)
      )
  };

  for (const [name, make] of Object.entries(cases)) {
    it(name, async () => {
      await equal(make());
    });
  }

  it('embedding of whole numbers', async () => {
    await equal(sequence(tf.layers.embedding({ inputDim: 7, outputDim: 3, inputLength: 4 })), true);
  });

  it('a graph with two inputs, a shared layer, branches and joins, and two outputs', async () => {
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
    const inner = sequence(tf.layers.dense({ units: 2, inputShape: [15] }), tf.layers.softmax());
    const outputs = [inner.apply(all) as SymbolicTensor, tf.layers.dense({ units: 1 }).apply(left) as SymbolicTensor];
    await equal(tf.model({ inputs: [a, b], outputs }));
  });

  it('refuses, by name, what has no ONNX form', () => {
    const refusal =
      (layer: TfLayers.Layer): (() => void) =>
      () =>
        assertExportable(sequence(layer));
    expect(refusal(tf.layers.lstm({ name: 'memory', units: 2, stateful: true, batchInputShape: [1, 5, 4] }))).toThrow(
      'Layer "memory" cannot be exported to ONNX: it keeps its state between batches.'
    );
    expect(refusal(tf.layers.masking({ name: 'mask', inputShape: steps } as never))).toThrow(
      'its class Masking has no ONNX form here'
    );
    expect(
      refusal(tf.layers.embedding({ name: 'words', inputDim: 3, outputDim: 2, maskZero: true, inputLength: 2 }))
    ).toThrow('it masks zeros');
    expect(
      refusal(tf.layers.upSampling2d({ name: 'up', interpolation: 'bilinear', inputShape: image } as never))
    ).toThrow('bilinear interpolation');
  });
});
