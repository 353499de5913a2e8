import type { LayersModel, Optimizer, Tensor } from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { chooseBackend } from '../../kernel-lib/dist/backend/choose.js';
import { executeOpByOp, stepReport, type StepReport } from '../../kernel-lib/dist/backend/recorded/index.js';
import { tensorflow, type Tf } from '../../kernel-lib/dist/train/tensorflow.js';
import { build, cases, optimizers, randomCases, rowsFor, type Case } from './networks.ts';
import { ensureTensorflow } from './tensorflow-installation.ts';

let tf: Tf;

beforeAll(async () => {
  await ensureTensorflow();
  tf = await tensorflow();
  expect((await chooseBackend(tf, 'tensorflow-cpu')).backend).toBe('tensorflow-cpu');
}, 600_000);

interface Trained {
  readonly losses: number[];
  readonly weights: number[];
  readonly report: StepReport | null;
}

type Recording = 'recorded' | 'op by op';

/** Trains four epochs of four batches, the last of each smaller. */
async function train(
  each: Case,
  recording: Recording,
  more: {
    optimizer?: (tf: Tf) => Optimizer;
    fit?: object;
    onEpoch?: (network: LayersModel, epoch: number) => void;
  } = {}
): Promise<Trained> {
  const network = build(tf, each);
  network.compile({
    optimizer: more.optimizer?.(tf) ?? tf.train.adam(0.01),
    loss: 'categoricalCrossentropy',
    metrics: ['accuracy']
  });
  if (recording === 'op by op') executeOpByOp(network);
  const [x, y] = rowsFor(tf, each);
  const losses: number[] = [];
  await network.fit(x, y, {
    epochs: 4,
    batchSize: 32,
    shuffle: false,
    verbose: 0,
    ...more.fit,
    callbacks: {
      onBatchEnd: (_batch, logs) => {
        losses.push(valueOf(logs!['loss']!), valueOf(logs!['acc']!));
        return Promise.resolve();
      },
      onEpochEnd: epoch => {
        more.onEpoch?.(network, epoch);
        return Promise.resolve();
      }
    }
  });
  const weights = network.getWeights().flatMap(weight => [...weight.dataSync()]);
  return { losses, weights, report: stepReport(network) };
}

/** TensorFlow joins operations of a function, which may round the last digit of a float32 otherwise. */
function largestDifference(a: readonly number[], b: readonly number[]): number {
  expect(a.length).toBe(b.length);
  return Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));
}

function valueOf(value: unknown): number {
  return typeof value === 'number' ? value : (value as Tensor).dataSync()[0]!;
}

function expectEqual(recorded: Trained, opByOp: Trained): void {
  expect(opByOp.report).toBeNull();
  expect(recorded.report).toMatchObject({ mode: 'recorded' });
  expect(recorded.report!.replayed).toBeGreaterThan(5);
  expect(largestDifference(recorded.losses, opByOp.losses)).toBeLessThan(1e-5);
  expect(largestDifference(recorded.weights, opByOp.weights)).toBeLessThan(1e-5);
}

describe('a recorded training step equals the step executed op by op', () => {
  it.each(Object.entries({ ...cases, ...randomCases }).filter(([name]) => name !== 'noise'))(
    'for %s',
    async (_name, each) => {
      expectEqual(await train(each, 'recorded'), await train(each, 'op by op'));
    }
  );

  it.each(Object.entries(optimizers))('with %s', async (_name, optimizer) => {
    const each = cases['an L2 penalty']!;
    expectEqual(await train(each, 'recorded', { optimizer }), await train(each, 'op by op', { optimizer }));
  });

  it.each(['SGD', 'Adam', 'RMSProp'] as const)('when the learning rate of %s changes with the epoch', async name => {
    const onEpoch = (network: LayersModel, epoch: number): void => {
      const optimizer = network.optimizer as unknown as { setLearningRate?(rate: number): void; learningRate: number };
      if (optimizer.setLearningRate) optimizer.setLearningRate(0.05 / (epoch + 2));
      else optimizer.learningRate = 0.01 / (epoch + 2);
    };
    const more = { optimizer: optimizers[name], onEpoch };
    expectEqual(
      await train(cases['dense layers']!, 'recorded', more),
      await train(cases['dense layers']!, 'op by op', more)
    );
  });

  it('with validation rows and shuffled batches of a data set', async () => {
    const each = cases['batch normalization']!;
    const [x, y] = rowsFor(tf, each);
    const more = { fit: { validationData: [x, y] } };
    expectEqual(await train(each, 'recorded', more), await train(each, 'op by op', more));
  });
});

describe('a step that cannot be recorded is executed op by op, and the report says why', () => {
  it('when it draws random numbers in JavaScript', async () => {
    const each: Case = {
      layers: () => [
        tf.layers.lstm({ units: 4, dropout: 0.5, inputShape: [6, 4] }),
        tf.layers.dense({ units: 3, activation: 'softmax' })
      ],
      shape: [6, 4]
    };
    const { report } = await train(each, 'recorded');
    expect(report).toMatchObject({ mode: 'op by op', replayed: 0 });
    expect(report!.reason).toMatch(/^two recordings of the step differ at \w+: random numbers drawn in JavaScript/);
  });

  it('when a number in its loss changes after it was recorded', async () => {
    let weight = 1;
    const network = build(tf, cases['dense layers']!);
    network.compile({
      optimizer: 'sgd',
      loss: (truth: Tensor, guess: Tensor) => tf.mul(tf.losses.meanSquaredError(truth, guess), weight)
    });
    const [x, y] = rowsFor(tf, cases['dense layers']!);
    const before: (string | undefined)[] = [];
    await network.fit(x, y, {
      epochs: 4,
      batchSize: 5,
      verbose: 0,
      callbacks: {
        onEpochEnd: epoch => {
          before.push(stepReport(network)?.mode);
          if (epoch === 1) weight = 0.5;
          return Promise.resolve();
        }
      }
    });
    expect(before.slice(0, 2)).toEqual(['recorded', 'recorded']);
    expect(stepReport(network)).toMatchObject({ mode: 'op by op' });
    expect(stepReport(network)!.reason).toContain('the step has changed since it was recorded');
  });

  it('when its loss reads values', async () => {
    const network = build(tf, cases['dense layers']!);
    network.compile({
      optimizer: 'sgd',
      loss: (truth: Tensor, guess: Tensor) => {
        const largest = tf.max(guess).dataSync()[0]!;
        return tf.mul(tf.losses.meanSquaredError(truth, guess), largest > 2 ? 2 : 1);
      }
    });
    const [x, y] = rowsFor(tf, cases['dense layers']!);
    await network.fit(x, y, { epochs: 3, batchSize: 20, verbose: 0 });
    expect(stepReport(network)).toMatchObject({
      mode: 'op by op',
      reason: 'the step reads values of tensors in JavaScript'
    });
  });
});

describe('recording', () => {
  it('serves trainOnBatch and fitDataset, too, and forgets its step when the model is compiled again', async () => {
    const each = cases['dense layers']!;
    const network = build(tf, each);
    network.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy' });
    const [x, y] = rowsFor(tf, each);
    for (let i = 0; i < 10; i++) await network.trainOnBatch(x, y);
    expect(stepReport(network)).toMatchObject({ mode: 'recorded', replayed: 7 });
    network.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy' });
    const rows = tf.data.zip({
      xs: tf.data.array(x.arraySync() as number[][]),
      ys: tf.data.array(y.arraySync() as number[][])
    });
    await network.fitDataset(rows.batch(25), { epochs: 3, verbose: 0 });
    expect(stepReport(network)).toMatchObject({ mode: 'recorded' });
    expect(stepReport(network)!.replayed).toBeGreaterThan(4);
  });

  it('keeps no tensor behind', async () => {
    const each = randomCases['dropout with batch normalization']!;
    const network = build(tf, each);
    network.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy' });
    const [x, y] = rowsFor(tf, each);
    const native = tf.backend() as unknown as { binding: { getNumOfTensors(): number } };
    const counts: [number, number][] = [];
    for (let round = 0; round < 3; round++) {
      await network.fit(x, y, { epochs: 5, batchSize: 20, verbose: 0 });
      counts.push([tf.memory().numTensors, native.binding.getNumOfTensors()]);
    }
    expect(counts[2]).toEqual(counts[1]);
  });

  it('learns with every kind of noise', async () => {
    const { losses, report } = await train(randomCases['noise']!, 'recorded');
    expect(report).toMatchObject({ mode: 'recorded' });
    expect(losses.every(Number.isFinite)).toBe(true);
  });
});
