import type { ModelTestResult } from '@slipway/contract';
import { queryColumns, quoteName } from '@slipway/frames';
import { cellName } from '@slipway/notebook';
import { found, passed, type DataSubject } from './test-subject.js';

/** Rows in a row that are looked at. */
const SAMPLE = 2000;
const FEWEST_ROWS = 20;
/** Columns are equal when no more than this share of rows differs, as at the edges of groups. */
const DIFFERENT = 0.002;

/** Looks for a target that is in the past of its row, and for an input that is in the future. */
export async function targetAhead(subject: DataSubject): Promise<ModelTestResult> {
  const { train, target, inputs } = subject;
  const backward = train.shifts.get(target.name);
  if (backward && backward.steps < 0) {
    const where = cellName(backward.cell);
    return found(
      'no-future-leak',
      'fail',
      `The target "${target.name}" is "${backward.from}" of ${-backward.steps} row${backward.steps < -1 ? 's' : ''} ` +
        `earlier${where ? ` (${where})` : ''}: the model predicts the past.`,
      `Use frame.lead("${backward.from}", { as: "${target.name}" }), which takes the value of a later row.`
    );
  }
  for (const name of inputs) {
    const forward = train.shifts.get(name);
    if (!forward || forward.steps < 0) {
      continue;
    }
    const where = cellName(forward.cell);
    return found(
      'no-future-leak',
      'fail',
      `The input "${name}" is "${forward.from}" of a later row${where ? ` (${where})` : ''}: nobody knows it when the model is asked.`,
      `Leave "${name}" out of the prep, or use frame.lag for earlier values.`
    );
  }
  const source = train.time === null ? null : await columnBehind(subject);
  return source === null
    ? passed('no-future-leak', `"${target.name}" is not an earlier value of another column, and no input a later one.`)
    : found(
        'no-future-leak',
        'warn',
        `In every row "${target.name}" equals "${source}" of the row before: what is to be predicted has happened already.`,
        `Check the direction of the shift; frame.lead("${source}", …) takes the value of a later row.`
      );
}

/** A column whose value in the row before is the target. */
async function columnBehind({ train, target, inputs }: DataSubject): Promise<string | null> {
  const type = train.column(target.name).type;
  const candidates = train.columns
    .filter(column => column.type === type && column.name !== target.name)
    .filter(({ name }) => inputs.includes(name) || (train.shifts.get(name)?.steps ?? 0) <= 0)
    .map(({ name }) => name);
  if (candidates.length === 0) {
    return null;
  }
  const names = [target.name, ...candidates].map(quoteName).join(', ');
  const [truth = [], ...columns] = await queryColumns(
    `select ${names} from ${quoteName(train.table)} order by ${quoteName(train.time!)} limit ${SAMPLE}`
  );
  if (truth.length < FEWEST_ROWS) {
    return null;
  }
  const share = (column: readonly unknown[], back: number): number =>
    truth.filter((value, row) => row >= back && value !== column[row - back]).length / (truth.length - back);
  // A target that seldom changes equals nearly everything of the row before.
  if (share(truth, 1) < 0.05) {
    return null;
  }
  const at = columns.findIndex(column => share(column, 1) <= DIFFERENT && share(column, 0) > 0.05);
  return candidates[at] ?? null;
}
