/* Whether what is said to happen with probability p happens in a share p of the cases. */

/**
 * Mean squared difference between the probability and what happened (Brier 1950). NaN without rows.
 *
 * @example
 * slip.metrics.brierScore([true, false], [0.75, 0.5]) // 0.15625
 */
export function brierScore(truth: readonly boolean[], probabilities: readonly number[]): number {
  const sum = truth.reduce((total, happened, row) => total + (probabilities[row]! - Number(happened)) ** 2, 0);
  return truth.length === 0 ? NaN : sum / truth.length;
}

/** Rows whose probability is in one of several parts of [0, 1] of equal width. */
export interface CalibrationBin {
  /** Mean probability that was given. */
  readonly predicted: number;
  /** Share of the rows where it happened. */
  readonly observed: number;
  readonly rows: number;
}

/**
 * Bins that hold rows, from low to high. @param bins how many there are.
 *
 * @example
 * slip.metrics.calibrationCurve([true, false, true, true], [0.75, 0.25, 0.75, 0.75], 2).length // 2
 */
export function calibrationCurve(
  truth: readonly boolean[],
  probabilities: readonly number[],
  bins = 10
): CalibrationBin[] {
  const sums = Array.from({ length: bins }, () => ({ predicted: 0, observed: 0, rows: 0 }));
  probabilities.forEach((p, row) => {
    const bin = sums[Math.min(bins - 1, Math.floor(p * bins))]!;
    bin.predicted += p;
    bin.observed += Number(truth[row]);
    bin.rows++;
  });
  return sums
    .filter(bin => bin.rows > 0)
    .map(({ predicted, observed, rows }) => ({ predicted: predicted / rows, observed: observed / rows, rows }));
}

/**
 * Expected calibration error: the gap of each bin, weighted by its rows (Naeini et al. 2015).
 *
 * @example
 * slip.metrics.calibrationError([true, false, true, true], [0.75, 0.25, 0.75, 0.75], 2) // 0.25
 */
export function calibrationError(truth: readonly boolean[], probabilities: readonly number[], bins = 10): number {
  const curve = calibrationCurve(truth, probabilities, bins);
  return curve.reduce((sum, bin) => sum + (bin.rows * Math.abs(bin.predicted - bin.observed)) / truth.length, 0);
}
