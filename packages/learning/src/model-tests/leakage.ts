import type { Evaluation, ModelTestResult } from '@slipway/contract';
import type { PlainValue } from '@slipway/frames';
import { evenRows, found, passed, percent, type DataSubject } from './test-subject.js';
import { counted, formatNumber } from '@slipway/wording';

/** Rows that are looked at; enough to tell 99.5 % from 100 %. */
const SAMPLE = 4000;
const FEWEST_ROWS = 40;
/** From here on one column alone tells the class, or the number, suspiciously well. */
const NEAR_PERFECT_ACCURACY = 0.995;
const NEAR_PERFECT_R2 = 0.9995;
/** Above this a correlation is the same number in another unit. */
const SAME_NUMBER_R2 = 1 - 1e-9;
/** A class that nearly all rows have is easy to tell. */
const LARGEST_MAJORITY = 0.95;
const FEWEST_SCORED_ROWS = 100;

const REMEDY =
  'Leave it out of the prep, unless it will really be known at the time of the prediction, before the target is.';

/** Looks for an input that is the target in other words, or tells it nearly perfectly by itself. */
export async function inputLeakage({ train, target, inputs }: DataSubject): Promise<ModelTestResult> {
  const sampled = await evenRows(train, [target.name, ...inputs], SAMPLE);
  const [truth = [], ...columns] = sampled;
  if (truth.length < FEWEST_ROWS) {
    return passed('no-leakage', `${truth.length} training rows are too few to tell a leak from chance.`);
  }
  const tellers: string[] = [];
  for (const [i, name] of inputs.entries()) {
    const values = columns[i]!;
    if (target.labels === null ? isSameNumber(values, truth) : isSameClass(values, truth)) {
      return found(
        'no-leakage',
        'fail',
        `"${name}" is the target "${target.name}" in other words: each tells the other in all of ${counted(truth.length, 'row')}.`,
        REMEDY
      );
    }
    const score = target.labels === null ? scoreNumbers(values, truth) : scoreClasses(values, truth);
    if (score !== null) {
      tellers.push(`"${name}" alone (${score})`);
    }
  }
  return tellers.length === 0
    ? passed(
        'no-leakage',
        `None of ${counted(inputs.length, 'input')} tells "${target.name}" nearly perfectly by itself.`
      )
    : found('no-leakage', 'warn', `"${target.name}" can be told nearly perfectly from ${tellers.join(', ')}.`, REMEDY);
}

/** A score that is too good to be true, of the whole model. */
export function scoreLeakage({ metrics, rows, test_rows: all = rows, baselines }: Evaluation): ModelTestResult | null {
  if (all < FEWEST_SCORED_ROWS) {
    return null;
  }
  const { accuracy, r2 } = metrics;
  const majority = baselines.find(({ name }) => name === 'majority')?.value ?? 0;
  const suspicious =
    accuracy === undefined ? (r2 ?? 0) >= NEAR_PERFECT_R2 : accuracy >= 0.999 && majority <= LARGEST_MAJORITY;
  if (!suspicious) {
    return null;
  }
  const score = accuracy === undefined ? `R² ${formatNumber(r2 ?? 0, { digits: 4 })}` : `accuracy ${percent(accuracy)}`;
  return found(
    'no-leakage',
    'warn',
    `${score} on ${all} test rows is too good to be true: something among the inputs may hold the answer.`,
    'Take the strongest inputs away one by one, and ask of each whether it is known before the target is.'
  );
}

/** Each value has one class, and each class one value. */
function isSameClass(values: readonly PlainValue[], truth: readonly PlainValue[]): boolean {
  const classes = new Map<PlainValue, PlainValue>();
  for (const [row, value] of values.entries()) {
    if (value === null) {
      return false;
    }
    if (!classes.has(value)) {
      classes.set(value, truth[row]!);
    } else if (classes.get(value) !== truth[row]) {
      return false;
    }
  }
  return classes.size === new Set(classes.values()).size;
}

function isSameNumber(values: readonly PlainValue[], truth: readonly PlainValue[]): boolean {
  if (values.some(value => typeof value !== 'number')) {
    return false;
  }
  return squaredCorrelation(values as readonly number[], truth as readonly number[]) >= SAME_NUMBER_R2;
}

function squaredCorrelation(x: readonly number[], y: readonly number[]): number {
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  const [mx, my] = [mean(x), mean(y)];
  let [xx, yy, xy] = [0, 0, 0];
  x.forEach((value, i) => {
    xx += (value - mx) ** 2;
    yy += (y[i]! - my) ** 2;
    xy += (value - mx) * (y[i]! - my);
  });
  return xx === 0 || yy === 0 ? 0 : (xy * xy) / (xx * yy);
}

/** How well a column alone tells the class of rows that were not looked at; null unless suspiciously well. */
function scoreClasses(values: readonly PlainValue[], truth: readonly PlainValue[]): string | null {
  const { known, asked } = halves(values, truth);
  const classOf = nearest(known, mostFrequent);
  const right = asked.filter(({ value, answer }) => classOf(value) === answer).length / asked.length;
  const counts = tally(truth);
  const majority = Math.max(...counts.values()) / truth.length;
  return right >= NEAR_PERFECT_ACCURACY && 1 - right <= (1 - majority) / 10 ? `accuracy ${percent(right)}` : null;
}

/** The same for a number, by the mean of the nearest rows. */
function scoreNumbers(values: readonly PlainValue[], truth: readonly PlainValue[]): string | null {
  const { known, asked } = halves(values, truth);
  const numberOf = nearest(known, answers => answers.reduce<number>((sum, a) => sum + Number(a), 0) / answers.length);
  const mean = asked.reduce((sum, { answer }) => sum + Number(answer), 0) / asked.length;
  let [residual, total] = [0, 0];
  for (const { value, answer } of asked) {
    residual += (Number(answer) - Number(numberOf(value))) ** 2;
    total += (Number(answer) - mean) ** 2;
  }
  const r2 = total === 0 ? 0 : 1 - residual / total;
  return r2 >= NEAR_PERFECT_R2 ? `R² ${formatNumber(r2, { digits: 4 })}` : null;
}

interface Example {
  readonly value: PlainValue;
  readonly answer: PlainValue;
}

function halves(values: readonly PlainValue[], truth: readonly PlainValue[]): { known: Example[]; asked: Example[] } {
  const examples = values.map((value, row) => ({ value, answer: truth[row] ?? null }));
  return { known: examples.filter((_, i) => i % 2 === 0), asked: examples.filter((_, i) => i % 2 === 1) };
}

/** Answers by the rows with the same value, or else, among numbers, with the nearest one. */
function nearest(
  known: readonly Example[],
  join: (answers: readonly PlainValue[]) => PlainValue
): (value: PlainValue) => PlainValue {
  const groups = new Map<PlainValue, PlainValue[]>();
  for (const { value, answer } of known) {
    const group = groups.get(value);
    if (group) {
      group.push(answer);
    } else {
      groups.set(value, [answer]);
    }
  }
  const joined = new Map([...groups].map(([value, answers]) => [value, join(answers)]));
  const numbers = [...joined.keys()].filter(value => typeof value === 'number').sort((a, b) => a - b);
  const usual = join(known.map(({ answer }) => answer));
  return value => {
    if (joined.has(value)) {
      return joined.get(value)!;
    }
    if (typeof value !== 'number' || numbers.length === 0) {
      return usual;
    }
    let [low, high] = [0, numbers.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (numbers[middle]! < value) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    const below = numbers[Math.max(0, low - 1)]!;
    const above = numbers[low]!;
    return joined.get(Math.abs(value - below) <= Math.abs(above - value) ? below : above)!;
  };
}

function mostFrequent(answers: readonly PlainValue[]): PlainValue {
  return [...tally(answers)].reduce((best, entry) => (entry[1] > best[1] ? entry : best))[0];
}

function tally(values: readonly PlainValue[]): Map<PlainValue, number> {
  const counts = new Map<PlainValue, number>();
  for (const value of values) {
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return counts;
}
