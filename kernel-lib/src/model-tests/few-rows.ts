import type { LayersModel } from '@tensorflow/tfjs';
import { buildNetwork, withoutPenalties } from '../models/build-network.js';
import { isModelSpec, isNetworkSpec, type ModelSpec } from '../models/specs.js';
import { withoutAutolog } from '../runs/autolog.js';
import type { Target } from '../train/target.js';
import { tensorflow, type Tf } from '../train/tensorflow.js';
import { digits, percent } from './test-subject.js';

const ROWS = 12;
const EPOCHS = 300;
const LEARNING_RATE = 0.02;
/** What counts as learned by heart. */
const ACCURACY = 0.99;
const R2 = 0.95;

/** What came of learning a few rows by heart; null for models that are not trained in steps. */
export interface FewRows {
  readonly learned: boolean;
  readonly evidence: string;
}

/**
 * Trains a copy of a network on a few rows, without penalties: one that is wired rightly learns them by heart. Weights and
 * state of the network itself stay as they are.
 *
 * @param rows row-major [count, …shape]. @param shape of one row.
 */
export async function overfitFewRows(
  model: ModelSpec | LayersModel,
  shape: readonly number[],
  rows: Float32Array,
  target: Target
): Promise<FewRows | null> {
  if (isModelSpec(model) && !isNetworkSpec(model)) return null;
  const tf = await tensorflow();
  const classes = target.labels?.length ?? null;
  const network = isModelSpec(model)
    ? buildNetwork(tf, withoutPenalties(model), shape, classes, 1)
    : await copyOf(tf, model);
  try {
    const chosen = chooseRows(target);
    return await withoutAutolog(() => learnByHeart(tf, network, shape, rows, target, chosen));
  } finally {
    network.dispose();
  }
}

/** The topology with fresh weights. */
function copyOf(tf: Tf, model: LayersModel): Promise<LayersModel> {
  return tf.models.modelFromJSON({ modelTopology: JSON.parse(model.toJSON() as unknown as string) as never });
}

/** Rows of all classes in turn; of numbers, rows that lie far apart. */
function chooseRows({ train }: Target): number[] {
  const order = train.map((_, row) => row);
  const count = Math.min(ROWS, order.length);
  const sorted = order.sort((a, b) => train[a]! - train[b]!);
  return Array.from({ length: count }, (_, i) => sorted[Math.floor(((i + 0.5) * sorted.length) / count)]!);
}

async function learnByHeart(
  tf: Tf,
  network: LayersModel,
  shape: readonly number[],
  rows: Float32Array,
  { train, labels }: Target,
  chosen: readonly number[]
): Promise<FewRows> {
  const units = (network.outputs[0]!.shape as (number | null)[]).at(-1) ?? 1;
  const truth = chosen.map(row => train[row]!);
  // Numbers are learned on their own scale.
  const mean = truth.reduce((a, b) => a + b, 0) / truth.length;
  const spread = Math.sqrt(truth.reduce((sum, t) => sum + (t - mean) ** 2, 0) / truth.length) || 1;
  const answers = labels === null ? truth.map(t => (t - mean) / spread) : truth;
  const oneHot = labels !== null && units > 1;
  const width = shape.reduce((product, size) => product * size, 1);
  const learnedRows = new Float32Array(chosen.length * width);
  chosen.forEach((row, i) => learnedRows.set(rows.subarray(row * width, (row + 1) * width), i * width));
  const x = tf.tensor(learnedRows, [chosen.length, ...shape]);
  const y = tf.tensor2d(
    oneHot ? answers.map(a => Array.from({ length: units }, (_, i) => Number(i === a))) : answers.map(a => [a])
  );
  const loss = labels === null ? 'meanSquaredError' : units === 1 ? 'binaryCrossentropy' : 'categoricalCrossentropy';
  const optimizer = tf.train.adam(LEARNING_RATE);
  network.compile({ optimizer, loss });
  try {
    for (let epoch = 0; epoch < EPOCHS; epoch++) await network.trainOnBatch(x, y);
    const output = network.predictOnBatch(x) as ReturnType<Tf['tensor2d']>;
    const predicted = Array.from(await output.data());
    output.dispose();
    return labels === null ? judgeNumbers(answers, predicted) : judgeClasses(answers, predicted, units);
  } finally {
    tf.dispose([x, y]);
    optimizer.dispose();
  }
}

function judgeClasses(truth: readonly number[], predicted: readonly number[], units: number): FewRows {
  const right = truth.filter((label, row) => {
    if (units === 1) return Number(predicted[row]! > 0.5) === label;
    const probabilities = predicted.slice(row * units, (row + 1) * units);
    return probabilities.indexOf(Math.max(...probabilities)) === label;
  }).length;
  const accuracy = right / truth.length;
  return {
    learned: accuracy >= ACCURACY,
    evidence: `accuracy ${percent(accuracy)} on ${truth.length} rows that it was to learn by heart in ${EPOCHS} steps`
  };
}

function judgeNumbers(truth: readonly number[], predicted: readonly number[]): FewRows {
  const residual = truth.reduce((sum, t, row) => sum + (t - predicted[row]!) ** 2, 0);
  const r2 = 1 - residual / truth.reduce((sum, t) => sum + t ** 2, 0);
  return {
    learned: r2 >= R2,
    evidence: `R² ${digits(r2)} on ${truth.length} rows that it was to learn by heart in ${EPOCHS} steps`
  };
}
