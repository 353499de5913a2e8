import type { BinnedRows } from './binned-rows.js';
import { valueOf, type Bounds, type Cut, type CutRules, type Sums } from './cut.js';
import type { Growth } from './growth/growth.js';
import { leafOf, type TreeShape } from './shape.js';

/** A tree whose leaves hold one number each. */
export interface Tree extends TreeShape {
  /** Value of a leaf. */
  readonly value: Float32Array;
}

export interface TreeOptions extends CutRules {
  readonly leaves: number;
  /** Factor on every leaf's value. */
  readonly shrinkage: number;
}

interface Leaf {
  readonly node: number;
  readonly start: number;
  readonly end: number;
  readonly sums: Sums;
  readonly bounds: Bounds;
  /** Number of its histogram; null once it cannot be cut. */
  readonly histogram: number | null;
  readonly best: Cut | null;
}

type Uncut = Omit<Leaf, 'best'>;

/**
 * Grows a tree leaf by leaf, always where the loss falls most, on histograms of gradients: a node's larger half gets its
 * histogram by subtraction (the method of LightGBM, Ke et al. 2017). The order of `growth` is rearranged so that every
 * leaf's rows are neighbors.
 *
 * @param series whose derivatives the tree answers.
 * @param onLeaf told each leaf's value with its rows, as a range of the order.
 */
export function growTree(
  growth: Growth,
  series: number,
  options: TreeOptions,
  onLeaf: (value: number, start: number, end: number) => void
): Tree {
  const { data, order } = growth;
  for (let i = 0; i < order.length; i++) {
    order[i] = i;
  }
  const growing = new GrowingTree(data, options.leaves);
  const root = growth.makeHistogram(series, 0, order.length, null);
  const whole = {
    node: growing.addNode(),
    start: 0,
    end: order.length,
    sums: growth.sumsOf(series, root),
    bounds: { low: -Infinity, high: Infinity },
    histogram: root
  };
  const leaves = withCuts(growth, [whole], options);
  while (leaves.length < options.leaves) {
    let chosen = -1;
    leaves.forEach((leaf, i) => {
      if (leaf.best && (chosen < 0 || leaf.best.gain > leaves[chosen]!.best!.gain)) {
        chosen = i;
      }
    });
    if (chosen < 0) {
      break;
    }
    const leaf = leaves[chosen]!;
    const cut = leaf.best!;
    const middle = growth.partition(cut, leaf.start, leaf.end);
    const [left, right] = growing.split(leaf.node, cut);
    const leftIsSmaller = middle - leaf.start <= leaf.end - middle;
    const [from, to] = leftIsSmaller ? [leaf.start, middle] : [middle, leaf.end];
    // The last two leaves are not cut any further: nobody looks at their histograms.
    const isLast = leaves.length + 1 === options.leaves;
    const smaller = isLast ? null : growth.makeHistogram(series, from, to, leaf.histogram);
    const larger = isLast ? null : leaf.histogram;
    if (isLast) {
      growth.release(leaf.histogram!);
    }
    const [ofLeft, ofRight] = boundsBelow(leaf, cut, data, options.l2);
    const [first, second] = withCuts(
      growth,
      [
        {
          ...{ node: left, start: leaf.start, end: middle },
          ...{ sums: cut.left, bounds: ofLeft, histogram: leftIsSmaller ? smaller : larger }
        },
        {
          ...{ node: right, start: middle, end: leaf.end },
          ...{ sums: difference(leaf.sums, cut.left), bounds: ofRight, histogram: leftIsSmaller ? larger : smaller }
        }
      ],
      options
    );
    leaves[chosen] = first!;
    leaves.push(second!);
  }
  for (const leaf of leaves) {
    if (leaf.histogram !== null) {
      growth.release(leaf.histogram);
    }
    const value = Math.fround(valueOf(leaf.sums, options.l2, leaf.bounds) * options.shrinkage);
    growing.value[leaf.node] = value;
    onLeaf(value, leaf.start, leaf.end);
  }
  return growing.finish();
}

/** Looks for the best cuts of new leaves; the histogram of one that has none is released. */
function withCuts(growth: Growth, leaves: readonly Uncut[], { minRows }: TreeOptions): Leaf[] {
  const cuts = growth.bestCuts(
    leaves.map(({ histogram, start, end, sums, bounds }) =>
      histogram === null || end - start < 2 * minRows ? null : { histogram, sums, bounds }
    )
  );
  return leaves.map((leaf, i) => {
    const best = cuts[i]!;
    if (best === null && leaf.histogram !== null) {
      growth.release(leaf.histogram);
    }
    return { ...leaf, best, histogram: best === null ? null : leaf.histogram };
  });
}

function difference(whole: Sums, part: Sums): Sums {
  return {
    gradient: whole.gradient - part.gradient,
    hessian: whole.hessian - part.hessian,
    rows: whole.rows - part.rows
  };
}

/** After a question about a monotone column each side keeps to its side of the middle between their answers. */
function boundsBelow({ sums, bounds }: Leaf, cut: Cut, data: BinnedRows, l2: number): [Bounds, Bounds] {
  const { monotone } = data.columns[cut.column]!;
  if (monotone === 0) {
    return [bounds, bounds];
  }
  const left = valueOf(cut.left, l2, bounds);
  const right = valueOf(difference(sums, cut.left), l2, bounds);
  const middle = (left + right) / 2;
  const below = { low: bounds.low, high: middle };
  const above = { low: middle, high: bounds.high };
  return monotone > 0 ? [below, above] : [above, below];
}

class GrowingTree {
  readonly value: Float32Array;
  readonly #data: BinnedRows;
  readonly #column: Int32Array;
  readonly #threshold: Float32Array;
  readonly #left: Int32Array;
  readonly #right: Int32Array;
  readonly #missingLeft: Uint8Array;
  readonly #categories = new Map<number, number[]>();
  #nodes = 0;

  constructor(data: BinnedRows, leaves: number) {
    const capacity = 2 * leaves;
    this.#data = data;
    this.#column = new Int32Array(capacity).fill(-1);
    this.#threshold = new Float32Array(capacity);
    this.#left = new Int32Array(capacity).fill(-1);
    this.#right = new Int32Array(capacity).fill(-1);
    this.#missingLeft = new Uint8Array(capacity);
    this.value = new Float32Array(capacity);
  }

  addNode(): number {
    return this.#nodes++;
  }

  split(node: number, cut: Cut): [number, number] {
    const { edges } = this.#data.columns[cut.column]!;
    const left = this.addNode();
    const right = this.addNode();
    this.#column[node] = cut.column;
    this.#left[node] = left;
    this.#right[node] = right;
    this.#missingLeft[node] = Number(cut.missingLeft);
    if (cut.bin >= 0) {
      // Behind the last edge: every value goes left, only a missing one right.
      this.#threshold[node] = cut.bin < edges.length ? edges[cut.bin]! : Infinity;
    } else {
      this.#threshold[node] = -Infinity;
      this.#categories.set(
        node,
        Array.from(edges).filter((_, bin) => cut.goesLeft[bin] === 1)
      );
    }
    return [left, right];
  }

  finish(): Tree {
    const nodes = this.#nodes;
    return {
      column: this.#column.slice(0, nodes),
      threshold: this.#threshold.slice(0, nodes),
      left: this.#left.slice(0, nodes),
      right: this.#right.slice(0, nodes),
      missingLeft: this.#missingLeft.slice(0, nodes),
      categories: this.#categories,
      value: this.value.slice(0, nodes)
    };
  }
}

/** Value of the leaf that a row reaches; `at` is where the row begins in row-major `rows`. */
export function askTree(tree: Tree, rows: Float32Array, at: number): number {
  return tree.value[leafOf(tree, rows, at)]!;
}
