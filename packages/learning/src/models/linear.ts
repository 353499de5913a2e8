import type { OnnxGraph } from '@slipway/onnx/graph';
import type { Estimator } from './estimator.js';

/** Coefficients [width] and intercept of a linear regression. */
export class LinearEstimator implements Estimator {
  readonly kind = 'linear regression';

  constructor(
    readonly coefficients: Float64Array,
    readonly intercept: number
  ) {}

  get description(): string {
    return `Linear regression with ${this.coefficients.length} coefficients.`;
  }

  predict(rows: Float32Array, width: number): Float32Array {
    return Float32Array.from({ length: rows.length / width }, (_, row) => {
      let sum = this.intercept;
      for (let c = 0; c < width; c++) {
        sum += this.coefficients[c]! * rows[row * width + c]!;
      }
      return sum;
    });
  }

  write(graph: OnnxGraph, input: string): string {
    const product = graph.node('MatMul', [input, graph.floats(this.coefficients, [this.coefficients.length, 1])]);
    return graph.node('Add', [product, graph.floats([this.intercept], [1])]);
  }
}

/**
 * Least squares with an L2 penalty on the coefficients, not on the intercept: min |y − Xw − b|² + l2·|w|², solved through
 * the normal equations of the centred columns by Cholesky factorization. Columns that others determine get a vanishing
 * penalty, so that the solution is unique.
 *
 * @param rows row-major [count, width].
 */
export function fitLinear(rows: Float32Array, width: number, target: readonly number[], l2: number): LinearEstimator {
  const count = target.length;
  const means = new Float64Array(width);
  for (let row = 0; row < count; row++) {
    for (let c = 0; c < width; c++) {
      means[c]! += rows[row * width + c]! / count;
    }
  }
  const targetMean = target.reduce((a, b) => a + b, 0) / count;
  const gram = new Float64Array(width * width);
  const moment = new Float64Array(width);
  const centred = new Float64Array(width);
  for (let row = 0; row < count; row++) {
    for (let c = 0; c < width; c++) {
      centred[c] = rows[row * width + c]! - means[c]!;
    }
    const y = target[row]! - targetMean;
    for (let a = 0; a < width; a++) {
      moment[a]! += centred[a]! * y;
      for (let b = 0; b <= a; b++) {
        gram[a * width + b]! += centred[a]! * centred[b]!;
      }
    }
  }
  const coefficients = solveSymmetric(gram, moment, width, l2);
  let intercept = targetMean;
  for (let c = 0; c < width; c++) {
    intercept -= coefficients[c]! * means[c]!;
  }
  return new LinearEstimator(coefficients, intercept);
}

/** Relative size of the penalty that makes a singular system solvable. */
const JITTER = 1e-10;

/** Solves (A + ridge·I) x = b for a symmetric positive semi-definite A, given by its lower triangle. */
export function solveSymmetric(lower: Float64Array, b: Float64Array, size: number, ridge: number): Float64Array {
  const factor = Float64Array.from(lower);
  let largest = 0;
  for (let i = 0; i < size; i++) {
    largest = Math.max(largest, lower[i * size + i]!);
  }
  const floor = (largest || 1) * JITTER;
  for (let j = 0; j < size; j++) {
    let diagonal = factor[j * size + j]! + ridge;
    for (let k = 0; k < j; k++) {
      diagonal -= factor[j * size + k]! ** 2;
    }
    const root = Math.sqrt(Math.max(diagonal, floor));
    factor[j * size + j] = root;
    for (let i = j + 1; i < size; i++) {
      let sum = factor[i * size + j]!;
      for (let k = 0; k < j; k++) {
        sum -= factor[i * size + k]! * factor[j * size + k]!;
      }
      factor[i * size + j] = sum / root;
    }
  }
  const x = Float64Array.from(b);
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < i; k++) {
      x[i]! -= factor[i * size + k]! * x[k]!;
    }
    x[i]! /= factor[i * size + i]!;
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let k = i + 1; k < size; k++) {
      x[i]! -= factor[k * size + i]! * x[k]!;
    }
    x[i]! /= factor[i * size + i]!;
  }
  return x;
}
