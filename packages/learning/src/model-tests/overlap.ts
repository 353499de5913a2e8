import type { ModelTestResult } from '@slipway/contract';
import { queryRows, quoteName } from '@slipway/frames';
import { found, passed, percent, type DataSubject } from './test-subject.js';

/** Test rows that are training rows, beyond those that chance makes equal. */
const SUSPICIOUS = 0.05;
const FEWEST_ROWS = 5;
const NEARLY_ALL = 0.99;

const REMEDY = 'Make both parts by one split: const { train, test } = await frame.split({ by: …, test: 0.2 }).';

/** Looks for training rows among the test rows, and for a random split of rows that are ordered in time. */
export async function testRowsApart({ train, test }: Pick<DataSubject, 'train' | 'test'>): Promise<ModelTestResult> {
  if (train.table === test.table) {
    return found(
      'no-train-test-overlap',
      'fail',
      `The ${test.rowCount} test rows are the training rows: the result says how well they were memorized.`,
      REMEDY
    );
  }
  const sameColumns = train.columnNames.every(name => test.columnNames.includes(name));
  if (sameColumns) {
    const { shared, twins } = await compareRows(train.table, test.table, train.columnNames);
    const share = shared / test.rowCount;
    if (share >= NEARLY_ALL && twins < 0.9) {
      return found(
        'no-train-test-overlap',
        'fail',
        `${shared} of ${test.rowCount} test rows are training rows, too: they say how well these were memorized.`,
        REMEDY
      );
    }
    if (share - twins > SUSPICIOUS && shared >= FEWEST_ROWS) {
      return found(
        'no-train-test-overlap',
        'warn',
        `${shared} of ${test.rowCount} test rows (${percent(share)}) are training rows, too.`,
        `${REMEDY} Copies of rows go away with frame.filter, or before the file is read.`
      );
    }
  }
  const shuffled = test.lineage.steps.find(step => /^by (random|group|stratified)/.test(step));
  if (train.time !== null && shuffled !== undefined) {
    return found(
      'no-train-test-overlap',
      'warn',
      `The rows are ordered by ${train.time}, and were split ${shuffled.split(',')[0]}: test rows are between training rows.`,
      'Split with { by: "time" }, so that the model is tested on what comes after the training rows.'
    );
  }
  return passed('no-train-test-overlap', `${test.rowCount} test rows, apart from ${train.rowCount} training rows.`);
}

/** How many test rows are among the training rows, and the share of training rows that have a twin there. */
async function compareRows(
  train: string,
  test: string,
  columns: readonly string[]
): Promise<{ shared: number; twins: number }> {
  const hash = `hash(${columns.map(quoteName).join(', ')})`;
  const [row] = await queryRows(
    `with train as (select ${hash} as h, count(*) as n from ${quoteName(train)} group by 1) select ` +
      `(select count(*) from ${quoteName(test)} where ${hash} in (select h from train)) as shared, ` +
      `(select coalesce(sum(n) filter (n > 1), 0) / sum(n) from train) as twins`
  );
  return { shared: Number(row!['shared']), twins: Number(row!['twins']) };
}
