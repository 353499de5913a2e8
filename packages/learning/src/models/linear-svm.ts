import { counted } from '@slipway/wording';
import type { OnnxGraph } from '@slipway/onnx/graph';
import { shuffledIndices } from '@slipway/statistics/random';
import type { Estimator } from './estimator.js';
import { solveSymmetric } from './linear.js';

const MAX_ITERATIONS = 100;
const TOLERANCE = 1e-8;
const FOLDS = 5;

/** One line per class against the rest: weights [width + 1], the last one the intercept, and Platt's two numbers. */
export interface Side {
  readonly weights: Float64Array;
  readonly slope: number;
  readonly offset: number;
}

/** Probabilities from distances to lines: for two classes one side is enough. */
export class LinearSvmEstimator implements Estimator {
  readonly kind = 'linear SVM';

  constructor(
    readonly sides: readonly Side[],
    readonly width: number
  ) {}

  get description(): string {
    return `Linear support vector machine over ${counted(this.width, 'input')}, probabilities by Platt scaling.`;
  }

  predict(rows: Float32Array, width: number): Float32Array {
    const classes = Math.max(2, this.sides.length);
    const out = new Float32Array((rows.length / width) * classes);
    for (let row = 0; row < rows.length / width; row++) {
      const p = this.sides.map(side =>
        sigmoid(side.slope * score(side.weights, rows, row * width, width) + side.offset)
      );
      const all = p.length === 1 ? [1 - p[0]!, p[0]!] : p;
      const sum = all.reduce((a, b) => a + b, 0);
      all.forEach((value, k) => (out[row * classes + k] = value / sum));
    }
    return out;
  }

  write(graph: OnnxGraph, input: string): string {
    const sides = this.sides.length;
    const weights = new Float64Array(this.width * sides);
    this.sides.forEach((side, s) => {
      for (let c = 0; c < this.width; c++) {
        weights[c * sides + s] = side.slope * side.weights[c]!;
      }
    });
    const offsets = this.sides.map(side => side.slope * side.weights[this.width]! + side.offset);
    const product = graph.node('MatMul', [input, graph.floats(weights, [this.width, sides])]);
    const p = graph.node('Sigmoid', [graph.node('Add', [product, graph.floats(offsets, [sides])])]);
    if (sides === 1) {
      return graph.node('Concat', [graph.node('Sub', [graph.floats([1], [1, 1]), p]), p], { axis: { int: 1 } });
    }
    const sum = graph.node('ReduceSum', [p, graph.int64s([1])], { keepdims: { int: 1 } });
    return graph.node('Div', [p, sum]);
  }
}

/**
 * Linear support vector machine, one class against the rest: minimizes |w|²/2 + c·Σ max(0, 1 − y·f(x))², with the intercept
 * as one more weight, as scikit-learn's LinearSVC (liblinear's L2-regularized squared hinge loss; Fan et al. 2008), by a Newton
 * method on the rows within the margin (Keerthi and DeCoste 2005). Distances become probabilities by Platt's sigmoid, fitted on rows that
 * were left out in turn (Platt 1999, with the targets and the method of Lin, Lin and Weng 2007).
 *
 * @param rows row-major [count, width]. @param labels class indices. @param seed which rows are left out together.
 */
export function fitLinearSvm(
  rows: Float32Array,
  width: number,
  labels: readonly number[],
  classes: number,
  c: number,
  seed: number
): LinearSvmEstimator {
  const order = shuffledIndices(labels.length, seed);
  const targets = classes === 2 ? [1] : Array.from({ length: classes }, (_, k) => k);
  const sides = targets.map(k => {
    const signs = Float64Array.from(labels, label => (label === k ? 1 : -1));
    const weights = fitSide(rows, width, signs, order, c);
    return { weights, ...plattScaling(scoresLeftOut(rows, width, signs, order, c), signs) };
  });
  return new LinearSvmEstimator(sides, width);
}

/** @param among row numbers to learn from. */
function fitSide(
  rows: Float32Array,
  width: number,
  signs: Float64Array,
  among: readonly number[],
  c: number
): Float64Array {
  const size = width + 1;
  const weights = new Float64Array(size);
  let loss = objective(rows, width, signs, among, c, weights);
  for (let iteration = 0; iteration < MAX_ITERATIONS; iteration++) {
    const gradient = Float64Array.from(weights);
    const hessian = new Float64Array(size * size);
    for (let a = 0; a < size; a++) {
      hessian[a * size + a] = 1;
    }
    for (const row of among) {
      const missing = 1 - signs[row]! * score(weights, rows, row * width, width);
      if (missing <= 0) {
        continue;
      }
      for (let a = 0; a < size; a++) {
        const xa = a === width ? 1 : rows[row * width + a]!;
        gradient[a]! -= 2 * c * missing * signs[row]! * xa;
        for (let b = 0; b <= a; b++) {
          hessian[a * size + b]! += 2 * c * xa * (b === width ? 1 : rows[row * width + b]!);
        }
      }
    }
    if (Math.max(...gradient.map(Math.abs)) < TOLERANCE * Math.max(1, c * among.length)) {
      break;
    }
    const step = solveSymmetric(hessian, gradient, size, 0);
    let share = 1;
    for (; share > 1e-8; share /= 2) {
      const tried = weights.map((weight, i) => weight - share * step[i]!);
      const triedLoss = objective(rows, width, signs, among, c, tried);
      if (triedLoss <= loss) {
        weights.set(tried);
        loss = triedLoss;
        break;
      }
    }
    if (share <= 1e-8) {
      break;
    }
  }
  return weights;
}

function objective(
  rows: Float32Array,
  width: number,
  signs: Float64Array,
  among: readonly number[],
  c: number,
  weights: Float64Array
): number {
  let sum = 0;
  for (const weight of weights) {
    sum += (weight * weight) / 2;
  }
  for (const row of among) {
    sum += c * Math.max(0, 1 - signs[row]! * score(weights, rows, row * width, width)) ** 2;
  }
  return sum;
}

/** The score of each row by a line that was fitted without it. */
function scoresLeftOut(
  rows: Float32Array,
  width: number,
  signs: Float64Array,
  order: readonly number[],
  c: number
): Float64Array {
  const scores = new Float64Array(signs.length);
  for (let fold = 0; fold < FOLDS; fold++) {
    const weights = fitSide(
      rows,
      width,
      signs,
      order.filter((_, i) => i % FOLDS !== fold),
      c
    );
    order.forEach((row, i) => {
      if (i % FOLDS === fold) {
        scores[row] = score(weights, rows, row * width, width);
      }
    });
  }
  return scores;
}

/** Slope and offset of p = sigmoid(slope·score + offset) by Newton's method on the log loss with Platt's softened targets. */
function plattScaling(scores: Float64Array, signs: Float64Array): { slope: number; offset: number } {
  const positives = signs.reduce((sum, sign) => sum + (sign > 0 ? 1 : 0), 0);
  const high = (positives + 1) / (positives + 2);
  const low = 1 / (signs.length - positives + 2);
  const goals = signs.map(sign => (sign > 0 ? high : low));
  const lossOf = (slope: number, offset: number): number => {
    let sum = 0;
    scores.forEach((s, i) => {
      const z = slope * s + offset;
      sum += Math.log1p(Math.exp(-Math.abs(z))) + Math.max(z, 0) - goals[i]! * z;
    });
    return sum;
  };
  let [slope, offset] = [0, Math.log((positives + 1) / (signs.length - positives + 1))];
  let loss = lossOf(slope, offset);
  for (let iteration = 0; iteration < MAX_ITERATIONS; iteration++) {
    let [g1, g2, h11, h12, h22] = [0, 0, 1e-12, 0, 1e-12];
    scores.forEach((s, i) => {
      const p = sigmoid(slope * s + offset);
      const d = p - goals[i]!;
      const w = p * (1 - p);
      g1 += d * s;
      g2 += d;
      h11 += w * s * s;
      h12 += w * s;
      h22 += w;
    });
    if (Math.abs(g1) < 1e-9 && Math.abs(g2) < 1e-9) {
      break;
    }
    const determinant = h11 * h22 - h12 * h12;
    const [ds, doff] = [(h22 * g1 - h12 * g2) / determinant, (h11 * g2 - h12 * g1) / determinant];
    let share = 1;
    for (; share > 1e-10; share /= 2) {
      const tried = lossOf(slope - share * ds, offset - share * doff);
      if (tried < loss + 1e-13) {
        slope -= share * ds;
        offset -= share * doff;
        loss = tried;
        break;
      }
    }
    if (share <= 1e-10) {
      break;
    }
  }
  return { slope, offset };
}

function score(weights: Float64Array, rows: Float32Array, at: number, width: number): number {
  let sum = weights[width]!;
  for (let c = 0; c < width; c++) {
    sum += weights[c]! * rows[at + c]!;
  }
  return sum;
}

function sigmoid(z: number): number {
  return z >= 0 ? 1 / (1 + Math.exp(-z)) : Math.exp(z) / (1 + Math.exp(z));
}
