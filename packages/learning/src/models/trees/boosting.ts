import { counted } from '@slipway/wording';
import type { OnnxGraph } from '@slipway/onnx/graph';
import type { Estimator } from '../estimator.js';
import type { GradientBoostingOptions } from '../specs.js';
import type { ColumnRule } from './binned-rows.js';
import { EarlyStopping, type ValidationSettings } from './early-stopping.js';
import { Growth } from './growth/growth.js';
import { writeEnsemble } from './onnx.js';
import { askTree, growTree, type Tree, type TreeOptions } from './tree.js';

const DEFAULTS = { trees: 100, maxLeaves: 31, learningRate: 0.1, minSamplesLeaf: 20, l2: 0 };

/**
 * Told after each round; returning true ends the training with what there is.
 *
 * @param validationLoss of the rows held back; undefined without any.
 */
export type OnRound = (round: number, loss: number, validationLoss: number | undefined) => Promise<boolean> | boolean;

/** Trees whose answers are added: one series for a regression or two classes, one for each class otherwise. */
export class BoostingEstimator implements Estimator {
  readonly kind = 'gradient boosting';

  /**
   * @param series for each score, its trees in order. @param base for each score, what the trees are added to.
   * @param trained rounds of the training; more than there are trees when the last ones did not lower the validation loss.
   */
  constructor(
    readonly series: readonly (readonly Tree[])[],
    readonly base: readonly number[],
    readonly classes: number | null,
    readonly trained = series[0]!.length
  ) {}

  /** Rounds whose trees the model has. */
  get rounds(): number {
    return this.series[0]!.length;
  }

  get description(): string {
    const { rounds, trained } = this;
    const best = trained > rounds ? `, the best of ${trained} by validation loss` : '';
    return `Gradient boosting of ${counted(rounds * this.series.length, 'tree')} in ${counted(rounds, 'round')}${best}.`;
  }

  predict(rows: Float32Array, width: number): Float32Array {
    const count = rows.length / width;
    const out = new Float32Array(count * (this.classes ?? 1));
    const scores = new Float64Array(this.series.length);
    for (let row = 0; row < count; row++) {
      this.series.forEach((trees, s) => {
        let sum = this.base[s]!;
        for (const tree of trees) {
          sum += askTree(tree, rows, row * width);
        }
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
    if (this.classes === null) {
      return scores;
    }
    if (this.classes > 2) {
      return graph.node('Softmax', [scores], { axis: { int: 1 } });
    }
    const second = graph.node('Sigmoid', [scores]);
    return graph.node('Concat', [graph.node('Sub', [graph.floats([1], [1, 1]), second]), second], { axis: { int: 1 } });
  }
}

/** Scores to probabilities; the score itself for a regression. */
function answer(scores: Float64Array, classes: number | null): number[] {
  if (classes === null) {
    return [scores[0]!];
  }
  if (classes === 2) {
    const p = 1 / (1 + Math.exp(-scores[0]!));
    return [1 - p, p];
  }
  const highest = Math.max(...scores);
  const parts = Array.from(scores, s => Math.exp(s - highest));
  const sum = parts.reduce((a, b) => a + b, 0);
  return parts.map(part => part / sum);
}

/** Settings, with the columns by their place. */
export interface BoostingSettings extends Omit<
  GradientBoostingOptions,
  'categorical' | 'monotone' | 'earlyStopping' | 'validationFraction' | 'nIterNoChange' | 'tol'
> {
  /** For each column; default: numbers, without any constraint. */
  readonly rules?: readonly ColumnRule[];
  /** Rows held back, for early stopping: of the rounds only those up to the lowest loss on them are kept. */
  readonly validation?: ValidationSettings | undefined;
}

const PLAIN_COLUMN: ColumnRule = { categorical: false, monotone: 0 };

/**
 * Gradient boosting on histograms: squared error for a regression, log loss for classes (Friedman 2001; settings named
 * and set as in scikit-learn's HistGradientBoosting). A missing value (NaN) goes where it lowers the loss.
 *
 * @param rows row-major float32 [count, width]. @param target values, or class indices.
 */
export async function fitBoosting(
  rows: Float32Array,
  width: number,
  target: readonly number[],
  classes: number | null,
  options: BoostingSettings,
  onRound: OnRound
): Promise<BoostingEstimator> {
  const { trees: rounds, maxLeaves: leaves, learningRate, minSamplesLeaf: minRows, l2 } = { ...DEFAULTS, ...options };
  const base = startingScores(target, classes);
  const columns = options.rules ?? Array.from({ length: width }, () => PLAIN_COLUMN);
  const growth = new Growth(rows, columns, target, { leaves, minRows, l2, classes, series: base.length });
  const { order, scores } = growth;
  const stopping = options.validation ? new EarlyStopping(options.validation, width, base, classes) : null;
  scores.forEach((own, s) => own.fill(base[s]!));
  const series: Tree[][] = base.map(() => []);
  const treeOptions: TreeOptions = { leaves, minRows, l2, shrinkage: learningRate };
  try {
    growth.derive();
    for (let round = 0; round < rounds; round++) {
      // The trees of one round all answer the scores before it.
      series.forEach((trees, s) => {
        const own = scores[s]!;
        const tree = growTree(growth, s, treeOptions, (value, start, end) => {
          for (let i = start; i < end; i++) {
            own[order[i]!]! += value;
          }
        });
        trees.push(tree);
      });
      const validationLoss = stopping?.add(series.map(trees => trees[round]!));
      if ((await onRound(round, growth.derive(), validationLoss)) || stopping?.isOver) {
        break;
      }
    }
  } finally {
    await growth.close();
  }
  const kept = stopping ? series.map(trees => trees.slice(0, stopping.bestRounds)) : series;
  return new BoostingEstimator(kept, base, classes, series[0]!.length);
}

/** What is right without any tree: the mean, the log odds, the logs of the shares. */
function startingScores(target: readonly number[], classes: number | null): number[] {
  const count = target.length;
  if (classes === null) {
    return [Math.fround(target.reduce((a, b) => a + b, 0) / count)];
  }
  const shares = Array.from({ length: classes }, (_, k) => Math.max(target.filter(t => t === k).length / count, 1e-9));
  if (classes === 2) {
    return [Math.fround(Math.log(shares[1]! / shares[0]!))];
  }
  return shares.map(share => Math.fround(Math.log(share)));
}
