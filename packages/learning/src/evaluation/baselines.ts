import type { Frame, PlainValue } from '@slipway/frames';

/** What a one-line model says about the test rows. */
export interface BaselinePrediction<T extends number | string> {
  readonly name: 'majority' | 'persistence' | 'mean' | 'seasonal';
  readonly description: string;
  readonly predictions: readonly T[];
}

/** Always the most frequent class of the training rows (the first in order of name when two are equal). */
export function majorityBaseline(trainTruth: readonly string[], testRows: number): BaselinePrediction<string> {
  const counts = new Map<string, number>();
  for (const label of trainTruth) {
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  const label = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0]![0];
  const share = Math.round((counts.get(label)! / trainTruth.length) * 1000) / 10;
  return {
    name: 'majority',
    description: `always "${label}", the most frequent class (${share} % of the training rows)`,
    predictions: Array.from({ length: testRows }, () => label)
  };
}

/** Always the mean of the training rows. */
export function meanBaseline(trainTruth: readonly number[], testRows: number): BaselinePrediction<number> {
  const mean = trainTruth.reduce((a, b) => a + b, 0) / trainTruth.length;
  return {
    name: 'mean',
    description: `always ${Number(mean.toPrecision(4))}, the mean of the training rows`,
    predictions: Array.from({ length: testRows }, () => mean)
  };
}

/**
 * "Tomorrow as today": for a target made by `lead`, the value that its source column has in the same row. Null when the
 * target is not such a column, or a value is missing.
 */
export async function persistenceBaseline(
  test: Frame,
  target: string
): Promise<BaselinePrediction<string> | BaselinePrediction<number> | null> {
  const shift = test.shifts.get(target);
  if (!shift || shift.steps < 1 || !test.columnNames.includes(shift.from)) {
    return null;
  }
  const values: PlainValue[] = (await test.values([shift.from]))[0]!;
  if (values.some(v => v === null)) {
    return null;
  }
  const description = `${target} will be what ${shift.from} is now`;
  return typeof values[0] === 'number'
    ? { name: 'persistence', description, predictions: values.map(Number) }
    : { name: 'persistence', description, predictions: values.map(String) };
}

/** The target of rows in time order, in both parts. */
interface TargetInTime {
  readonly name: string;
  readonly labels: readonly string[] | null;
  readonly train: readonly number[];
  readonly test: readonly number[];
}

/**
 * "As one season ago": the target `season` rows before, the first ones from the end of the training rows. Null when there
 * are fewer training rows.
 */
export function seasonalBaseline(target: TargetInTime, season: number): BaselinePrediction<string | number> | null {
  const { train, test, labels, name } = target;
  if (train.length < season) {
    return null;
  }
  const predictions = test.map((_, row) => {
    const before = row >= season ? test[row - season]! : train[train.length + row - season]!;
    return labels ? labels[before]! : before;
  });
  return { name: 'seasonal', description: `${name} will be what it was ${season} rows before`, predictions };
}
