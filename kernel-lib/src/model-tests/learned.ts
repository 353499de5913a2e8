import type { ModelTestResult } from '@slipway/contract';
import type { PlainValue } from '../data/engine.js';
import { digits, evenRows, found, passed, percent, type TrainedSubject } from './test-subject.js';

const SAMPLE = 2000;

/** Whether the loss on the training rows fell below that of the best constant answer. */
export async function learned(subject: TrainedSubject): Promise<ModelTestResult> {
  const { train, target, inputs, prep, estimator } = subject;
  const [truth = [], ...columns] = await evenRows(train, [target.name, ...inputs], SAMPLE);
  const answers = estimator.predict(prep.transformColumns(columns, truth.length, train.name), prep.width);
  const {
    name,
    ours,
    constant,
    better,
    note = ''
  } = target.labels ? classLoss(truth.map(String), answers, target.labels) : numberLoss(truth, answers);
  const numbers =
    `${name} ${digits(ours)} on ${truth.length} training rows${note}; ` +
    `the best constant answer has ${digits(constant)}`;
  if (better) return passed('learned', `${numbers}.`);
  return found(
    'learned',
    'fail',
    Number.isFinite(ours) ? `Nothing was learned: ${numbers}.` : `The answers are no numbers: ${name} ${ours}.`,
    'Standardize the inputs, lower the learning rate, or train for more epochs; look at the loss curve.'
  );
}

interface Comparison {
  readonly name: string;
  readonly ours: number;
  readonly constant: number;
  readonly better: boolean;
  /** What else is worth saying. */
  readonly note?: string;
}

function classLoss(truth: readonly string[], answers: Float32Array, labels: readonly string[]): Comparison {
  const counts = labels.map(label => truth.filter(t => t === label).length);
  const least = 1e-7;
  let [ours, right] = [0, 0];
  truth.forEach((label, row) => {
    const probabilities = answers.subarray(row * labels.length, (row + 1) * labels.length);
    const at = labels.indexOf(label);
    ours -= Math.log(Math.max(least, probabilities[at]!)) / truth.length;
    if (probabilities.every(p => p <= probabilities[at]!)) right++;
  });
  const constant = counts.reduce(
    (sum, n) => (n === 0 ? sum : sum - (n / truth.length) * Math.log(n / truth.length)),
    0
  );
  const majority = Math.max(...counts) / truth.length;
  // Some classifiers are right and too sure of it: their log loss is high.
  const better = ours < constant || right / truth.length > majority;
  return { name: 'log loss', ours, constant, better, note: ` (accuracy ${percent(right / truth.length)})` };
}

function numberLoss(truth: readonly PlainValue[], answers: Float32Array): Comparison {
  const values = truth.map(Number);
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const root = (of: (row: number) => number): number =>
    Math.sqrt(values.reduce((sum, value, row) => sum + (value - of(row)) ** 2, 0) / values.length);
  const ours = root(row => answers[row]!);
  const constant = root(() => mean);
  return { name: 'rmse', ours, constant, better: ours < constant };
}
