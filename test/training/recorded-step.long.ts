import type { LayersModel, Optimizer, Tensor } from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { chooseBackend } from '../../packages/learning/dist/backend/choose.js';
import { seedRandomLayers } from '../../packages/learning/dist/backend/random-layers.js';
import { executeOpByOp, stepReport, type StepReport } from '../../packages/learning/dist/backend/recorded/index.js';
import { ThreadTrial } from '../../packages/learning/dist/backend/recorded/thread-trial.js';
import { tensorflow } from '../../packages/learning/dist/backend/load-tfjs.js';
import type { Tf } from '../../packages/learning/dist/backend/tfjs.js';
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
  seedRandomLayers(network, 11);
  if (recording === 'op by op') {
    executeOpByOp(network);
  }
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
      if (optimizer.setLearningRate) {
        optimizer.setLearningRate(0.05 / (epoch + 2));
      } else {
        optimizer.learningRate = 0.01 / (epoch + 2);
      }
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

describe('several steps in one call', () => {
  /** 1200 steps, 20 in an epoch; larger batches, as rounding is chaos for a batch normalization of two rows. */
  async function trainUnwatched(each: Case, recording: Recording, fit: object = {}): Promise<Trained> {
    const network = build(tf, each);
    network.compile({ optimizer: tf.train.sgd(0.02), loss: 'categoricalCrossentropy' });
    if (recording === 'op by op') {
      executeOpByOp(network);
    }
    const [x, y] = rowsFor(tf, each);
    const { history } = await network.fit(x, y, { epochs: 60, batchSize: 5, shuffle: false, verbose: 0, ...fit });
    const losses = Object.values(history).flat() as number[];
    const weights = network.getWeights().flatMap(weight => [...weight.dataSync()]);
    return { losses, weights, report: stepReport(network) };
  }

  const unwatched = {
    'dense layers': cases['dense layers']!,
    'batch normalization': cases['batch normalization']!,
    'dropout with batch normalization': randomCases['dropout with batch normalization']!
  };

  it.each(Object.entries(unwatched))('learn the same and tell the same losses for %s', async (_name, each) => {
    const recorded = await trainUnwatched(each, 'recorded');
    const opByOp = await trainUnwatched(each, 'op by op');
    expect(recorded.report).toMatchObject({ mode: 'recorded' });
    expect(recorded.report!.calls).toBeLessThan(0.6 * recorded.report!.replayed);
    expect(largestDifference(recorded.losses, opByOp.losses)).toBeLessThan(1e-5);
    expect(largestDifference(recorded.weights, opByOp.weights)).toBeLessThan(1e-5);
  });

  it('take a last batch with fewer rows, class weights and validation rows as they are', async () => {
    const each = cases['dense layers']!;
    const [x, y] = rowsFor(tf, each);
    const fit = { batchSize: 7, classWeight: { 0: 1, 1: 2, 2: 0.5 }, validationData: [x, y], epochs: 20 };
    const recorded = await trainUnwatched(each, 'recorded', fit);
    const opByOp = await trainUnwatched(each, 'op by op', fit);
    expect(recorded.report).toMatchObject({ mode: 'recorded' });
    expect(largestDifference(recorded.losses, opByOp.losses)).toBeLessThan(1e-5);
    expect(largestDifference(recorded.weights, opByOp.weights)).toBeLessThan(1e-5);
  });

  it('give the same weights to the last bit, whichever threads were found to be faster', async () => {
    const each = randomCases['dropout with batch normalization']!;
    const { time } = ThreadTrial.prototype;
    const weights: number[][] = [];
    try {
      for (const threads of ['one thread', 'many threads'] as const) {
        ThreadTrial.prototype.time = call => call(threads);
        weights.push((await trainUnwatched(each, 'recorded')).weights);
      }
    } finally {
      ThreadTrial.prototype.time = time;
    }
    expect(weights[0]).toEqual(weights[1]);
  });

  it('end soon after the training is stopped, and callbacks of single batches are called for each', async () => {
    const each = cases['dense layers']!;
    const network = build(tf, each);
    network.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy' });
    const [x, y] = rowsFor(tf, each);
    let yields = 0;
    const stopAfterYield = (): Promise<void> => {
      network.stopTraining = ++yields === 2;
      return Promise.resolve();
    };
    const { epoch } = await network.fit(x, y, {
      epochs: 100_000,
      batchSize: 5,
      verbose: 0,
      callbacks: { onYield: stopAfterYield }
    });
    expect(epoch.length).toBeLessThan(5000);
    const batches: number[] = [];
    const onBatchEnd = (batch: number): Promise<void> => {
      batches.push(batch);
      return Promise.resolve();
    };
    await network.fit(x, y, { epochs: 1, batchSize: 5, verbose: 0, callbacks: { onBatchEnd } });
    expect(batches).toEqual(Array.from({ length: Math.ceil(x.shape[0]! / 5) }, (_, i) => i));
  });

  it('serve rows of another number without another recording', async () => {
    const each = cases['dense layers']!;
    const network = build(tf, each);
    network.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy' });
    const [x, y] = rowsFor(tf, each);
    await network.fit(x, y, { epochs: 3, batchSize: 10, verbose: 0 });
    const { executed } = stepReport(network)!;
    const count = 40;
    const fewer = [x, y].map(all => all.slice([0], [count])) as [Tensor, Tensor];
    await network.fit(...fewer, { epochs: 1, batchSize: 10, verbose: 0 });
    expect(stepReport(network)).toMatchObject({ mode: 'recorded' });
    expect(stepReport(network)!.executed - executed).toBeLessThanOrEqual(1);
  });
});

describe('a step that cannot be recorded is executed op by op, and the report says why', () => {
  it('when it draws random numbers in JavaScript', async () => {
    const network = build(tf, cases['dense layers']!);
    network.compile({
      optimizer: 'sgd',
      loss: (truth: Tensor, guess: Tensor) => tf.losses.meanSquaredError(truth, tf.add(guess, 0.01 * Math.random()))
    });
    const [x, y] = rowsFor(tf, cases['dense layers']!);
    await network.fit(x, y, { epochs: 4, batchSize: 20, verbose: 0 });
    expect(stepReport(network)).toMatchObject({ mode: 'op by op', replayed: 0 });
    expect(stepReport(network)!.reason).toMatch(
      /^two recordings of the step differ at \w+: random numbers drawn in JavaScript/
    );
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
          if (epoch === 1) {
            weight = 0.5;
          }
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
    for (let i = 0; i < 10; i++) {
      await network.trainOnBatch(x, y);
    }
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
