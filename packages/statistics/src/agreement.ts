/* How predicted classes agree with the true ones; classes are indices. */

/**
 * Rows of each true class (first index) that were given each class (second index): [classes][classes].
 *
 * @example
 * slip.metrics.confusionMatrix([0, 0, 1, 1], [0, 1, 1, 1], 2) // [ [ 1, 1 ], [ 0, 2 ] ]
 */
export function confusionMatrix(truth: readonly number[], predicted: readonly number[], classes: number): number[][] {
  const matrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  truth.forEach((label, row) => matrix[label]![predicted[row]!]!++);
  return matrix;
}

/**
 * Matthews' correlation coefficient, for any number of classes (Gorodkin 2004): 1 is perfect, 0 what chance gives. 0 when
 * one side holds a single class, where it is not defined.
 *
 * @example
 * slip.metrics.matthews([0, 0, 1, 1], [0, 1, 1, 1], 2) // 0.5773502691896258
 */
export function matthews(truth: readonly number[], predicted: readonly number[], classes: number): number {
  const { total, right, there, claimed } = marginsOf(truth, predicted, classes);
  const product = sumOf(there.map((n, k) => n * claimed[k]!));
  const spread = (counts: readonly number[]): number => total * total - sumOf(counts.map(n => n * n));
  const scale = Math.sqrt(spread(there) * spread(claimed));
  return scale === 0 ? 0 : (right * total - product) / scale;
}

/**
 * Mean of the recalls of the classes that are there: what accuracy would be if all were equally frequent.
 *
 * @example
 * slip.metrics.balancedAccuracy([0, 0, 0, 1], [0, 0, 1, 1], 2) // 0.8333333333333333
 */
export function balancedAccuracy(truth: readonly number[], predicted: readonly number[], classes: number): number {
  const matrix = confusionMatrix(truth, predicted, classes);
  const recalls = matrix.flatMap((row, k) => {
    const there = sumOf(row);
    return there === 0 ? [] : [row[k]! / there];
  });
  return sumOf(recalls) / recalls.length;
}

/**
 * Cohen's kappa: agreement beyond what chance gives. NaN when chance alone agrees always.
 *
 * @example
 * slip.metrics.cohenKappa([0, 0, 1, 1], [0, 1, 1, 1], 2) // 0.5
 */
export function cohenKappa(truth: readonly number[], predicted: readonly number[], classes: number): number {
  const { total, right, there, claimed } = marginsOf(truth, predicted, classes);
  const byChance = sumOf(there.map((n, k) => (n / total) * (claimed[k]! / total)));
  return (right / total - byChance) / (1 - byChance);
}

interface Margins {
  readonly total: number;
  readonly right: number;
  /** Rows of each class. */
  readonly there: readonly number[];
  /** Rows that were given each class. */
  readonly claimed: readonly number[];
}

function marginsOf(truth: readonly number[], predicted: readonly number[], classes: number): Margins {
  const matrix = confusionMatrix(truth, predicted, classes);
  return {
    total: truth.length,
    right: sumOf(matrix.map((row, k) => row[k]!)),
    there: matrix.map(sumOf),
    claimed: matrix.map((_, k) => sumOf(matrix.map(row => row[k]!)))
  };
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
