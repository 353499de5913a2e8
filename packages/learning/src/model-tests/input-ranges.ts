import type { ModelTestResult } from '@slipway/contract';
import { impossibleValues, queryRows, quoteName } from '@slipway/frames';
import { found, passed, percent, type DataSubject } from './test-subject.js';
import { counted, formatNumber } from '@slipway/wording';

/** More test rows outside of what was learned than this are worth a word. */
const OUTSIDE = 0.2;

/** Looks for impossible values among the inputs, and for test rows far outside the training rows. */
export async function inputsInRange({
  train,
  test,
  inputs
}: Pick<DataSubject, 'train' | 'test' | 'inputs'>): Promise<ModelTestResult> {
  const numeric = inputs.filter(name => ['number', 'integer'].includes(train.column(name).type));
  const impossible = await impossibleValues(train, numeric);
  if (impossible.length > 0) {
    const said = impossible.map(({ column, value, rows, from, to }) => {
      return `"${column}" is ${value} in ${counted(rows, 'row')} and else from ${formatNumber(from, { digits: 4 })} to ${formatNumber(to, { digits: 4 })}`;
    });
    return found('inputs-in-range', 'warn', `Impossible values: ${said.join('; ')}.`, remedyFor(impossible[0]!));
  }
  const outside: string[] = [];
  for (const name of numeric) {
    if (!test.columnNames.includes(name)) {
      continue;
    }
    const column = quoteName(name);
    const [row] = await queryRows(
      `select count(*) filter (t.${column} < r.low or t.${column} > r.high) / count(*) as share from ${quoteName(test.table)} t, ` +
        `(select min(${column}) as low, max(${column}) as high from ${quoteName(train.table)}) r`
    );
    const share = Number(row!['share']);
    if (share > OUTSIDE) {
      outside.push(`"${name}" in ${percent(share)}`);
    }
  }
  return outside.length === 0
    ? passed('inputs-in-range', `${counted(numeric.length, 'numeric input')}, without outliers; test rows are within.`)
    : found(
        'inputs-in-range',
        'warn',
        `Test rows are outside of what was trained on: ${outside.join(', ')} of the rows.`,
        'Train on rows like those that are to be predicted, or use inputs that do not grow with time.'
      );
}

/** What to do about a column with a value that means "missing". */
export function remedyFor({ column, value }: { column: string; value: number }): string {
  return `Make it a missing value, frame.derive("${column}", 'nullif("${column}", ${value})'), and add .impute("${column}") to the prep.`;
}
