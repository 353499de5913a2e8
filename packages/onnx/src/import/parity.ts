import type { SignatureOutput, TestVectors } from '@slipway/contract';
import type { OutputPlan } from './outputs.js';
import type { GraphTensor } from './runtime.js';

/** What the new graph must say, as the test vectors hold it. */
export type Expected = Pick<TestVectors, 'outputs' | 'labels'>;

/** What the new graph must say, from what the file said: computed here a second time, apart from the graph. */
export function expectedAnswers(
  plan: OutputPlan,
  outputs: readonly SignatureOutput[],
  answers: Readonly<Record<string, GraphTensor>>,
  rows: number
): Expected {
  const named = (role: SignatureOutput['role']): string => outputs.find(output => output.role === role)!.name;
  const numbers = (name: string): number[] => Array.from(answers[name]!.data as ArrayLike<number | bigint>, Number);
  if (plan.value) {
    const shape = [rows, plan.value.names?.length ?? 1];
    return { outputs: { [named('value')]: { shape, data: numbers(plan.value.output) } } };
  }
  const labels = plan.labels!;
  const data = plan.probabilities
    ? probabilitiesOf(numbers(plan.probabilities.output), plan.probabilities.form, labels.length)
    : null;
  const shape = [rows, labels.length];
  return {
    outputs: data ? { [named('probabilities')]: { shape, data } } : {},
    labels: plan.label ? labelsSaid(plan.label, labels, answers) : likeliest(data!, labels)
  };
}

function labelsSaid(
  { output, numbers }: NonNullable<OutputPlan['label']>,
  labels: readonly string[],
  answers: Readonly<Record<string, GraphTensor>>
): string[] {
  const said = Array.from(answers[output]!.data as ArrayLike<number | bigint | string>);
  return numbers === null ? said.map(String) : said.map(value => labels[numbers.indexOf(Number(value))]!);
}

/** The first of the largest, as the graph's ArgMax takes it. */
function likeliest(probabilities: readonly number[], labels: readonly string[]): string[] {
  return Array.from({ length: probabilities.length / labels.length }, (_, row) => {
    const own = probabilities.slice(row * labels.length, (row + 1) * labels.length);
    return labels[own.indexOf(Math.max(...own))]!;
  });
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

/**
 * Rows of recorded vectors whose label is another one. Where both classes were recorded as equally likely within `tolerance`, rounding
 * may decide for either.
 *
 * @param classes in the order of the probabilities.
 * @param got labels of the rows from `fromRow` on.
 */
export function otherLabels(
  { outputs, labels = [] }: Expected,
  classes: readonly string[],
  got: ArrayLike<unknown>,
  tolerance: number,
  fromRow = 0
): number[] {
  const recorded = Object.values(outputs).find(({ shape }) => shape[1] === classes.length)?.data;
  const chance = (row: number, label: string): number =>
    recorded?.[row * classes.length + classes.indexOf(label)] ?? NaN;
  return Array.from(got, String).flatMap((label, i) => {
    const row = fromRow + i;
    const expected = labels[row]!;
    const tied = Math.abs(chance(row, label) - chance(row, expected)) <= tolerance;
    return label === expected || tied ? [] : [row];
  });
}

/** Largest |a − b| / max(1, |a|) of the expected rows from `fromRow` on; infinite when one of the two is not a number. */
export function largestGap(
  expected: Expected,
  answers: Readonly<Record<string, GraphTensor>>,
  fromRow: number
): number {
  let gap = 0;
  for (const [name, { shape, data }] of Object.entries(expected.outputs)) {
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
