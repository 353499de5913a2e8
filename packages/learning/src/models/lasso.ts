import { LinearEstimator } from './linear.js';

const MAX_ROUNDS = 10_000;
const TOLERANCE = 1e-10;

/**
 * Least squares with an L1 penalty, which sets coefficients that help little to zero: 1/(2n)·|y − Xw − b|² + l1·|w|₁, as
 * scikit-learn's Lasso(alpha). By cyclic coordinate descent on centred columns (Friedman, Hastie and Tibshirani 2010), until
 * no coefficient moves the answers by more than 1e-10 of the target's spread.
 *
 * @param rows row-major [count, width].
 */
export function fitLasso(rows: Float32Array, width: number, target: readonly number[], l1: number): LinearEstimator {
  const count = target.length;
  const means = Array.from({ length: width }, (_, c) => meanOf(count, row => rows[row * width + c]!));
  const targetMean = meanOf(count, row => target[row]!);
  // Column by column: descent walks along columns.
  const columns = means.map((mean, c) =>
    Float64Array.from({ length: count }, (_, row) => rows[row * width + c]! - mean)
  );
  const squares = columns.map(column => column.reduce((sum, x) => sum + x * x, 0) / count);
  const residual = Float64Array.from(target, y => y - targetMean);
  const spread = Math.sqrt(residual.reduce((sum, r) => sum + r * r, 0) / count) || 1;
  const coefficients = new Float64Array(width);
  for (let round = 0; round < MAX_ROUNDS; round++) {
    let largest = 0;
    for (let c = 0; c < width; c++) {
      if (squares[c] === 0) {
        continue;
      }
      const moved = moveCoordinate(columns[c]!, residual, squares[c]!, coefficients[c]!, l1);
      largest = Math.max(largest, Math.abs(moved - coefficients[c]!) * Math.sqrt(squares[c]!));
      coefficients[c] = moved;
    }
    if (largest < TOLERANCE * spread) {
      break;
    }
  }
  const intercept = coefficients.reduce((sum, w, c) => sum - w * means[c]!, targetMean);
  return new LinearEstimator(coefficients, intercept);
}

/** The best value of one coefficient with the others fixed; the residual follows. */
function moveCoordinate(column: Float64Array, residual: Float64Array, square: number, old: number, l1: number): number {
  let moment = 0;
  for (let row = 0; row < column.length; row++) {
    moment += column[row]! * residual[row]!;
  }
  const pull = moment / column.length + square * old;
  // Adding 0 makes -0 a plain zero.
  const moved = (Math.sign(pull) * Math.max(Math.abs(pull) - l1, 0)) / square + 0;
  const change = moved - old;
  if (change !== 0) {
    for (let row = 0; row < column.length; row++) {
      residual[row]! -= change * column[row]!;
    }
  }
  return moved;
}

function meanOf(count: number, valueOf: (row: number) => number): number {
  let sum = 0;
  for (let row = 0; row < count; row++) {
    sum += valueOf(row);
  }
  return sum / count;
}
