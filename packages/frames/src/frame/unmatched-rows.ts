import { warnOfCell } from '@slipway/notebook';
import { queryRows, quoteName } from '../engine/engine.js';
import type { Frame } from './frame.js';

/**
 * Warns of rows that no branch of a `case` without `else` matches: they become missing though the columns that are asked
 * about have values, as with bins whose edges belong to neither side, and vanish with the next `dropMissing`.
 */
export async function warnOfUnmatched(before: Frame, after: Frame, name: string, expression: string): Promise<void> {
  if (!/\bcase\b/i.test(expression) || /\b(?:else|null|over)\b/i.test(expression)) {
    return;
  }
  const asked = before.columnNames.filter(column => column !== name && mentions(expression, column));
  if (asked.length === 0) {
    return;
  }
  const unmatched = [`${quoteName(name)} is null`, ...asked.map(column => `${quoteName(column)} is not null`)];
  const examples = asked.map((column, i) => `min(${quoteName(column)}) as e${i}`).join(', ');
  const [row] = await queryRows(
    `select count(*) as n, ${examples} from ${quoteName(after.table)} where ${unmatched.join(' and ')}`
  );
  const count = Number(row!['n']);
  if (count === 0) {
    return;
  }
  const example = asked.map((column, i) => `${column} = ${String(row![`e${i}`])}`).join(', ');
  warnOfCell(
    `"${name}" is missing in ${count} of ${after.rowCount} rows, which no branch of its case matches, e.g. ${example}: ` +
      'they will be dropped without a word.\n' +
      'Close the bins on one side (x >= 10 and x < 20), or say what the rest becomes with else; ' +
      'prep.bin has a bin for every number.'
  );
}

function mentions(expression: string, column: string): boolean {
  const escaped = column.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(?<![\\w"])"?${escaped}"?(?![\\w"])`, 'i').test(expression);
}
