import { counted } from '@slipway/wording';
import type { OnnxGraph } from '@slipway/onnx/graph';
import { seededRandom } from '@slipway/statistics/random';
import type { Estimator } from '../estimator.js';
import { binColumns } from './binning.js';
import { growCart, type CartTree } from './cart.js';
import type { CartTarget } from './cart-cuts.js';
import { growForest, type OnTree } from './growth/forest-growth.js';
import { writeEnsemble } from './onnx.js';
import { leafOf } from './shape.js';

/** Trees whose answers are averaged; one of them is a decision tree. */
export class TreesEstimator implements Estimator {
  constructor(
    readonly kind: 'decision tree' | 'random forest',
    readonly trees: readonly CartTree[]
  ) {}

  get description(): string {
    const leaves = this.trees.reduce((sum, tree) => sum + tree.column.filter(column => column < 0).length, 0);
    return this.trees.length === 1
      ? `Decision tree with ${leaves} leaves.`
      : `Random forest of ${counted(this.trees.length, 'tree')} with ${leaves} leaves.`;
  }

  predict(rows: Float32Array, width: number): Float32Array {
    const outputs = this.trees[0]!.outputs;
    const count = rows.length / width;
    const out = new Float32Array(count * outputs);
    const sums = new Float64Array(outputs);
    for (let row = 0; row < count; row++) {
      sums.fill(0);
      for (const tree of this.trees) {
        const leaf = leafOf(tree, rows, row * width);
        for (let o = 0; o < outputs; o++) {
          sums[o]! += this.#share(tree.values[leaf * outputs + o]!);
        }
      }
      out.set(sums, row * outputs);
    }
    return out;
  }

  write(graph: OnnxGraph, input: string): string {
    const outputs = this.trees[0]!.outputs;
    const members = this.trees.map(tree => ({
      tree,
      said: (leaf: number) =>
        Array.from({ length: outputs }, (_, target) => ({
          target,
          weight: this.#share(tree.values[leaf * outputs + target]!)
        }))
    }));
    return writeEnsemble(graph, input, members, new Array<number>(outputs).fill(0));
  }

  /** A tree's part of the average, in float32 as the exported graph has it. */
  #share(value: number): number {
    return Math.fround(value / this.trees.length);
  }
}

export interface DecisionTreeSettings {
  readonly depth: number;
  readonly minRows: number;
}

/**
 * One classification or regression tree, every column looked at for every question. As scikit-learn's, but for columns with more
 * than 255 values, which are cut at quantiles.
 *
 * @param rows row-major float32 [count, width]. @param target class indices, or values. @param classes null for a regression.
 */
export function fitDecisionTree(
  rows: Float32Array,
  width: number,
  target: readonly number[],
  classes: number | null,
  settings: DecisionTreeSettings
): TreesEstimator {
  const weights = new Int32Array(target.length).fill(1);
  const options = { ...settings, columns: width, random: () => 0 };
  const tree = growCart(binColumns(rows, width), targetOf(target, classes), weights, options);
  return new TreesEstimator('decision tree', [tree]);
}

export interface ForestSettings extends DecisionTreeSettings {
  readonly trees: number;
  /** Columns that are looked at for each question; default: the root of their number for classes, all for values. */
  readonly columns: number | undefined;
  readonly seed: number;
}

/**
 * Random forest (Breiman 2001): trees on rows drawn with replacement, each question chosen among some columns drawn by
 * chance; answers are averaged, as in scikit-learn.
 *
 * @param rows row-major float32 [count, width]. @param target class indices, or values. @param classes null for a regression.
 */
export async function fitForest(
  rows: Float32Array,
  width: number,
  target: readonly number[],
  classes: number | null,
  settings: ForestSettings,
  onTree: OnTree
): Promise<TreesEstimator> {
  const random = seededRandom(settings.seed);
  const columns = settings.columns ?? (classes === null ? width : Math.max(1, Math.floor(Math.sqrt(width))));
  const job = {
    data: binColumns(rows, width),
    target: targetOf(target, classes),
    depth: settings.depth,
    minRows: settings.minRows,
    columns: Math.min(columns, width),
    seeds: Uint32Array.from({ length: settings.trees }, () => random() * 2 ** 32)
  };
  return new TreesEstimator('random forest', await growForest(job, onTree));
}

/** The target in memory that threads share. */
function targetOf(target: readonly number[], classes: number | null): CartTarget {
  if (classes === null) {
    const values = new Float64Array(new SharedArrayBuffer(target.length * 8));
    values.set(target);
    return { kind: 'values', values };
  }
  const labels = new Int32Array(new SharedArrayBuffer(target.length * 4));
  labels.set(target);
  return { kind: 'classes', labels, classes };
}
