import type { BinnedRows } from './binned-rows.js';
import { CutFinder, valueOf, type Bounds, type Cut, type CutRules, type Sums } from './cut.js';
import type { Derivatives } from './histogram.js';
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
  readonly histogram: Float64Array | null;
  readonly best: Cut | null;
}

/**
 * Grows a tree leaf by leaf, always where the loss falls most, on histograms of gradients: a node's larger half gets its
 * histogram by subtraction (the method of LightGBM, Ke et al. 2017).
 *
 * @param order row numbers; rearranged so that every leaf's rows are neighbors.
 * @param histogramOf sums by bin of the rows in a range of `order`.
 * @param onLeaf told each leaf's value with its rows, as a range of `order`.
 */
export function growTree(
  data: BinnedRows,
  derivatives: Derivatives,
  order: Int32Array,
  histogramOf: (start: number, end: number) => Float64Array,
  options: TreeOptions,
  onLeaf: (value: number, start: number, end: number) => void
): Tree {
  const finder = new CutFinder(data.columns, derivatives, options);
  const growing = new GrowingTree(data, options.leaves);
  const scratch = new Int32Array(order.length);
  const makeLeaf = (
    node: number,
    start: number,
    end: number,
    histogram: Float64Array | null,
    sums: Sums,
    bounds: Bounds
  ): Leaf => {
    const best = histogram === null || end - start < 2 * options.minRows ? null : finder.best(histogram, sums, bounds);
    return { node, start, end, sums, bounds, histogram, best };
  };
  const root = histogramOf(0, order.length);
  const open = { low: -Infinity, high: Infinity };
  const leaves = [makeLeaf(growing.addNode(), 0, order.length, root, sumsOf(root, derivatives), open)];
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
    const middle = divide(data, cut, order, leaf.start, leaf.end, scratch);
    const [left, right] = growing.split(leaf.node, cut);
    const leftIsSmaller = middle - leaf.start <= leaf.end - middle;
    const [from, to] = leftIsSmaller ? [leaf.start, middle] : [middle, leaf.end];
    // The last two leaves are not cut any further: nobody looks at their histograms.
    const isLast = leaves.length + 1 === options.leaves;
    const smaller = isLast ? null : histogramOf(from, to);
    const larger = isLast ? null : leaf.histogram;
    if (smaller && larger) {
      for (let i = 0; i < larger.length; i++) {
        larger[i]! -= smaller[i]!;
      }
    }
    const [ofLeft, ofRight] = boundsBelow(leaf, cut, data, options.l2);
    const rest = difference(leaf.sums, cut.left);
    leaves[chosen] = makeLeaf(left, leaf.start, middle, leftIsSmaller ? smaller : larger, cut.left, ofLeft);
    leaves.push(makeLeaf(right, middle, leaf.end, leftIsSmaller ? larger : smaller, rest, ofRight));
  }
  for (const leaf of leaves) {
    const value = Math.fround(valueOf(leaf.sums, options.l2, leaf.bounds) * options.shrinkage);
    growing.value[leaf.node] = value;
    onLeaf(value, leaf.start, leaf.end);
  }
  return growing.finish();
}

/** Every row is in the first column once. */
function sumsOf(histogram: Float64Array, derivatives: Derivatives): Sums {
  let gradient = 0;
  let packed = 0;
  for (let at = 0; at < 512; at += 2) {
    gradient += histogram[at]!;
    packed += histogram[at + 1]!;
  }
  return { gradient, hessian: derivatives.hessianOf(packed), rows: derivatives.rowsOf(packed) };
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

/** Brings the rows that go left to the front of the range, keeping their order. @returns where the others begin. */
function divide(
  data: BinnedRows,
  cut: Cut,
  order: Int32Array,
  start: number,
  end: number,
  scratch: Int32Array
): number {
  const { goesLeft } = cut;
  const bins = data.byColumn[cut.column]!;
  let left = start;
  let right = 0;
  for (let i = start; i < end; i++) {
    const row = order[i]!;
    // Both places are written, and one of them counts: no branch to guess wrong.
    const isLeft = goesLeft[bins[row]!]!;
    order[left] = row;
    scratch[right] = row;
    left += isLeft;
    right += 1 - isLeft;
  }
  order.set(scratch.subarray(0, right), left);
  return left;
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
