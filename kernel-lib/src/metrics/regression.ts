/** Square root of the mean squared error, in the unit of the target. */
export function rmse(truth: readonly number[], predicted: readonly number[]): number {
  return Math.sqrt(mean(truth.map((t, i) => (t - predicted[i]!) ** 2)));
}

/** Mean absolute error, in the unit of the target. */
export function mae(truth: readonly number[], predicted: readonly number[]): number {
  return mean(truth.map((t, i) => Math.abs(t - predicted[i]!)));
}

/** Coefficient of determination R²: 1 − residual / total sum of squares. NaN for a constant truth. */
export function r2(truth: readonly number[], predicted: readonly number[]): number {
  const centre = mean(truth);
  const total = truth.reduce((sum, t) => sum + (t - centre) ** 2, 0);
  const residual = truth.reduce((sum, t, i) => sum + (t - predicted[i]!) ** 2, 0);
  return total === 0 ? NaN : 1 - residual / total;
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? NaN : values.reduce((a, b) => a + b, 0) / values.length;
}
