/**
 * Exact McNemar test of two classifiers on the same rows: the probability, if both are equally good, of a split of their
 * disagreements at least as uneven (two-sided binomial with p = 1/2).
 *
 * @param better rows that only the first gets right. @param worse rows that only the second gets right.
 */
export function mcNemarP(better: number, worse: number): number {
  const n = better + worse;
  if (n === 0) {
    return 1;
  }
  const k = Math.min(better, worse);
  let sum = 0;
  for (let i = 0; i <= k; i++) {
    sum += Math.exp(logChoose(n, i) - n * Math.LN2);
  }
  return Math.min(1, 2 * sum);
}

/**
 * Paired test of two lists of losses on the same rows: two-sided p of the mean difference, by the normal approximation.
 */
export function pairedP(first: readonly number[], second: readonly number[]): number {
  const differences = first.map((loss, i) => loss - second[i]!);
  const n = differences.length;
  const mean = differences.reduce((a, b) => a + b, 0) / n;
  const variance = differences.reduce((a, b) => a + (b - mean) ** 2, 0) / Math.max(1, n - 1);
  if (variance === 0) {
    return mean === 0 ? 1 : 0;
  }
  const z = Math.abs(mean) / Math.sqrt(variance / n);
  return 2 * (1 - normalCdf(z));
}

function logChoose(n: number, k: number): number {
  let sum = 0;
  for (let i = 1; i <= k; i++) {
    sum += Math.log(n - k + i) - Math.log(i);
  }
  return sum;
}

/** Standard normal distribution function by Abramowitz and Stegun 7.1.26; absolute error below 1.5e-7. */
function normalCdf(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const poly = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
  const erf = 1 - poly * Math.exp(-x * x);
  return z >= 0 ? (1 + erf) / 2 : (1 - erf) / 2;
}
