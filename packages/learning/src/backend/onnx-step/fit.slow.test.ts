import type { LayersModel, Optimizer, Tensor } from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '@slipway/statistics/random';
import { chooseBackend } from '../choose.js';
import { tensorflow } from '../load-tfjs.js';
import { executeOpByOp, stepReport } from '../recorded/index.js';
import { KERNELS } from './kernels/index.js';
import { OnnxStep } from './onnx-step.js';
import type { Kernel } from './translation.js';

const ROWS = 100;
const WIDTH = 6;

describe('model.fit that ONNX Runtime executes', async () => {
  const tf = await tensorflow();
  await chooseBackend(tf, 'wasm');
  const random = seededRandom(11);
  const x = tf.tensor2d(
    Float32Array.from({ length: ROWS * WIDTH }, () => 2 * random() - 1),
    [ROWS, WIDTH]
  );
  const classes = Array.from({ length: ROWS }, (_, i) => (x.dataSync()[i * WIDTH]! > 0 ? 0 : 1 + (i % 2)));
  const y = tf.oneHot(tf.tensor1d(classes, 'int32'), 3).toFloat();

  function network(): LayersModel {
    return tf.sequential({
      layers: [
        tf.layers.dense({ units: 16, activation: 'relu', inputShape: [WIDTH] }),
        tf.layers.dense({ units: 8, activation: 'elu', kernelRegularizer: 'l1l2' }),
        tf.layers.dense({ units: 3, activation: 'softmax' })
      ]
    });
  }

  /** Two equal models: the second is executed op by op. */
  function pair(
    compile: (model: LayersModel) => void = model =>
      model.compile({ optimizer: tf.train.adam(0.01), loss: 'categoricalCrossentropy', metrics: ['accuracy'] }),
    build = network
  ): [LayersModel, LayersModel] {
    const models = [build(), build()] as const;
    models[1].setWeights(models[0].getWeights());
    models.forEach(compile);
    executeOpByOp(models[1]);
    return [models[0], models[1]];
  }

  const settings = { batchSize: 16, epochs: 3, shuffle: false, verbose: 0 } as const;

  async function expectEqualHistories(
    [one, two]: readonly [LayersModel, LayersModel],
    options: Parameters<LayersModel['fit']>[2] = {},
    target: Tensor = y
  ): Promise<void> {
    const mine = (await one.fit(x, target, { ...settings, ...options })).history;
    const theirs = (await two.fit(x, target, { ...settings, ...options })).history;
    expect(stepReport(one)).toMatchObject({ reason: null, mode: 'recorded with ONNX Runtime' });
    expect(Object.keys(mine)).toEqual(Object.keys(theirs));
    for (const [name, values] of Object.entries(mine)) {
      (values as number[]).forEach((value, i) => expect(value, name).toBeCloseTo(theirs[name]![i] as number, 4));
    }
    expect(mine['loss']!.at(-1)).toBeLessThan(mine['loss']![0] as number);
    expectEqualWeights(one, two);
  }

  function expectEqualWeights(one: LayersModel, two: LayersModel): void {
    one.getWeights().forEach((tensor, i) => {
      const theirs = two.getWeights()[i]!.dataSync();
      tensor.dataSync().forEach((value, k) => expect(value).toBeCloseTo(theirs[k]!, 4));
    });
  }

  it('has the same history with validation, a smaller last batch, and a second fit', async () => {
    const models = pair();
    await expectEqualHistories(models, { validationData: [x, y] });
    await expectEqualHistories(models, { validationData: [x, y], epochs: 2 });
  });

  const optimizers: Record<string, () => Optimizer> = {
    SGD: () => tf.train.sgd(0.1),
    momentum: () => tf.train.momentum(0.05, 0.9),
    'Nesterov momentum': () => tf.train.momentum(0.05, 0.9, true),
    RMSprop: () => tf.train.rmsprop(0.01),
    Adagrad: () => tf.train.adagrad(0.1),
    Adadelta: () => tf.train.adadelta(0.5),
    Adamax: () => tf.train.adamax(0.01),
    Adam: () => tf.train.adam(0.01)
  };

  it.each(Object.keys(optimizers))('has the same history with %s', async name => {
    await expectEqualHistories(
      pair(model => model.compile({ optimizer: optimizers[name]!(), loss: 'categoricalCrossentropy' }))
    );
  });

  it.each([
    ['Adam', 20, () => tf.train.adam(0.001)],
    ['SGD', 100, () => tf.train.sgd(0.05)]
  ] as const)('leaves after steps of %s, %s of them, the weights of tfjs to 5e-6', async (_, steps, optimizer) => {
    const [one, two] = pair(model => model.compile({ optimizer: optimizer(), loss: 'categoricalCrossentropy' }));
    const before = one.getWeights().map(weight => weight.dataSync().slice());
    const all = { ...settings, batchSize: 10, epochs: steps / 10 };
    await Promise.all([one, two].map(model => model.fit(x, y, all)));
    one.getWeights().forEach((weight, i) => {
      const theirs = two.getWeights()[i]!.dataSync();
      const values = weight.dataSync();
      values.forEach((value, k) => expect(Math.abs(value - theirs[k]!)).toBeLessThan(5e-6));
      expect(Math.max(...values.map((value, k) => Math.abs(value - before[i]![k]!)))).toBeGreaterThan(1e-3);
    });
  });

  it.each([
    ['value', (gradient: Tensor) => tf.clipByValue(gradient, -0.003, 0.003)],
    ['norm', (gradient: Tensor) => tf.mul(gradient, tf.minimum(1, tf.div(0.01, tf.add(tf.norm(gradient), 1e-9))))]
  ])('has the same history where gradients are clipped by %s on their way to the optimizer', async (_, clip) => {
    const compile = (model: LayersModel): void => {
      const optimizer = tf.train.adam(0.01);
      const apply = optimizer.applyGradients.bind(optimizer);
      optimizer.applyGradients = given =>
        apply(
          (given as { name: string; tensor: Tensor }[]).map(({ name, tensor }) => ({
            name,
            tensor: tf.keep(clip(tensor))
          }))
        );
      model.compile({ optimizer, loss: 'categoricalCrossentropy' });
    };
    const models = pair(compile);
    const [free] = pair();
    free.setWeights(models[0].getWeights());
    await expectEqualHistories(models);
    await free.fit(x, y, settings);
    const [clipped, plain] = [models[0], free].map(model => model.getWeights()[0]!.dataSync());
    expect(Math.max(...clipped!.map((value, i) => Math.abs(value - plain![i]!)))).toBeGreaterThan(1e-3);
  });

  it.each([
    'meanSquaredError',
    'meanAbsoluteError',
    'binaryCrossentropy',
    'kullbackLeiblerDivergence',
    'hinge',
    'logcosh'
  ])('has the same history with the loss %s', async loss => {
    await expectEqualHistories(pair(model => model.compile({ optimizer: tf.train.sgd(0.1), loss })));
  });

  it('has the same history with a loss and a metric of the user', async () => {
    const loss = (truth: Tensor, predicted: Tensor): Tensor => tf.mean(tf.square(tf.sub(truth, predicted)), -1);
    const metric = (truth: Tensor, predicted: Tensor): Tensor => tf.mean(tf.abs(tf.sub(truth, predicted)));
    await expectEqualHistories(
      pair(model => model.compile({ optimizer: tf.train.adam(0.01), loss, metrics: [metric] as never }))
    );
  });

  it('has the same history with class weights', async () => {
    await expectEqualHistories(pair(), { classWeight: { 0: 1, 1: 3, 2: 0.5 } });
  });

  it('has the same history where the first layer is frozen', async () => {
    const models = pair(model => {
      model.layers[0]!.trainable = false;
      model.compile({ optimizer: tf.train.adam(0.01), loss: 'categoricalCrossentropy' });
    });
    const before = models[0].layers[0]!.getWeights()[0]!.dataSync().slice();
    await expectEqualHistories(models);
    expect(models[0].layers[0]!.getWeights()[0]!.dataSync()).toEqual(before);
  });

  it('follows a learning rate that is changed between epochs', async () => {
    const models = pair();
    for (const rate of [0.01, 0.001]) {
      models.forEach(model => ((model.optimizer as unknown as { learningRate: number }).learningRate = rate));
      await expectEqualHistories(models);
    }
  });

  it('shows callbacks the weights of their epoch and of their batch', async () => {
    const [one, two] = pair();
    const seen = (model: LayersModel, into: number[]) => ({
      onBatchEnd: () => void into.push(model.getWeights()[0]!.dataSync()[0]!),
      onEpochEnd: () => void into.push(model.getWeights()[0]!.dataSync()[1]!)
    });
    const [mine, theirs]: [number[], number[]] = [[], []];
    await one.fit(x, y, { ...settings, callbacks: seen(one, mine) });
    await two.fit(x, y, { ...settings, callbacks: seen(two, theirs) });
    expect(mine).toHaveLength(3 * 8);
    mine.forEach((value, i) => expect(value).toBeCloseTo(theirs[i]!, 4));
  });

  it('stops in mid-epoch with the weights of the last batch', async () => {
    const [one, two] = pair();
    const stopped = (model: LayersModel) => ({
      onBatchEnd: (batch: number) => void (batch === 4 && (model.stopTraining = true))
    });
    await one.fit(x, y, { ...settings, callbacks: stopped(one) });
    await two.fit(x, y, { ...settings, callbacks: stopped(two) });
    expectEqualWeights(one, two);
  });

  it('takes batches one by one, as trainOnBatch gives them', async () => {
    const [one, two] = pair();
    for (let i = 0; i < 8; i++) {
      const [rows, targets] = [x.slice([i * 8, 0], [8, -1]), y.slice([i * 8, 0], [8, -1])];
      const mine = (await one.trainOnBatch(rows, targets)) as number[];
      const theirs = (await two.trainOnBatch(rows, targets)) as number[];
      expect(mine[0]).toBeCloseTo(theirs[0]!, 4);
    }
    expect(stepReport(one)).toMatchObject({ mode: 'recorded with ONNX Runtime', replayed: 7 });
    expectEqualWeights(one, two);
  });

  it('leaves no tensors behind', async () => {
    const [one] = pair();
    await one.fit(x, y, settings);
    const before = tf.memory().numTensors;
    await one.fit(x, y, settings);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('runs op by op, and says why, where a layer draws its own random numbers', async () => {
    class Jitter extends tf.layers.Layer {
      static className = 'Jitter';
      override call(inputs: Tensor | Tensor[]): Tensor {
        const input = [inputs].flat()[0]!;
        return tf.add(input, tf.randomNormal(input.shape));
      }
    }
    const model = tf.sequential({
      layers: [new Jitter({ inputShape: [WIDTH] }), tf.layers.dense({ units: 3, activation: 'softmax' })]
    });
    model.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy' });
    await model.fit(x, y, settings);
    expect(stepReport(model)).toMatchObject({ mode: 'op by op', replayed: 0 });
    expect(stepReport(model)!.reason).toContain('random numbers drawn in JavaScript');
  });

  it('runs op by op, and says why, where a layer keeps a state between batches', async () => {
    const build = (): LayersModel =>
      tf.sequential({
        layers: [
          tf.layers.simpleRNN({ units: 4, stateful: true, batchInputShape: [10, 3, 2] }),
          tf.layers.dense({ units: 3, activation: 'softmax' })
        ]
      });
    const [one, two] = pair(undefined, build);
    const sequences = x.reshape([ROWS, 3, 2]);
    const args = { ...settings, batchSize: 10 };
    const mine = (await one.fit(sequences, y, args)).history['loss']!;
    const theirs = (await two.fit(sequences, y, args)).history['loss']!;
    mine.forEach((value, i) => expect(value).toBeCloseTo(theirs[i] as number, 6));
    expect(stepReport(one)).toMatchObject({ mode: 'op by op', reason: 'a layer keeps values between batches' });
    expect((one.predict(sequences, { batchSize: 10 }) as Tensor).shape).toEqual([ROWS, 3]);
  });

  it('notices a step that changes later, and goes on op by op', async () => {
    const model = network();
    let factor = 1;
    const loss = (truth: Tensor, predicted: Tensor): Tensor =>
      tf.mul(factor, tf.mean(tf.square(tf.sub(truth, predicted)), -1));
    model.compile({ optimizer: 'sgd', loss });
    const step = () => stepReport(model)!;
    await model.fit(x, y, settings);
    expect(step().reason).toBeNull();
    factor = 2;
    for (let i = 0; i < 100 && step().reason === null; i++) {
      await model.fit(x, y, { ...settings, epochs: 20 });
    }
    expect(step().reason).toContain('the step has changed since it was recorded: it differs at Mul');
  });

  it.each<[string, string, (right: Kernel) => Kernel | undefined, string]>([
    [
      'of the way there is a thousandth too large',
      '_FusedMatMul',
      enlarged,
      'ONNX Runtime does not compute what tfjs does'
    ],
    ['of the way back is a thousandth too large', 'EluGrad', enlarged, 'tfjs does: the gradient of'],
    ['has no translation', 'BatchMatMul', () => undefined, 'the kernel BatchMatMul has no translation']
  ])('runs op by op, and says why, where a kernel %s', (_, name, change, reason) => {
    const model = network();
    model.compile({ optimizer: tf.train.sgd(0.1), loss: 'categoricalCrossentropy' });
    executeOpByOp(model);
    const { model: inner } = model as unknown as { model: { makeTrainFunction(): (inputs: unknown) => Tensor[] } };
    const { [name]: right, ...others } = KERNELS;
    const kernel = change(right!);
    const kernels = kernel ? { ...others, [name]: kernel } : others;
    const step = new OnnxStep({
      tf,
      optimizer: model.optimizer,
      step: inner.makeTrainFunction(),
      isStateful: false,
      kernels
    });
    for (let i = 0; i < 4; i++) {
      step.run([x, y]);
    }
    expect(step.report).toMatchObject({ mode: 'op by op', replayed: 0, executed: 4 });
    expect(step.report.reason).toContain(reason);
  });
});

function enlarged(right: Kernel): Kernel {
  return (call, to) => to.node('Mul', [right(call, to) as string, to.float(1.001)]);
}
