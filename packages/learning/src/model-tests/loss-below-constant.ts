import type { ModelTestResult } from '@slipway/contract';
import { rowsAt } from '../examples/examples.js';
import { found, passed, percent, type TrainedSubject } from './test-subject.js';
import { formatNumber } from '@slipway/wording';

const SAMPLE = 2000;

/** Whether the loss on the training rows fell below that of the best constant answer. */
export function learned({ target, rows, width, estimator }: TrainedSubject): ModelTestResult {
  const stride = Math.ceil(target.train.length / SAMPLE);
  const places = target.train.flatMap((_, place) => (place % stride === 0 ? [place] : []));
  const truth = places.map(place => target.train[place]!);
  const answers = estimator.predict(rowsAt(rows, width, places), width);
  const {
    name,
    ours,
    constant,
    better,
    note = ''
  } = target.labels ? classLoss(truth, answers, target.labels.length) : numberLoss(truth, answers);
  const numbers =
    `${name} ${formatNumber(ours, { digits: 4 })} on ${truth.length} training rows${note}; ` +
    `the best constant answer has ${formatNumber(constant, { digits: 4 })}`;
  if (better) {
    return passed('loss-below-constant', `${numbers}.`);
  }
  return found(
    'loss-below-constant',
    'fail',
    Number.isFinite(ours) ? `Nothing was learned: ${numbers}.` : `The answers are not numbers: ${name} ${ours}.`,
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

function classLoss(truth: readonly number[], answers: Float32Array, classes: number): Comparison {
  const counts = Array.from({ length: classes }, (_, label) => truth.filter(t => t === label).length);
  const least = 1e-7;
  let [ours, right] = [0, 0];
  truth.forEach((at, row) => {
    const probabilities = answers.subarray(row * classes, (row + 1) * classes);
    ours -= Math.log(Math.max(least, probabilities[at]!)) / truth.length;
    if (probabilities.every(p => p <= probabilities[at]!)) {
      right++;
    }
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

function numberLoss(truth: readonly number[], answers: Float32Array): Comparison {
  const mean = truth.reduce((a, b) => a + b, 0) / truth.length;
  const root = (of: (row: number) => number): number =>
    Math.sqrt(truth.reduce((sum, value, row) => sum + (value - of(row)) ** 2, 0) / truth.length);
  const ours = root(row => answers[row]!);
  const constant = root(() => mean);
  return { name: 'rmse', ours, constant, better: ours < constant };
}
