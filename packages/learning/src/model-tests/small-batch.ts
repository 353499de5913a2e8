import type { LayersModel } from '@tensorflow/tfjs';
import type { ModelTestResult } from '@slipway/contract';
import { sizeOf } from '@slipway/tensor-inputs';
import { operationsPerRow, recurrentCalls } from '../backend/work.js';
import { buildNetwork, withoutPenalties } from '../models/build-network.js';
import { isModelSpec, isNetworkSpec, type ModelSpec } from '../models/specs.js';
import { withoutAutolog } from '../runs/autolog.js';
import type { Target } from '../examples/target.js';
import { tensorflow } from '../backend/load-tfjs.js';
import type { Tf } from '../backend/tfjs.js';
import { found, passed, percent } from './test-subject.js';
import { counted, formatNumber } from '@slipway/wording';

const MOST_ROWS = 12;
const STEPS = 200;
/** Steps after which it is asked whether the rows are learned already. */
const PAUSE = 25;
/** Small networks learn fast; deep ones need smaller steps. */
const LEARNING_RATES = [0.02, 0.003];
/** From which score on the batch counts as overfitted. */
const ACCURACY = 0.99;
const R2 = 0.95;

/** What a test of few rows may cost. */
export interface FewRowsBudget {
  /** Floating point operations, estimated before it begins: what is found must not depend on the machine. */
  readonly operations: number;
  /** Asked now and then. */
  timeIsOver(): boolean;
}

/** What a fit may spend if all steps are needed: some 15 s on one core. Networks that learn need a fraction of it. */
const OPERATIONS_IN_A_FIT = 3e10;
/** What one value of a sequence costs in a recurrent layer, whose operations are small: about a millisecond. */
const OPERATIONS_PER_CALL = 2e6;
/** For a machine that is far slower than the estimate. */
const LONGEST_S = 30;

const NO_BUDGET: FewRowsBudget = { operations: Infinity, timeIsOver: () => false };

function budgetOfAFit(): FewRowsBudget {
  const start = performance.now();
  return { operations: OPERATIONS_IN_A_FIT, timeIsOver: () => performance.now() - start > LONGEST_S * 1000 };
}

/** Result of overfitting a small batch; null for models that are not trained in steps. */
export interface FewRows {
  /** null: it would take, or took, more than it may. */
  readonly learned: boolean | null;
  /** Rows that were to be learned. */
  readonly count: number;
  readonly evidence: string;
}

const REMEDY =
  'Look at its last layer and its activations, and standardize the inputs: more rows will not fix it. To leave the test out, say { smallBatch: "skip" }.';

/** The same as a model test; null for models that are not trained in steps. */
export async function smallBatch(
  model: ModelSpec | LayersModel,
  shape: readonly number[],
  rows: Float32Array,
  target: Target
): Promise<ModelTestResult | null> {
  const report = await overfitFewRows(model, shape, rows, target, budgetOfAFit());
  if (report === null) {
    return null;
  }
  const { learned, count, evidence } = report;
  // No numbers that differ from time to time: the same training is to give the same bundle.
  if (learned === null) {
    const why = `Overfitting ${counted(count, 'row')} would take longer than a fit may spend on it.`;
    return { id: 'overfits-small-batch', verdict: 'not_applicable', evidence: why, remedy: null };
  }
  return learned
    ? passed('overfits-small-batch', `A fresh copy of the network overfits ${counted(count, 'row')}.`)
    : found('overfits-small-batch', 'warn', `The network does not overfit a small batch: ${evidence}.`, REMEDY);
}

/**
 * Trains a copy of a network on a few rows, without penalties: one whose layers and loss fit the task overfits them. Weights and
 * state of the network itself stay as they are.
 *
 * @param rows row-major [count, …shape]. @param shape of one row.
 */
export async function overfitFewRows(
  model: ModelSpec | LayersModel,
  shape: readonly number[],
  rows: Float32Array,
  target: Target,
  budget = NO_BUDGET
): Promise<FewRows | null> {
  if (isModelSpec(model) && !isNetworkSpec(model)) {
    return null;
  }
  const tf = await tensorflow();
  const classes = target.labels?.length ?? null;
  let report: FewRows | null = null;
  for (const rate of LEARNING_RATES) {
    const network = isModelSpec(model)
      ? buildNetwork(tf, withoutPenalties(model), shape, classes, 1)
      : await copyOf(tf, model);
    try {
      const chosen = chooseRows(target, rows, mostRows(network));
      if (costOf(network, chosen.length) > budget.operations) {
        return { learned: null, count: chosen.length, evidence: 'it would take too long' };
      }
      report = await withoutAutolog(() => learnByHeart(tf, network, shape, rows, target, chosen, rate, budget));
    } finally {
      network.dispose();
    }
    if (report.learned !== false) {
      break;
    }
  }
  return report;
}

/** The topology with fresh weights. */
function copyOf(tf: Tf, model: LayersModel): Promise<LayersModel> {
  return tf.models.modelFromJSON({ modelTopology: JSON.parse(model.toJSON() as unknown as string) as never });
}

/** A network without hidden layers cannot learn more rows than it has weights for. */
function mostRows(network: LayersModel): number {
  const units = (network.outputs[0]!.shape as (number | null)[]).at(-1) ?? 1;
  return Math.max(2, Math.min(MOST_ROWS, Math.floor(network.countParams() / (2 * units))));
}

/** Operations of all steps, if they are all needed. */
function costOf(network: LayersModel, rows: number): number {
  const ofStep = operationsPerRow(network) * rows + OPERATIONS_PER_CALL * recurrentCalls(network);
  return ofStep * STEPS * LEARNING_RATES.length;
}

/** Rows of all classes in turn; of numbers, rows that are far apart. Rows that are equal to the model are taken once. */
function chooseRows({ train }: Target, rows: Float32Array, most: number): number[] {
  const width = rows.length / train.length;
  const sorted = train.map((_, row) => row).sort((a, b) => train[a]! - train[b]!);
  const count = Math.min(most, sorted.length);
  const chosen = new Map<string, number>();
  for (let i = 0; i < count; i++) {
    const row = sorted[Math.floor(((i + 0.5) * sorted.length) / count)]!;
    const key = rows.subarray(row * width, (row + 1) * width).join();
    if (!chosen.has(key)) {
      chosen.set(key, row);
    }
  }
  return [...chosen.values()];
}

async function learnByHeart(
  tf: Tf,
  network: LayersModel,
  shape: readonly number[],
  rows: Float32Array,
  { train, labels }: Target,
  chosen: readonly number[],
  learningRate: number,
  budget: FewRowsBudget
): Promise<FewRows> {
  const units = (network.outputs[0]!.shape as (number | null)[]).at(-1) ?? 1;
  const truth = chosen.map(row => train[row]!);
  // Numbers are learned on their own scale.
  const mean = truth.reduce((a, b) => a + b, 0) / truth.length;
  const spread = Math.sqrt(truth.reduce((sum, t) => sum + (t - mean) ** 2, 0) / truth.length) || 1;
  const answers = labels === null ? truth.map(t => (t - mean) / spread) : truth;
  const oneHot = labels !== null && units > 1;
  const width = sizeOf(shape);
  const learnedRows = new Float32Array(chosen.length * width);
  chosen.forEach((row, i) => learnedRows.set(rows.subarray(row * width, (row + 1) * width), i * width));
  const x = tf.tensor(learnedRows, [chosen.length, ...shape]);
  const y = tf.tensor2d(
    oneHot ? answers.map(a => Array.from({ length: units }, (_, i) => Number(i === a))) : answers.map(a => [a])
  );
  const loss = labels === null ? 'meanSquaredError' : units === 1 ? 'binaryCrossentropy' : 'categoricalCrossentropy';
  const optimizer = tf.train.adam(learningRate);
  network.compile({ optimizer, loss });
  try {
    for (let step = 1; ; step++) {
      await network.trainOnBatch(x, y);
      const over = budget.timeIsOver();
      if (step % PAUSE !== 0 && !over) {
        continue;
      }
      const output = network.predictOnBatch(x) as ReturnType<Tf['tensor2d']>;
      const predicted = Array.from(await output.data());
      output.dispose();
      const { learned, score } =
        labels === null ? judgeNumbers(answers, predicted) : judgeClasses(answers, predicted, units);
      const said = `${score} on ${counted(chosen.length, 'row')} after ${counted(step, 'step')}`;
      if (learned || step >= STEPS) {
        return { learned, count: chosen.length, evidence: said };
      }
      if (over) {
        return { learned: null, count: chosen.length, evidence: said };
      }
    }
  } finally {
    tf.dispose([x, y]);
    optimizer.dispose();
  }
}

interface Judgement {
  readonly learned: boolean;
  /** The metric with its value. */
  readonly score: string;
}

function judgeClasses(truth: readonly number[], predicted: readonly number[], units: number): Judgement {
  const right = truth.filter((label, row) => {
    if (units === 1) {
      return Number(predicted[row]! > 0.5) === label;
    }
    const probabilities = predicted.slice(row * units, (row + 1) * units);
    return probabilities.indexOf(Math.max(...probabilities)) === label;
  }).length;
  const accuracy = right / truth.length;
  return { learned: accuracy >= ACCURACY, score: `accuracy ${percent(accuracy)}` };
}

function judgeNumbers(truth: readonly number[], predicted: readonly number[]): Judgement {
  const residual = truth.reduce((sum, t, row) => sum + (t - predicted[row]!) ** 2, 0);
  const total = truth.reduce((sum, t) => sum + t ** 2, 0);
  const r2 = total === 0 ? 1 : 1 - residual / total;
  return { learned: r2 >= R2, score: `R² ${formatNumber(r2, { digits: 4 })}` };
}
