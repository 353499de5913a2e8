import { type Frame, type PlainValue, unknownColumn } from '@slipway/frames';
import { SlipwayError } from '@slipway/notebook';

/** More different whole numbers than this are a quantity, not classes. */
const MAX_INTEGER_CLASSES = 20;

export type Task = 'classification' | 'regression';

/** The target column of both parts as the model learns it. */
export interface Target {
  readonly name: string;
  readonly task: Task;
  /** Sorted class labels; null for a regression. */
  readonly labels: readonly string[] | null;
  /** Class indices, or values. */
  readonly train: readonly number[];
  readonly test: readonly number[];
}

/**
 * Reads the target of both parts and decides the task: text and booleans are classes, numbers a quantity; whole numbers
 * with few different values are classes.
 *
 * @throws SlipwayError COLUMN_UNKNOWN with near names, TARGET_MISSING when a row has no target or the test rows hold a
 * class that the training rows lack.
 */
export async function readTarget(name: string, train: Frame, test: Frame, task?: Task): Promise<Target> {
  for (const frame of [train, test]) {
    if (!frame.columnNames.includes(name)) {
      throw unknownColumn(name, frame.columnNames, `in ${frame.name} to predict`);
    }
  }
  const [trainValues, testValues] = [(await train.values([name]))[0]!, (await test.values([name]))[0]!];
  for (const [part, values] of [
    ['training', trainValues],
    ['test', testValues]
  ] as const) {
    const missing = values.filter(v => v === null).length;
    if (missing > 0) {
      throw new SlipwayError(
        'TARGET_MISSING',
        `The target "${name}" is missing in ${missing} of ${values.length} ${part} rows.`,
        {
          remedy: `Drop them before the split: frame.dropMissing("${name}").`
        }
      );
    }
  }
  const type = train.column(name).type;
  const distinct = new Set(trainValues);
  const decided: Task =
    task ??
    (type === 'number' || (type === 'integer' && distinct.size > MAX_INTEGER_CLASSES)
      ? 'regression'
      : 'classification');
  if (decided === 'regression') {
    if (type !== 'number' && type !== 'integer') {
      throw new SlipwayError('COLUMN_TYPE', `"${name}" holds ${type} values; a regression needs numbers.`);
    }
    return { name, task: decided, labels: null, train: trainValues.map(Number), test: testValues.map(Number) };
  }
  const labels = [...distinct].map(String).sort();
  if (labels.length < 2) {
    throw new SlipwayError('TARGET_MISSING', `The target "${name}" is always "${labels[0]}" in the training rows.`, {
      remedy: 'There is nothing to learn; check how the target was made.'
    });
  }
  const index = (values: readonly PlainValue[], part: string): number[] =>
    values.map(value => {
      const at = labels.indexOf(String(value));
      if (at < 0) {
        throw new SlipwayError(
          'TARGET_MISSING',
          `The ${part} rows hold the class "${value}", which no training row has.`
        );
      }
      return at;
    });
  return { name, task: decided, labels, train: index(trainValues, 'training'), test: index(testValues, 'test') };
}
