import { counted } from '@slipway/wording';
import type { OnnxGraph } from '@slipway/onnx/graph';
import type { Estimator } from './estimator.js';

/** Share of the largest variance that is added to all, so that a column that is constant in a class does no harm. */
const SMOOTHING = 1e-9;

/** What each class looks like: means and variances [classes, width], logarithms of the classes' shares. */
export class NaiveBayesEstimator implements Estimator {
  readonly kind = 'naive Bayes';

  constructor(
    readonly means: Float64Array,
    readonly variances: Float64Array,
    readonly logShares: Float64Array,
    readonly width: number
  ) {}

  get description(): string {
    return `Gaussian naive Bayes over ${counted(this.width, 'input')} and ${this.logShares.length} classes.`;
  }

  predict(rows: Float32Array, width: number): Float32Array {
    const classes = this.logShares.length;
    const out = new Float32Array((rows.length / width) * classes);
    for (let row = 0; row < rows.length / width; row++) {
      const scores = Array.from(this.logShares, (_, k) => this.#score(rows, row * width, k));
      const highest = Math.max(...scores);
      const parts = scores.map(score => Math.exp(score - highest));
      const sum = parts.reduce((a, b) => a + b, 0);
      parts.forEach((part, k) => (out[row * classes + k] = part / sum));
    }
    return out;
  }

  /** Differences are taken before they are squared, as here: the squares apart would lose what float32 has. */
  write(graph: OnnxGraph, input: string): string {
    const shape = [this.logShares.length, this.width];
    const apart = graph.node('Unsqueeze', [input, graph.int64s([1])]);
    const difference = graph.node('Sub', [apart, graph.floats(this.means, shape)]);
    const squared = graph.node('Mul', [difference, difference]);
    const weights = graph.floats(
      this.variances.map(variance => -0.5 / variance),
      shape
    );
    const distance = graph.node('ReduceSum', [graph.node('Mul', [squared, weights]), graph.int64s([2])], {
      keepdims: { int: 0 }
    });
    const constants = graph.floats(
      Array.from(this.logShares, (_, k) => this.#constant(k)),
      [this.logShares.length]
    );
    return graph.node('Softmax', [graph.node('Add', [distance, constants])], { axis: { int: 1 } });
  }

  #score(rows: Float32Array, at: number, k: number): number {
    let score = this.#constant(k);
    for (let c = 0; c < this.width; c++) {
      const i = k * this.width + c;
      score -= (0.5 * (rows[at + c]! - this.means[i]!) ** 2) / this.variances[i]!;
    }
    return score;
  }

  #constant(k: number): number {
    let sum = this.logShares[k]!;
    for (let c = 0; c < this.width; c++) {
      sum -= 0.5 * Math.log(2 * Math.PI * this.variances[k * this.width + c]!);
    }
    return sum;
  }
}

/**
 * Gaussian naive Bayes: columns are taken as independent and normal within each class. As scikit-learn's GaussianNB.
 *
 * @param rows row-major [count, width]. @param labels class indices.
 */
export function fitNaiveBayes(
  rows: Float32Array,
  width: number,
  labels: readonly number[],
  classes: number
): NaiveBayesEstimator {
  const counts = new Float64Array(classes);
  const means = new Float64Array(classes * width);
  labels.forEach((k, row) => {
    counts[k]! += 1;
    for (let c = 0; c < width; c++) {
      means[k * width + c]! += rows[row * width + c]!;
    }
  });
  for (let i = 0; i < means.length; i++) {
    means[i]! /= counts[Math.floor(i / width)]!;
  }
  const variances = new Float64Array(classes * width);
  labels.forEach((k, row) => {
    for (let c = 0; c < width; c++) {
      variances[k * width + c]! += (rows[row * width + c]! - means[k * width + c]!) ** 2;
    }
  });
  const floor = SMOOTHING * largestVariance(rows, width);
  for (let i = 0; i < variances.length; i++) {
    variances[i] = variances[i]! / counts[Math.floor(i / width)]! + floor;
  }
  return new NaiveBayesEstimator(
    means,
    variances,
    counts.map(count => Math.log(count / labels.length)),
    width
  );
}

function largestVariance(rows: Float32Array, width: number): number {
  const count = rows.length / width;
  let largest = 0;
  for (let c = 0; c < width; c++) {
    let sum = 0;
    let squares = 0;
    for (let row = 0; row < count; row++) {
      sum += rows[row * width + c]!;
    }
    for (let row = 0; row < count; row++) {
      squares += (rows[row * width + c]! - sum / count) ** 2;
    }
    largest = Math.max(largest, squares / count);
  }
  return largest || 1;
}
