import { queryRows, quoteName } from '../engine/engine.js';
import type { Frame } from '../frame/frame.js';
import { profileOf } from './profile.js';

/** Numbers that many files use for a missing value. */
const STAND_INS = [0, -1, -9, -99, -999, -9999, 99, 999, 9999, 99_999];
/** With fewer other values there is no telling what is far off. */
const FEWEST_VALUES = 10;

/** A number that means "missing": alone, and farther from all others than these are from each other. */
export interface ImpossibleValue {
  readonly column: string;
  readonly value: number;
  readonly rows: number;
  /** Range of all other values. */
  readonly from: number;
  readonly to: number;
}

/**
 * Finds columns whose least or greatest value is a stand-in such as 0 or −999, far from the rest.
 *
 * @param columns names of those that are looked at; columns of other types than numbers are passed over.
 */
export async function impossibleValues(frame: Frame, columns: readonly string[]): Promise<ImpossibleValue[]> {
  const from = quoteName(frame.table);
  const found: ImpossibleValue[] = [];
  for (const { name: column, min, max, histogram } of await profileOf(frame)) {
    if (!columns.includes(column) || histogram === null) {
      continue;
    }
    for (const value of [min, max]) {
      if (typeof value !== 'number' || !STAND_INS.includes(value)) {
        continue;
      }
      // What is farther off than all others are from each other leaves its half of the range empty, but for its own bin.
      const half = histogram.counts.length / 2;
      const between = value === min ? histogram.counts.slice(1, half) : histogram.counts.slice(half, -1);
      if (between.some(count => count > 0)) {
        continue;
      }
      const name = quoteName(column);
      const [rest] = await queryRows(
        `select min(${name}) filter (${name} <> ${value}) as low, max(${name}) filter (${name} <> ${value}) as high, ` +
          `approx_count_distinct(${name}) as n, count(*) filter (${name} = ${value}) as rows from ${from}`
      );
      const [low, high] = [Number(rest!['low']), Number(rest!['high'])];
      const gap = Math.max(low - value, value - high);
      if (Number(rest!['n']) - 1 < FEWEST_VALUES || gap <= high - low) {
        continue;
      }
      found.push({ column, value, rows: Number(rest!['rows']), from: low, to: high });
    }
  }
  return found;
}
