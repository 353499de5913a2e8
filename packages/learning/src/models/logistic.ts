import { counted } from '@slipway/wording';
import type { OnnxGraph } from '@slipway/onnx/graph';
import type { Estimator } from './estimator.js';
import { solveSymmetric } from './linear.js';

const MAX_ITERATIONS = 100;
const TOLERANCE = 1e-9;

/** Softmax of linear scores: weights [width + 1, classes], the last row being the intercepts. */
export class LogisticEstimator implements Estimator {
  readonly kind = 'logistic regression';

  constructor(
    readonly weights: Float64Array,
    readonly width: number,
    readonly classes: number
  ) {}

  get description(): string {
    return `Logistic regression over ${counted(this.width, 'input')} and ${this.classes} classes.`;
  }

  predict(rows: Float32Array, width: number): Float32Array {
    const out = new Float32Array((rows.length / width) * this.classes);
    const scores = new Float64Array(this.classes);
    for (let row = 0; row < rows.length / width; row++) {
      softmaxScores(rows, row, width, this.weights, this.classes, scores);
      out.set(scores, row * this.classes);
    }
    return out;
  }

  write(graph: OnnxGraph, input: string): string {
    const last = this.width * this.classes;
    const coefficients = graph.floats(this.weights.subarray(0, last), [this.width, this.classes]);
    const intercepts = graph.floats(this.weights.subarray(last), [this.classes]);
    const scores = graph.node('Add', [graph.node('MatMul', [input, coefficients]), intercepts]);
    return graph.node('Softmax', [scores], { axis: { int: 1 } });
  }
}

/** Writes the probabilities of one row into `out`. */
function softmaxScores(
  rows: Float32Array,
  row: number,
  width: number,
  weights: Float64Array,
  classes: number,
  out: Float64Array
): void {
  let highest = -Infinity;
  for (let k = 0; k < classes; k++) {
    let score = weights[width * classes + k]!;
    for (let c = 0; c < width; c++) {
      score += rows[row * width + c]! * weights[c * classes + k]!;
    }
    out[k] = score;
    if (score > highest) {
      highest = score;
    }
  }
  let sum = 0;
  for (let k = 0; k < classes; k++) {
    sum += out[k] = Math.exp(out[k]! - highest);
  }
  for (let k = 0; k < classes; k++) {
    out[k]! /= sum;
  }
}

/**
 * Multinomial logistic regression by Newton's method: minimizes the summed log loss plus l2/2·|w|² over the
 * coefficients (not the intercepts), to a gradient below 1e-9 of the number of rows. For two classes the penalty is that
 * of one vector of differences, so that the result is scikit-learn's with C = 1/l2.
 *
 * @param rows row-major [count, width]. @param labels class indices.
 */
export function fitLogistic(
  rows: Float32Array,
  width: number,
  labels: readonly number[],
  classes: number,
  l2: number
): LogisticEstimator {
  // With two classes only the second one has weights: the first is the reference.
  const free = classes === 2 ? 1 : classes;
  const size = (width + 1) * free;
  const weights = new Float64Array((width + 1) * classes);
  const at = (c: number, k: number): number => c * classes + (classes === 2 ? 1 : k);
  for (let iteration = 0; iteration < MAX_ITERATIONS; iteration++) {
    const { gradient, hessian } = derivatives(rows, width, labels, classes, free, weights, l2);
    if (Math.max(...gradient.map(Math.abs)) < TOLERANCE * labels.length) {
      break;
    }
    const step = solveSymmetric(hessian, gradient, size, 1e-12);
    const before = Float64Array.from(weights);
    const loss = penalized(rows, width, labels, classes, weights, l2);
    // A full Newton step may overshoot where classes are nearly separable: halve it until the loss falls.
    for (let share = 1; share > 1e-6; share /= 2) {
      for (let c = 0; c <= width; c++) {
        for (let k = 0; k < free; k++) {
          weights[at(c, k)] = before[at(c, k)]! - share * step[c * free + k]!;
        }
      }
      if (penalized(rows, width, labels, classes, weights, l2) <= loss + 1e-12) {
        break;
      }
    }
  }
  return new LogisticEstimator(weights, width, classes);
}

function derivatives(
  rows: Float32Array,
  width: number,
  labels: readonly number[],
  classes: number,
  free: number,
  weights: Float64Array,
  l2: number
): { gradient: Float64Array; hessian: Float64Array } {
  const size = (width + 1) * free;
  const offset = classes - free;
  const gradient = new Float64Array(size);
  const hessian = new Float64Array(size * size);
  const p = new Float64Array(classes);
  for (let row = 0; row < labels.length; row++) {
    softmaxScores(rows, row, width, weights, classes, p);
    for (let a = 0; a <= width; a++) {
      const xa = a === width ? 1 : rows[row * width + a]!;
      if (xa === 0) {
        continue;
      }
      for (let k = 0; k < free; k++) {
        const pk = p[k + offset]!;
        gradient[a * free + k]! += xa * (pk - (labels[row] === k + offset ? 1 : 0));
        for (let b = 0; b <= a; b++) {
          const xb = b === width ? 1 : rows[row * width + b]!;
          for (let m = 0; m < free; m++) {
            const i = a * free + k;
            const j = b * free + m;
            if (j <= i) {
              hessian[i * size + j]! += xa * xb * pk * ((k === m ? 1 : 0) - p[m + offset]!);
            }
          }
        }
      }
    }
  }
  for (let c = 0; c < width; c++) {
    for (let k = 0; k < free; k++) {
      const i = c * free + k;
      gradient[i]! += l2 * weights[c * classes + k + offset]!;
      hessian[i * size + i]! += l2;
    }
  }
  return { gradient, hessian };
}

function penalized(
  rows: Float32Array,
  width: number,
  labels: readonly number[],
  classes: number,
  weights: Float64Array,
  l2: number
): number {
  const p = new Float64Array(classes);
  let loss = 0;
  labels.forEach((label, row) => {
    softmaxScores(rows, row, width, weights, classes, p);
    loss -= Math.log(Math.max(p[label]!, 1e-300));
  });
  for (let i = 0; i < width * classes; i++) {
    loss += (l2 / 2) * weights[i]! ** 2;
  }
  return loss;
}
