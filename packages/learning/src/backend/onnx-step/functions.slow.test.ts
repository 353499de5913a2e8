import type { LayersModel, SymbolicTensor, Tensor } from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '@slipway/statistics/random';
import { chooseBackend } from '../choose.js';
import { tensorflow } from '../load-tfjs.js';
import { executeOpByOp, functionReports } from '../recorded/index.js';
import { KERNELS } from './kernels/index.js';
import { OnnxFunction } from './onnx-function.js';
import type { Kernel } from './translation.js';

const ROWS = 203;
const WIDTH = 6;
const BATCH = 16;

describe('evaluate, validation and predict that ONNX Runtime executes', async () => {
  const tf = await tensorflow();
  await chooseBackend(tf, 'wasm');
  const random = seededRandom(5);
  const numbers = (count: number): Float32Array => Float32Array.from({ length: count }, () => 2 * random() - 1);
  const x = tf.tensor2d(numbers(ROWS * WIDTH), [ROWS, WIDTH]);
  const y = tf
    .oneHot(
      tf.tensor1d(
        Array.from({ length: ROWS }, (_, i) => i % 3),
        'int32'
      ),
      3
    )
    .toFloat();

  function network(): LayersModel {
    return tf.sequential({
      layers: [
        tf.layers.dense({ units: 16, activation: 'relu', inputShape: [WIDTH] }),
        tf.layers.batchNormalization(),
        tf.layers.dense({ units: 3, activation: 'softmax' })
      ]
    });
  }

  /** Two equal models: the second is executed op by op. */
  function pair(build: () => LayersModel = network, compile = compiled): [LayersModel, LayersModel] {
    const models = [build(), build()] as const;
    models[1].setWeights(models[0].getWeights());
    models.forEach(compile);
    executeOpByOp(models[1]);
    return [models[0], models[1]];
  }

  function compiled(model: LayersModel): void {
    model.compile({ optimizer: tf.train.adam(0.01), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  }

  function expectEqual(mine: Tensor | Tensor[], theirs: Tensor | Tensor[]): void {
    const [ours, expected] = [[mine].flat(), [theirs].flat()];
    expect(ours.map(({ shape, dtype }) => [shape, dtype])).toEqual(expected.map(({ shape, dtype }) => [shape, dtype]));
    ours.forEach((tensor, i) => {
      const values = expected[i]!.dataSync();
      tensor.dataSync().forEach((value, k) => expect(value).toBeCloseTo(values[k]!, 5));
    });
  }

  const batches = Math.floor(ROWS / BATCH);

  it('give the losses and metrics of tfjs, the smaller last batch weighted by its rows', () => {
    const [one, two] = pair();
    expectEqual(one.evaluate(x, y, { batchSize: BATCH }), two.evaluate(x, y, { batchSize: BATCH }));
    expect(functionReports(one).test).toEqual({ reason: null, replayed: batches - 1 });
    expect(functionReports(two).test).toBeNull();
  });

  it('give the predictions of tfjs, and those of new weights after training', async () => {
    const [one, two] = pair();
    for (let round = 0; round < 3; round++) {
      expectEqual(one.predict(x, { batchSize: BATCH }), two.predict(x, { batchSize: BATCH }));
      await one.fit(x, y, { epochs: 1, verbose: 0 });
      two.setWeights(one.getWeights());
    }
    expect(functionReports(one).predict).toEqual({ reason: null, replayed: 3 * batches - 1 });
  });

  it('validate each epoch on its own weights', async () => {
    const [one, two] = pair();
    const args = {
      epochs: 6,
      shuffle: false,
      verbose: 0,
      batchSize: BATCH,
      validationData: [x, y] as [Tensor, Tensor]
    };
    const mine = (await one.fit(x, y, args)).history;
    const theirs = (await two.fit(x, y, args)).history;
    for (const name of ['loss', 'val_loss', 'val_acc']) {
      expect(mine[name]).toHaveLength(6);
      mine[name]!.forEach((value, i) => expect(value, name).toBeCloseTo(theirs[name]![i] as number, 3));
    }
    // Rows of a turn are validated at once: a recording is worth it from the fourth on.
    expect(functionReports(one).test).toEqual({ reason: null, replayed: 2 });
  });

  it('take models of several inputs and outputs, of whole numbers too', () => {
    const build = (): LayersModel => {
      const [words, numbersIn] = [tf.input({ shape: [4], dtype: 'int32' }), tf.input({ shape: [WIDTH] })];
      const embedded = tf.layers
        .flatten()
        .apply(tf.layers.embedding({ inputDim: 10, outputDim: 3 }).apply(words)) as SymbolicTensor;
      const joined = tf.layers.concatenate().apply([embedded, numbersIn]) as SymbolicTensor;
      const outputs = [3, 1].map(units => tf.layers.dense({ units }).apply(joined) as SymbolicTensor);
      return tf.model({ inputs: [words, numbersIn], outputs });
    };
    const [one, two] = pair(build, model => model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' }));
    const words = tf.tensor2d(
      Array.from({ length: ROWS * 4 }, (_, i) => i % 10),
      [ROWS, 4],
      'int32'
    );
    expectEqual(one.predict([words, x]), two.predict([words, x]));
    const targets = [y, tf.ones([ROWS, 1])];
    expectEqual(one.evaluate([words, x], targets), two.evaluate([words, x], targets));
    expect(functionReports(one)).toEqual({
      test: { reason: null, replayed: 5 },
      predict: { reason: null, replayed: 5 }
    });
  });

  it('leave few rows to tfjs, where a recording would not pay', () => {
    const [one, two] = pair();
    expectEqual(one.predict(x.slice(0, 40)), two.predict(x.slice(0, 40)));
    expect(functionReports(one).predict).toEqual({ reason: null, replayed: 0 });
  });

  it('notice a metric that changes from epoch to epoch, and go on op by op', async () => {
    let factor = 1;
    const scaled = (truth: Tensor, predicted: Tensor): Tensor =>
      tf.mul(factor, tf.mean(tf.abs(tf.sub(truth, predicted))));
    const [one, two] = pair(network, model =>
      model.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy', metrics: [scaled] as never })
    );
    const args = {
      epochs: 6,
      shuffle: false,
      verbose: 0,
      batchSize: BATCH,
      validationData: [x, y] as [Tensor, Tensor],
      callbacks: { onEpochEnd: (epoch: number) => void (factor = epoch + 2) }
    };
    const mine = (await one.fit(x, y, args)).history['val_scaled']!;
    factor = 1;
    const theirs = (await two.fit(x, y, args)).history['val_scaled']!;
    mine.forEach((value, i) => expect(value).toBeCloseTo(theirs[i] as number, 3));
    expect(mine[5]).toBeGreaterThan(2 * (mine[0] as number));
    expect(functionReports(one).test!.reason).toContain('it differs from its recording at Mul');
  });

  it('are computed by tfjs where something is differentiated, or recorded', () => {
    const teacher = network();
    const weights = tf.variable(tf.ones([WIDTH]));
    const { value, grads } = tf.variableGrads(
      () => tf.sum((teacher.predict(tf.mul(x, weights), { batchSize: BATCH }) as Tensor).slice([0, 0], [-1, 1])),
      [weights]
    );
    expect(value.dataSync()[0]).toBeGreaterThan(0);
    expect(Math.max(...grads[weights.name]!.abs().dataSync())).toBeGreaterThan(0);
    expect(functionReports(teacher).predict).toBeNull();
  });

  it('leave no tensors behind', () => {
    const [one] = pair();
    const before = tf.memory().numTensors;
    for (let i = 0; i < 3; i++) {
      tf.dispose(one.predict(x));
      tf.dispose(one.evaluate(x, y));
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  it('run op by op, and say why, where a kernel is a thousandth wrong or has no translation', () => {
    const right = KERNELS['_FusedMatMul']!;
    const larger: Kernel = (call, to) => to.node('Mul', [right(call, to) as string, to.float(1.001)]);
    const wrong = { ...KERNELS, _FusedMatMul: larger };
    const step = ([rows]: (Tensor | null)[]): Tensor[] => [tf.matMul(rows!, tf.ones([WIDTH, 2]))];
    const fused = ([rows]: (Tensor | null)[]): Tensor[] => [
      tf.fused.matMul({ a: rows as never, b: tf.ones([WIDTH, 2]), bias: tf.ones([2]) })
    ];
    const mistaken = new OnnxFunction(tf, 1, wrong);
    expect(mistaken.run(fused, [x], BATCH)).toBeNull();
    expect(mistaken.report.reason).toContain('ONNX Runtime does not compute what tfjs does');
    const unknown = new OnnxFunction(tf, 1, { ...KERNELS, BatchMatMul: undefined as never });
    expect(unknown.run(step, [x], BATCH)).toBeNull();
    expect(unknown.report.reason).toBe('the kernel BatchMatMul has no translation');
    const known = new OnnxFunction(tf, 1);
    expect(known.run(step, [x], BATCH)).not.toBeNull();
    expect(known.report).toEqual({ reason: null, replayed: batches - 1 });
  });
});
