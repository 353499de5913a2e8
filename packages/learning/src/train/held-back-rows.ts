import { SlipwayError } from '@slipway/notebook';
import { shuffledIndices } from '@slipway/statistics/random';

/** Places of the rows to learn from and of those that watch for overfitting. */
export interface HeldBackRows {
  readonly learned: readonly number[];
  readonly held: readonly number[];
}

/**
 * Holds back a share of the rows: the last ones where rows are in time order, else random ones, of each class the same share.
 *
 * @param classes null: the target is no class.
 * @throws SlipwayError OPTION_INVALID when one of both parts has no row.
 */
export function holdBack(
  target: readonly number[],
  classes: number | null,
  fraction: number,
  { inTimeOrder, seed }: { inTimeOrder: boolean; seed: number }
): HeldBackRows {
  const held = inTimeOrder
    ? lastOf(Array.from(target.keys()), fraction)
    : strataOf(shuffledIndices(target.length, seed), target, classes).flatMap(rows => lastOf(rows, fraction));
  const isHeld = new Set(held);
  const learned = Array.from(target.keys()).filter(row => !isHeld.has(row));
  if (held.length === 0 || learned.length === 0) {
    throw new SlipwayError(
      'OPTION_INVALID',
      `validationFraction ${fraction} of ${target.length} training rows leaves no row for ${held.length === 0 ? 'validation' : 'training'}.`
    );
  }
  return { learned, held: held.sort((a, b) => a - b) };
}

function lastOf(rows: readonly number[], fraction: number): number[] {
  return rows.slice(rows.length - Math.round(rows.length * fraction));
}

function strataOf(order: readonly number[], target: readonly number[], classes: number | null): readonly number[][] {
  return classes === null
    ? [[...order]]
    : Array.from({ length: classes }, (_, label) => order.filter(row => target[row] === label));
}
