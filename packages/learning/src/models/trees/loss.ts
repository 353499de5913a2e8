import type { Derivatives } from './histogram.js';

/** What boosting lowers. */
export interface Loss {
  /** Largest second derivative that a row can have. */
  readonly largestHessian: number;
  /**
   * Fills in the derivatives at the scores of the rows from `first` to before `last`, one set for each score of a row.
   *
   * @returns the sum of their losses.
   */
  derive(scores: readonly Float64Array[], derivatives: readonly Derivatives[], first: number, last: number): number;
}

/** Less would make a leaf's value infinite. */
const LEAST_HESSIAN = 1e-6;
/** Less would make the loss infinite. */
const LEAST_SHARE = 1e-15;

/** Squared error for numbers, log loss for classes. @param target values, or class indices. */
export function lossOf(target: Float64Array, classes: number | null): Loss {
  if (classes === null) {
    return squaredError(target);
  }
  return classes === 2 ? logLossOfTwo(target) : logLossOfMany(target);
}

function squaredError(target: Float64Array): Loss {
  return {
    largestHessian: 1,
    derive([scores], [derivatives], first, last) {
      let sum = 0;
      for (let row = first; row < last; row++) {
        const gap = scores![row]! - target[row]!;
        derivatives!.set(row, gap, 1);
        sum += gap * gap;
      }
      return sum;
    }
  };
}

function logLossOfTwo(target: Float64Array): Loss {
  return {
    largestHessian: 0.25,
    derive([scores], [derivatives], first, last) {
      let sum = 0;
      let product = 1;
      for (let row = first; row < last; row++) {
        const p = 1 / (1 + Math.exp(-scores![row]!));
        const truth = target[row]!;
        derivatives!.set(row, p - truth, Math.max(p * (1 - p), LEAST_HESSIAN));
        // One logarithm for many rows: that of their product.
        product *= Math.max(truth === 1 ? p : 1 - p, LEAST_SHARE);
        if (product < 1e-200) {
          sum -= Math.log(product);
          product = 1;
        }
      }
      return sum - Math.log(product);
    }
  };
}

function logLossOfMany(target: Float64Array): Loss {
  return {
    largestHessian: 0.25,
    derive(scores, derivatives, first, last) {
      const parts = new Float64Array(scores.length);
      let loss = 0;
      for (let row = first; row < last; row++) {
        let highest = -Infinity;
        for (const values of scores) {
          highest = Math.max(highest, values[row]!);
        }
        let sum = 0;
        for (let s = 0; s < parts.length; s++) {
          sum += parts[s] = Math.exp(scores[s]![row]! - highest);
        }
        for (let s = 0; s < parts.length; s++) {
          const p = parts[s]! / sum;
          derivatives[s]!.set(row, p - Number(target[row] === s), Math.max(p * (1 - p), LEAST_HESSIAN));
        }
        loss -= Math.log(Math.max(parts[target[row]!]! / sum, LEAST_SHARE));
      }
      return loss;
    }
  };
}
