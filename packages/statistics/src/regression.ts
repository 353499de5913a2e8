/**
 * Square root of the mean squared error, in the unit of the target.
 *
 * @example
 * slip.metrics.rmse([1, 2], [4, 6]) // 3.5355339059327378
 */
export function rmse(truth: readonly number[], predicted: readonly number[]): number {
  return Math.sqrt(mean(truth.map((t, i) => (t - predicted[i]!) ** 2)));
}

/**
 * Mean absolute error, in the unit of the target.
 *
 * @example
 * slip.metrics.mae([1, 2, 3], [1, 2, 5]) // 0.6666666666666666
 */
export function mae(truth: readonly number[], predicted: readonly number[]): number {
  return mean(truth.map((t, i) => Math.abs(t - predicted[i]!)));
}

/**
 * Coefficient of determination R²: 1 − residual / total sum of squares. NaN for a constant truth.
 *
 * @example
 * slip.metrics.r2([1, 2, 3], [1, 2, 3.5]) // 0.875
 */
export function r2(truth: readonly number[], predicted: readonly number[]): number {
  const center = mean(truth);
  const total = truth.reduce((sum, t) => sum + (t - center) ** 2, 0);
  const residual = truth.reduce((sum, t, i) => sum + (t - predicted[i]!) ** 2, 0);
  return total === 0 ? NaN : 1 - residual / total;
}

/**
 * Median of the absolute errors: what outliers do not move.
 *
 * @example
 * slip.metrics.medianAbsoluteError([1, 2, 3], [1, 2, 5]) // 0
 */
export function medianAbsoluteError(truth: readonly number[], predicted: readonly number[]): number {
  const errors = truth.map((t, i) => Math.abs(t - predicted[i]!)).sort((a, b) => a - b);
  const middle = errors.length >> 1;
  return errors.length === 0
    ? NaN
    : errors.length % 2 === 1
      ? errors[middle]!
      : (errors[middle - 1]! + errors[middle]!) / 2;
}

/**
 * Mean absolute error as a share of the truth. NaN where a true value is 0, for which there is no such share.
 *
 * @example
 * slip.metrics.mape([2, 4], [1, 4]) // 0.25
 */
export function mape(truth: readonly number[], predicted: readonly number[]): number {
  return mean(truth.map((t, i) => (t === 0 ? NaN : Math.abs((t - predicted[i]!) / t))));
}

/**
 * Share of the variance that the predictions explain; unlike R² it does not see a constant error. NaN for a constant truth.
 *
 * @example
 * slip.metrics.explainedVariance([1, 2, 3], [2, 3, 4]) // 1
 */
export function explainedVariance(truth: readonly number[], predicted: readonly number[]): number {
  const total = variance(truth);
  return total === 0 ? NaN : 1 - variance(truth.map((t, i) => t - predicted[i]!)) / total;
}

/**
 * Largest absolute error.
 *
 * @example
 * slip.metrics.maxError([1, 2, 3], [1, 2, 5]) // 2
 */
export function maxError(truth: readonly number[], predicted: readonly number[]): number {
  return truth.reduce((most, t, i) => Math.max(most, Math.abs(t - predicted[i]!)), 0);
}

/**
 * Mean loss of predicted quantiles (Koenker and Bassett 1978). @param quantile e.g. 0.9: nine of ten should be below.
 *
 * @example
 * slip.metrics.pinballLoss([1, 2], [2, 1], 0.75) // 0.5
 */
export function pinballLoss(truth: readonly number[], predicted: readonly number[], quantile: number): number {
  return mean(
    truth.map((t, i) => {
      const above = t - predicted[i]!;
      return above >= 0 ? quantile * above : (quantile - 1) * above;
    })
  );
}

function variance(values: readonly number[]): number {
  const center = mean(values);
  return mean(values.map(value => (value - center) ** 2));
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? NaN : values.reduce((a, b) => a + b, 0) / values.length;
}
