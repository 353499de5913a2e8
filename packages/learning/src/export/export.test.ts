import type { LayersModel, Tensor2D } from '@tensorflow/tfjs';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { NetworkEstimator } from '../models/network.js';
import { FittedPrep } from '../prep/prep.js';
import type { FittedColumn } from '../prep/steps.js';
import { tensorflow } from '../backend/load-tfjs.js';
import type { Tf } from '../backend/tfjs.js';
import { exportModel } from './export.js';

const WIDTH = 3;
const ROWS = 17;
const columns: FittedColumn[] = ['a', 'b', 'c'].map((name, i) => ({
  name,
  type: 'numeric',
  steps: [
    { kind: 'impute', value: 0.25 * i },
    { kind: 'standardize', mean: 0.1 * i, std: 1.5 }
  ],
  range: { min: -1, max: 1 }
}));
const prep = new FittedPrep(columns);

describe('exporting a network to ONNX', () => {
  let tf: Tf;
  beforeAll(async () => {
    tf = await tensorflow();
    await tf.setBackend('cpu');
  });

  const estimatorOf = (model: LayersModel, labels: string[] | null): NetworkEstimator =>
    new NetworkEstimator(tf, model, model.inputs[0]!.shape.slice(1) as number[], labels?.length ?? null, 1, 'cpu');

  /** Rows with a missing value in each column. */
  const values = Array.from({ length: WIDTH }, (_, c) =>
    Array.from({ length: ROWS }, (_, row) => (row === c ? null : Math.sin(row * 7 + c * 3) * 2))
  );

  const compare = async (model: LayersModel, labels: string[] | null): Promise<void> => {
    const { onnx, outputs } = exportModel(estimatorOf(model, labels), prep, labels, 'test');
    const rows = prep.transformColumns(values, ROWS, 'test');
    const expected = (model.predict(tf.tensor2d(rows, [ROWS, WIDTH])) as Tensor2D).dataSync();
    const session = await InferenceSession.create(onnx, { logSeverityLevel: 3 });
    const feeds = Object.fromEntries(
      columns.map((column, c) => [
        column.name,
        new Tensor(
          'float32',
          Float32Array.from(values[c]!, v => v ?? NaN),
          [ROWS, 1]
        )
      ])
    );
    const answers = await session.run(feeds);
    const got = answers[labels ? 'probabilities' : 'value']!.data as Float32Array;
    expect(got.length).toBe(expected.length);
    const worst = Math.max(
      ...Array.from(got, (v, i) => Math.abs(v - expected[i]!) / Math.max(1, Math.abs(expected[i]!)))
    );
    expect(worst).toBeLessThan(2e-6);
    if (labels) {
      const label = answers['label']!.data as string[];
      const first = Array.from(expected.slice(0, labels.length));
      expect(label[0]).toBe(labels[first.indexOf(Math.max(...first))]);
      expect(outputs.map(o => o.name)).toEqual(['probabilities', 'label']);
    }
  };

  const network = (...layers: Parameters<ReturnType<Tf['sequential']>['add']>[0][]): LayersModel => {
    const model = tf.sequential();
    layers.forEach(layer => model.add(layer));
    return model;
  };

  for (const activation of [
    'relu',
    'relu6',
    'sigmoid',
    'tanh',
    'elu',
    'selu',
    'softplus',
    'softsign',
    'hardSigmoid',
    'swish',
    'linear'
  ] as const) {
    it(`computes the same with ${activation}`, async () => {
      await compare(
        network(
          tf.layers.dense({
            units: 6,
            activation,
            inputShape: [WIDTH],
            kernelInitializer: tf.initializers.glorotNormal({ seed: 1 })
          }),
          tf.layers.dense({ units: 1, kernelInitializer: tf.initializers.glorotNormal({ seed: 2 }) })
        ),
        null
      );
    });
  }

  it('computes the same for a classifier with dropout, batch normalization and leaky units', async () => {
    const model = network(
      tf.layers.dense({ units: 8, inputShape: [WIDTH], kernelInitializer: tf.initializers.heNormal({ seed: 3 }) }),
      tf.layers.batchNormalization(),
      tf.layers.leakyReLU({ alpha: 0.2 }),
      tf.layers.dropout({ rate: 0.5 }),
      tf.layers.dense({ units: 4 }),
      tf.layers.reLU({ maxValue: 1 }),
      tf.layers.dense({ units: 3 }),
      tf.layers.softmax()
    );
    const moving = model.layers[1]!;
    moving.setWeights(moving.getWeights().map((w, i) => tf.fill(w.shape, 0.5 + 0.3 * i)));
    await compare(model, ['dry', 'rain', 'snow']);
  });

  it('names the layer that cannot be exported before anything is written', () => {
    const model = network(
      tf.layers.dense({ units: 4, inputShape: [WIDTH] }),
      tf.layers.thresholdedReLU({ theta: 0.5, name: 'threshold' }),
      tf.layers.dense({ units: 1 })
    );
    expect(() => exportModel(estimatorOf(model, null), prep, null, 'test')).toThrow(
      'Layer "threshold" cannot be exported to ONNX: its class ThresholdedReLU has no ONNX form here.'
    );
  });

  it('refuses a network whose outputs are not the classes', () => {
    const model = network(tf.layers.dense({ units: 4, inputShape: [WIDTH], activation: 'softmax' }));
    expect(() => exportModel(estimatorOf(model, ['a', 'b', 'c']), prep, ['a', 'b', 'c'], 'test')).toThrow(
      /gives 4 numbers per row, but there are 3 classes/
    );
  });
});
