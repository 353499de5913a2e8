import type { layers, LayersModel, SymbolicTensor, Tensor } from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '@slipway/statistics/random';
import { layerCases } from '../../../testing/layer-cases.js';
import { chooseBackend } from '../choose.js';
import { tensorflow } from '../load-tfjs.js';
import { seedRandomLayers } from '../random-layers.js';
import { executeOpByOp, stepReport } from '../recorded/index.js';

const BATCH = 8;
const ROWS = 40;

describe('training that ONNX Runtime executes', async () => {
  const tf = await tensorflow();
  await chooseBackend(tf, 'wasm');

  /** What tfjs 4.22 has no gradients for, or fails at while it trains. */
  const untrainable = ['conv2d, dilated', 'batch normalization of an image'];
  const models: Record<string, () => LayersModel> = { ...layerCases(tf), ...moreCases() };
  const cases = Object.keys(models).filter(name => !untrainable.includes(name));

  it.each(cases)('gives the losses and weights of tfjs: %s', async name => {
    const [one, two] = [trainable(name), trainable(name)];
    two.setWeights(one.getWeights());
    [one, two].forEach(model => seedRandomLayers(model, 5));
    executeOpByOp(two);
    const { x, y } = examples(one, name);
    const settings = { batchSize: BATCH, epochs: 2, shuffle: false, verbose: 0 } as const;
    const histories = [await one.fit(x, y, settings), await two.fit(x, y, settings)];
    expect(stepReport(one)).toMatchObject({ reason: null, mode: 'recorded with ONNX Runtime', replayed: 9 });
    const [mine, theirs] = histories.map(({ history }) => history['loss'] as number[]);
    mine!.forEach((loss, i) => expect(loss).toBeCloseTo(theirs![i]!, 4));
    expect(farthest(one.getWeights(), two.getWeights())).toBeLessThan(1e-4);
  });

  /** Layers that can be trained and not exported. */
  function moreCases(): Record<string, () => LayersModel> {
    const volume = [4, 5, 6, 2];
    const sequence = (...all: layers.Layer[]): LayersModel => tf.sequential({ layers: all });
    return {
      'conv3d, valid and same, strided': () =>
        sequence(
          tf.layers.conv3d({ filters: 3, kernelSize: [2, 3, 2], activation: 'relu', inputShape: volume }),
          tf.layers.conv3d({ filters: 2, kernelSize: 2, strides: 2, padding: 'same' })
        ),
      'bilinear up-sampling': () =>
        sequence(tf.layers.upSampling2d({ size: [2, 3], interpolation: 'bilinear', inputShape: [4, 3, 2] }))
    };
  }

  /** The case between layers that learn, so that its gradients reach them. */
  function trainable(name: string): LayersModel {
    const inner = models[name]!();
    const inputs = inner.inputs.map(({ shape }) => tf.input({ shape: shape.slice(1) }));
    const isWhole = name.includes('whole numbers');
    const ahead = isWhole
      ? inputs
      : inputs.map(input => tf.layers.dense({ units: input.shape.at(-1)! }).apply(input) as SymbolicTensor);
    const [out] = [inner.apply(ahead)].flat() as SymbolicTensor[];
    const flat = out!.shape.length > 2 ? (tf.layers.flatten().apply(out!) as SymbolicTensor) : out!;
    const last = tf.layers.dense({ units: 3, activation: 'softmax' }).apply(flat) as SymbolicTensor;
    const model = tf.model({ inputs, outputs: last });
    model.compile({ optimizer: tf.train.sgd(0.05), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
    return model;
  }

  function examples(model: LayersModel, name: string): { x: Tensor | Tensor[]; y: Tensor } {
    const random = seededRandom(3);
    const x = model.inputs.map(({ shape }) => {
      const size = [ROWS, ...(shape.slice(1) as number[])];
      const isWhole = name.includes('whole numbers');
      const values = Float32Array.from({ length: size.reduce((all, each) => all * each, 1) }, () =>
        isWhole ? Math.floor(random() * 4) : 2 * random() - 1
      );
      return tf.tensor(values, size);
    });
    const y = tf
      .oneHot(
        tf.tensor1d(
          Array.from({ length: ROWS }, (_, i) => i % 3),
          'int32'
        ),
        3
      )
      .toFloat();
    return { x: x.length === 1 ? x[0]! : x, y };
  }
});

function farthest(some: readonly Tensor[], others: readonly Tensor[]): number {
  let most = 0;
  some.forEach((tensor, i) => {
    const theirs = others[i]!.dataSync();
    tensor.dataSync().forEach((value, k) => {
      const difference = Math.abs(value - theirs[k]!);
      most = difference <= most ? most : difference;
    });
  });
  return most;
}
