import { warnOfCell } from '@slipway/notebook';
import { queryRows, quoteName } from '../engine/engine.js';
import type { ValueKind } from './value-kinds.js';

/** Warns of columns whose dates can be read with the day or the month first, in every row, and are different days then. */
export async function warnOfAmbiguousDates(
  table: string,
  kinds: ReadonlyMap<string, ValueKind | null>,
  named: string
): Promise<void> {
  for (const [column, kind] of kinds) {
    if (!kind?.order) {
      continue;
    }
    const name = quoteName(column);
    const [row] = await queryRows(
      `select count(*) filter (day(${name}) > 12) as certain, strftime(min(${name}) filter (day(${name}) <> month(${name})), '%Y-%m-%d') as first from ${quoteName(table)}`
    );
    if (Number(row!['certain']) > 0 || row!['first'] === null) {
      continue;
    }
    const read = String(row!['first']);
    const [year, month, day] = read.split('-');
    const [ours, theirs] = kind.order === 'month-first' ? ['month', 'day'] : ['day', 'month'];
    warnOfCell(
      `Every date of "${column}" in "${named}" can be read with the month first or with the day first. ` +
        `They were read with the ${ours} first: ${read}, which with the ${theirs} first is ${year}-${day}-${month}.\n` +
        `Say which it is: { dayFirst: ${ours === 'day'} } or { dayFirst: ${ours !== 'day'} }.`
    );
  }
}
