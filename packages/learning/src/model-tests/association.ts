import type { Target } from '../examples/target.js';

/** How much the numbers of rows have to do with a target. */
export interface Link {
  /** Largest absolute correlation of one of the numbers with the target, or with belonging to one of its classes. */
  readonly strength: number;
  /** Whether chance alone hardly ever makes it so large … */
  readonly beyondChance: boolean;
  /** … or easily does. Between both are weak links, which are not reported. */
  readonly withinChance: boolean;
  /** Rows that were compared. */
  readonly rows: number;
}

/** Consecutive rows that are looked at, from the beginning. */
const MOST_ROWS = 5000;
/** Numbers of each row, and classes, that are looked at. */
const MOST_COLUMNS = 256;
const MOST_CLASSES = 20;
/** A chance below one in 2000 that one of the correlations of shuffled rows is larger. */
const HARDLY = 0.0005;
/** The same bound where it is passed by every fifth to eighth: a union bound over normal tails is that loose. */
const EASILY = 0.5;

/**
 * The strongest linear link between the target of each row and the numbers of the row `shift` places further (Pearson's r).
 *
 * @param rows row-major [count, width], in the order of `target.train`.
 */
export function strongestLink(rows: Float32Array, width: number, { train, labels }: Target, shift: -1 | 0 | 1): Link {
  const count = Math.min(MOST_ROWS, train.length) - Math.abs(shift);
  const start = Math.max(0, -shift);
  const columns = Math.min(width, MOST_COLUMNS);
  const targets =
    labels === null
      ? [standardized(count, row => train[start + row]!)]
      : labels
          .slice(0, MOST_CLASSES)
          .map((_, place) => standardized(count, row => Number(train[start + row] === place)));
  let strength = 0;
  let compared = 0;
  for (let column = 0; column < columns; column++) {
    const numbers = standardized(count, row => rows[(start + row + shift) * width + column]!);
    if (numbers === null) {
      continue;
    }
    for (const wanted of targets) {
      if (wanted === null) {
        continue;
      }
      compared++;
      let sum = 0;
      for (let row = 0; row < count; row++) {
        sum += numbers[row]! * wanted[row]!;
      }
      strength = Math.max(strength, Math.abs(sum) / count);
    }
  }
  // P(one of m correlations of shuffled rows > z / √n) ≤ m · exp(−z² / 2), for normal tails.
  const limit = (chance: number): number => Math.sqrt((2 * Math.log(Math.max(1, compared) / chance)) / count);
  return {
    strength,
    beyondChance: strength > limit(HARDLY),
    withinChance: strength <= limit(EASILY),
    rows: count
  };
}

/** Mean 0, variance 1; null for what does not vary or is not a number. */
function standardized(count: number, at: (row: number) => number): Float64Array | null {
  const values = Float64Array.from({ length: count }, (_, row) => at(row));
  const mean = values.reduce((a, b) => a + b, 0) / count;
  const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count);
  return spread > 0 && Number.isFinite(spread) ? values.map(value => (value - mean) / spread) : null;
}
