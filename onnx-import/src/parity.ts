import type { SignatureOutput, TestVectors } from '@slipway/contract';
import type { OutputPlan } from './outputs.js';
import type { GraphTensor } from './runtime.js';

/** What the new graph must say, from what the file said: computed here a second time, apart from the graph. */
export function expectedOutputs(
  plan: OutputPlan,
  outputs: readonly SignatureOutput[],
  answers: Readonly<Record<string, GraphTensor>>,
  rows: number
): TestVectors['outputs'] {
  const named = (role: SignatureOutput['role']): string => outputs.find(output => output.role === role)!.name;
  const numbers = (name: string): number[] => Array.from(answers[name]!.data as ArrayLike<number | bigint>, Number);
  if (plan.value) return { [named('value')]: { shape: [rows, 1], data: numbers(plan.value.output) } };
  if (!plan.probabilities) return {};
  const classes = plan.labels!.length;
  const scores = numbers(plan.probabilities.output);
  const data = probabilitiesOf(scores, plan.probabilities.form, classes);
  return { [named('probabilities')]: { shape: [rows, classes], data } };
}

function probabilitiesOf(
  scores: number[],
  form: NonNullable<OutputPlan['probabilities']>['form'],
  classes: number
): number[] {
  switch (form) {
    case 'probabilities':
      return scores;
    case 'pair':
      return scores.flatMap(p => [1 - p, p]);
    case 'sigmoid':
      return scores.flatMap(z => [1 / (1 + Math.exp(z)), 1 / (1 + Math.exp(-z))]);
    case 'softmax':
      return Array.from({ length: scores.length / classes }, (_, row) =>
        softmax(scores.slice(row * classes, (row + 1) * classes))
      ).flat();
  }
}

function softmax(scores: readonly number[]): number[] {
  const highest = Math.max(...scores);
  const parts = scores.map(score => Math.exp(score - highest));
  const sum = parts.reduce((a, b) => a + b, 0);
  return parts.map(part => part / sum);
}

/** Largest |a − b| / max(1, |a|) of the expected rows from `fromRow` on; infinite when one of the two is no number. */
export function largestGap(
  expected: TestVectors['outputs'],
  answers: Readonly<Record<string, GraphTensor>>,
  fromRow: number
): number {
  let gap = 0;
  for (const [name, { shape, data }] of Object.entries(expected)) {
    const got = answers[name]!.data as ArrayLike<number | bigint>;
    const width = data.length / (shape[0] ?? 1);
    for (let i = 0; i < got.length; i++) {
      const value = data[fromRow * width + i]!;
      const apart = Math.abs(value - Number(got[i])) / Math.max(1, Math.abs(value));
      gap = Math.max(gap, Number.isNaN(apart) ? Infinity : apart);
    }
  }
  return gap;
}
