/** A point estimate; every function here takes class indices and row-major probabilities [rows, classes]. */

/**
 * Share of rows whose predicted class is the true one.
 *
 * @example
 * slip.metrics.accuracy([0, 1, 2, 3], [0, 2, 1, 3]) // 0.5
 */
export function accuracy(truth: readonly number[], predicted: readonly number[]): number {
  if (truth.length === 0) {
    return NaN;
  }
  let right = 0;
  for (let i = 0; i < truth.length; i++) {
    if (truth[i] === predicted[i]) {
      right++;
    }
  }
  return right / truth.length;
}

/**
 * Mean negative natural logarithm of the probability given to the true class, clipped at 1e-15.
 *
 * @example
 * slip.metrics.logLoss([1, 0], [0.1, 0.9, 0.8, 0.2], 2) // 0.164252033486018
 */
export function logLoss(truth: readonly number[], probabilities: ArrayLike<number>, classes: number): number {
  if (truth.length === 0) {
    return NaN;
  }
  let sum = 0;
  truth.forEach((label, row) => {
    const p = Math.min(Math.max(probabilities[row * classes + label]!, 1e-15), 1 - 1e-15);
    sum -= Math.log(p);
  });
  return sum / truth.length;
}

/**
 * Precision, recall and their harmonic mean for one class. 0 where a denominator is 0.
 *
 * @example
 * slip.metrics.precisionRecall([0, 1, 1, 0, 1, 1], [0, 1, 0, 1, 1, 1], 1) // { precision: 0.75, recall: 0.75, f1: 0.75 }
 */
export function precisionRecall(
  truth: readonly number[],
  predicted: readonly number[],
  positive: number
): { precision: number; recall: number; f1: number } {
  let hits = 0;
  let claimed = 0;
  let there = 0;
  for (let i = 0; i < truth.length; i++) {
    if (predicted[i] === positive) {
      claimed++;
    }
    if (truth[i] === positive) {
      there++;
    }
    if (truth[i] === positive && predicted[i] === positive) {
      hits++;
    }
  }
  const precision = claimed === 0 ? 0 : hits / claimed;
  const recall = there === 0 ? 0 : hits / there;
  const f1 = precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
  return { precision, recall, f1 };
}

/**
 * Area under the ROC curve of `scores` for the class `positive`: the Mann-Whitney statistic with mid-ranks for ties. NaN
 * when only one class is present.
 *
 * @example
 * slip.metrics.rocAuc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], 1) // 0.75
 */
export function rocAuc(truth: readonly number[], scores: readonly number[], positive: number): number {
  const order = scores.map((_, i) => i).sort((a, b) => scores[a]! - scores[b]!);
  const ranks = new Float64Array(scores.length);
  for (let i = 0; i < order.length;) {
    let j = i;
    while (j + 1 < order.length && scores[order[j + 1]!] === scores[order[i]!]) {
      j++;
    }
    for (let k = i; k <= j; k++) {
      ranks[order[k]!] = (i + j) / 2 + 1;
    }
    i = j + 1;
  }
  let rankSum = 0;
  let positives = 0;
  truth.forEach((label, i) => {
    if (label === positive) {
      rankSum += ranks[i]!;
      positives++;
    }
  });
  const negatives = truth.length - positives;
  if (positives === 0 || negatives === 0) {
    return NaN;
  }
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}

/**
 * Mean of the F1 of all classes, each counted alike, however rare it is.
 *
 * @example
 * slip.metrics.macroF1([0, 1, 1, 0], [0, 1, 0, 0], 2) // 0.7333333333333334
 */
export function macroF1(truth: readonly number[], predicted: readonly number[], classes: number): number {
  let sum = 0;
  for (let k = 0; k < classes; k++) {
    sum += precisionRecall(truth, predicted, k).f1;
  }
  return sum / classes;
}

/**
 * Mean area under the ROC curves of each class against the rest, each counted alike. NaN when a class is missing.
 *
 * @param probabilities row-major [rows, classes].
 * @example
 * slip.metrics.macroRocAuc([0, 1, 1, 0], [0.9, 0.1, 0.4, 0.6, 0.2, 0.8, 0.7, 0.3], 2) // 1
 */
export function macroRocAuc(truth: readonly number[], probabilities: ArrayLike<number>, classes: number): number {
  let sum = 0;
  for (let k = 0; k < classes; k++) {
    sum += rocAuc(
      truth,
      truth.map((_, row) => probabilities[row * classes + k]!),
      k
    );
  }
  return sum / classes;
}

/**
 * Index of the largest probability of each row.
 *
 * @example
 * slip.metrics.argMax([0.2, 0.8, 0.9, 0.1], 2) // [ 1, 0 ]
 */
export function argMax(probabilities: ArrayLike<number>, classes: number): number[] {
  const rows = probabilities.length / classes;
  return Array.from({ length: rows }, (_, row) => {
    let best = 0;
    for (let c = 1; c < classes; c++) {
      if (probabilities[row * classes + c]! > probabilities[row * classes + best]!) {
        best = c;
      }
    }
    return best;
  });
}
