import { queryRows, quoteName } from './engine.js';

/** Numbers that stand for "there is none" in so many files. */
const STAND_INS = [0, -1, -9, -99, -999, -9999, 99, 999, 9999, 99_999];
/** With fewer other values there is no telling what is far off. */
const FEWEST_VALUES = 10;

/** A number that stands for "missing": alone, and farther from all others than these are from each other. */
export interface ImpossibleValue {
  readonly column: string;
  readonly value: number;
  readonly rows: number;
  /** Range of all other values. */
  readonly from: number;
  readonly to: number;
}

/** Finds columns whose least or greatest value is a stand-in such as 0 or −999, far from the rest. */
export async function impossibleValues(table: string, columns: readonly string[]): Promise<ImpossibleValue[]> {
  if (columns.length === 0) return [];
  const ends = columns.map((name, i) => `min(${quoteName(name)}) as low${i}, max(${quoteName(name)}) as high${i}`);
  const [row] = await queryRows(`select ${ends.join(', ')} from ${quoteName(table)}`);
  const found: ImpossibleValue[] = [];
  for (const [i, column] of columns.entries()) {
    for (const value of [row![`low${i}`], row![`high${i}`]]) {
      if (typeof value !== 'number' || !STAND_INS.includes(value)) continue;
      const name = quoteName(column);
      const [rest] = await queryRows(
        `select min(${name}) as low, max(${name}) as high, approx_count_distinct(${name}) as n, ` +
          `(select count(*) from ${quoteName(table)} where ${name} = ${value}) as rows ` +
          `from ${quoteName(table)} where ${name} <> ${value}`
      );
      const [from, to] = [Number(rest!['low']), Number(rest!['high'])];
      const gap = Math.max(from - value, value - to);
      if (Number(rest!['n']) < FEWEST_VALUES || gap <= to - from) continue;
      found.push({ column, value, rows: Number(rest!['rows']), from, to });
    }
  }
  return found;
}
