import type { OnnxGraph } from '../../onnx/graph.js';
import type { Estimator } from '../estimator.js';
import type { BoostingOptions } from '../specs.js';
import { binColumns } from './binning.js';
import { writeEnsemble } from './onnx.js';
import { askTree, growTree, type Tree, type TreeOptions } from './tree.js';

const DEFAULTS = { trees: 100, leaves: 31, learningRate: 0.1, minRows: 20, l2: 0 };

/** Told after each round; returning true ends the training with what there is. */
export type OnRound = (round: number, loss: number) => Promise<boolean> | boolean;

/** Trees whose answers are added: one series for a regression or two classes, one for each class otherwise. */
export class BoostingEstimator implements Estimator {
  readonly kind = 'gradient boosting';

  /** @param series for each score, its trees in order. @param base for each score, what the trees are added to. */
  constructor(
    readonly series: readonly (readonly Tree[])[],
    readonly base: readonly number[],
    readonly classes: number | null
  ) {}

  get description(): string {
    const rounds = this.series[0]!.length;
    return `Gradient boosting of ${rounds * this.series.length} trees in ${rounds} rounds.`;
  }

  predict(rows: Float32Array, width: number): Float32Array {
    const count = rows.length / width;
    const out = new Float32Array(count * (this.classes ?? 1));
    const scores = new Float64Array(this.series.length);
    for (let row = 0; row < count; row++) {
      this.series.forEach((trees, s) => {
        let sum = this.base[s]!;
        for (const tree of trees) sum += askTree(tree, rows, row * width);
        scores[s] = sum;
      });
      out.set(answer(scores, this.classes), row * (this.classes ?? 1));
    }
    return out;
  }

  write(graph: OnnxGraph, input: string): string {
    const members = this.series.flatMap((trees, target) =>
      trees.map(tree => ({ tree, said: (leaf: number) => [{ target, weight: tree.value[leaf]! }] }))
    );
    const scores = writeEnsemble(graph, input, members, this.base);
    if (this.classes === null) return scores;
    if (this.classes > 2) return graph.node('Softmax', [scores], { axis: { int: 1 } });
    const second = graph.node('Sigmoid', [scores]);
    return graph.node('Concat', [graph.node('Sub', [graph.floats([1], [1, 1]), second]), second], { axis: { int: 1 } });
  }
}

/** Scores to probabilities; the score itself for a regression. */
function answer(scores: Float64Array, classes: number | null): number[] {
  if (classes === null) return [scores[0]!];
  if (classes === 2) {
    const p = 1 / (1 + Math.exp(-scores[0]!));
    return [1 - p, p];
  }
  const highest = Math.max(...scores);
  const parts = Array.from(scores, s => Math.exp(s - highest));
  const sum = parts.reduce((a, b) => a + b, 0);
  return parts.map(part => part / sum);
}

/**
 * Gradient boosting on histograms: squared error for a regression, log loss for classes (Friedman 2001; settings named
 * and set as in scikit-learn's HistGradientBoosting).
 *
 * @param rows row-major float32 [count, width]. @param target values, or class indices.
 */
export async function fitBoosting(
  rows: Float32Array,
  width: number,
  target: readonly number[],
  classes: number | null,
  options: BoostingOptions,
  onRound: OnRound
): Promise<BoostingEstimator> {
  const { trees: rounds, leaves, learningRate, minRows, l2 } = { ...DEFAULTS, ...options };
  const data = binColumns(rows, width);
  const count = target.length;
  const base = startingScores(target, classes);
  const scores = base.map(value => new Float64Array(count).fill(value));
  const series: Tree[][] = base.map(() => []);
  const treeOptions: TreeOptions = { leaves, minRows, l2, shrinkage: learningRate };
  const gradients = new Float64Array(count);
  const hessians = new Float64Array(count);
  const order = new Int32Array(count);
  for (let round = 0; round < rounds; round++) {
    // The trees of one round all answer the scores before it.
    const before = series.length === 1 ? scores : scores.map(values => Float64Array.from(values));
    for (let s = 0; s < series.length; s++) {
      fillDerivatives(before, s, target, classes, gradients, hessians);
      for (let i = 0; i < count; i++) order[i] = i;
      const tree = growTree(data, gradients, hessians, order, treeOptions, (value, start, end) => {
        for (let i = start; i < end; i++) scores[s]![order[i]!]! += value;
      });
      series[s]!.push(tree);
    }
    if (await onRound(round, meanLoss(scores, target, classes))) break;
  }
  return new BoostingEstimator(series, base, classes);
}

/** What is right without any tree: the mean, the log odds, the logs of the shares. */
function startingScores(target: readonly number[], classes: number | null): number[] {
  const count = target.length;
  if (classes === null) return [Math.fround(target.reduce((a, b) => a + b, 0) / count)];
  const shares = Array.from({ length: classes }, (_, k) => Math.max(target.filter(t => t === k).length / count, 1e-9));
  if (classes === 2) return [Math.fround(Math.log(shares[1]! / shares[0]!))];
  return shares.map(share => Math.fround(Math.log(share)));
}

function fillDerivatives(
  scores: readonly Float64Array[],
  s: number,
  target: readonly number[],
  classes: number | null,
  gradients: Float64Array,
  hessians: Float64Array
): void {
  const own = scores[s]!;
  for (let row = 0; row < target.length; row++) {
    if (classes === null) {
      gradients[row] = own[row]! - target[row]!;
      hessians[row] = 1;
      continue;
    }
    const p = classes === 2 ? 1 / (1 + Math.exp(-own[row]!)) : shareOf(scores, s, row);
    const truth = classes === 2 ? target[row]! : target[row] === s ? 1 : 0;
    gradients[row] = p - truth;
    hessians[row] = Math.max(p * (1 - p), 1e-12);
  }
}

function shareOf(scores: readonly Float64Array[], s: number, row: number): number {
  let highest = -Infinity;
  for (const values of scores) highest = Math.max(highest, values[row]!);
  let sum = 0;
  for (const values of scores) sum += Math.exp(values[row]! - highest);
  return Math.exp(scores[s]![row]! - highest) / sum;
}

function meanLoss(scores: readonly Float64Array[], target: readonly number[], classes: number | null): number {
  let sum = 0;
  for (let row = 0; row < target.length; row++) {
    if (classes === null) sum += (scores[0]![row]! - target[row]!) ** 2;
    else if (classes === 2) {
      const z = scores[0]![row]!;
      sum += Math.log1p(Math.exp(-Math.abs(z))) + Math.max(z, 0) - target[row]! * z;
    } else sum -= Math.log(Math.max(shareOf(scores, target[row]!, row), 1e-15));
  }
  return sum / target.length;
}
