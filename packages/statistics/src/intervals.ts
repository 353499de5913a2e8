import { seededRandom } from './random.js';

/** Lower and upper end. */
export type Interval = readonly [number, number];

/**
 * Wilson's interval for a share such as an accuracy (Wilson 1927): holds also for few rows and for shares near 0 and 1.
 *
 * @param z quantile of the normal distribution; 1.96 gives 95 %.
 * @example
 * slip.metrics.wilsonInterval(90, 100) // [ 0.8256343384950865, 0.9447708629393249 ]
 */
export function wilsonInterval(hits: number, rows: number, z = 1.959963984540054): Interval {
  if (rows === 0) {
    return [0, 1];
  }
  const share = hits / rows;
  const scale = 1 + (z * z) / rows;
  const center = (share + (z * z) / (2 * rows)) / scale;
  const half = (z / scale) * Math.sqrt((share * (1 - share)) / rows + (z * z) / (4 * rows * rows));
  // Rounding must not lead outside of what a share can be.
  return [hits === 0 ? 0 : Math.max(0, center - half), hits === rows ? 1 : Math.min(1, center + half)];
}

export interface BootstrapOptions {
  readonly samples?: number;
  /** Share of the samples inside, e.g. 0.95. */
  readonly level?: number;
  readonly seed?: number;
}

/**
 * Percentile bootstrap (Efron 1979) of any metric: it is computed anew on rows drawn with replacement.
 *
 * @param rows how many there are. @param metric of the rows with these numbers; samples where it is NaN are left out.
 * @returns NaN, NaN when no sample gives a value.
 * @example
 * slip.metrics.bootstrapInterval(4, drawn => drawn.length) // [ 4, 4 ]
 */
export function bootstrapInterval(
  rows: number,
  metric: (drawn: readonly number[]) => number,
  { samples = 1000, level = 0.95, seed = 7 }: BootstrapOptions = {}
): Interval {
  const random = seededRandom(seed);
  const values: number[] = [];
  for (let sample = 0; sample < samples; sample++) {
    const value = metric(Array.from({ length: rows }, () => Math.floor(random() * rows)));
    if (!Number.isNaN(value)) {
      values.push(value);
    }
  }
  values.sort((a, b) => a - b);
  return [quantile(values, (1 - level) / 2), quantile(values, (1 + level) / 2)];
}

/** Linear between the two nearest values. */
function quantile(sorted: readonly number[], share: number): number {
  if (sorted.length === 0) {
    return NaN;
  }
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (high - low) * (place - below);
}
