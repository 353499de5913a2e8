import type { BinnedColumns } from './binning.js';
import { partition } from './partition.js';
import { leafOf, type TreeShape } from './shape.js';

/** A tree whose leaves hold one number each. */
export interface Tree extends TreeShape {
  /** Value of a leaf. */
  readonly value: Float32Array;
}

export interface TreeOptions {
  readonly leaves: number;
  readonly minRows: number;
  /** Penalty on the leaves' values. */
  readonly l2: number;
  /** Factor on every leaf's value. */
  readonly shrinkage: number;
}

interface Leaf {
  readonly node: number;
  readonly start: number;
  readonly end: number;
  readonly gradient: number;
  readonly hessian: number;
  readonly histogram: Float64Array;
  readonly best: Cut | null;
}

interface Cut {
  readonly column: number;
  /** Rows whose bin is at most this go left. */
  readonly bin: number;
  readonly gain: number;
  readonly gradient: number;
  readonly hessian: number;
}

/** Numbers that a histogram keeps for each bin: gradient, hessian, rows. */
const SLOTS = 3;
const BINS = 256;

/**
 * Grows a tree leaf by leaf, always where the loss falls most, on histograms of gradients: a node's larger half gets its
 * histogram by subtraction (the method of LightGBM, Ke et al. 2017).
 *
 * @param gradients and `hessians` of the loss for each row; a leaf's value is −Σgradient / (Σhessian + l2).
 * @param order row numbers; rearranged so that every leaf's rows are neighbours.
 * @param onLeaf told each leaf's value with its rows, as a range of `order`.
 */
export function growTree(
  data: BinnedColumns,
  gradients: Float64Array,
  hessians: Float64Array,
  order: Int32Array,
  options: TreeOptions,
  onLeaf: (value: number, start: number, end: number) => void
): Tree {
  const capacity = 2 * options.leaves;
  const tree = {
    column: new Int32Array(capacity).fill(-1),
    threshold: new Float32Array(capacity),
    left: new Int32Array(capacity).fill(-1),
    right: new Int32Array(capacity).fill(-1),
    value: new Float32Array(capacity)
  };
  const scratch = new Int32Array(order.length);
  let nodes = 1;
  const makeLeaf = (node: number, start: number, end: number, histogram: Float64Array): Leaf => {
    let gradient = 0;
    let hessian = 0;
    for (let at = 0; at < BINS * SLOTS; at += SLOTS) {
      gradient += histogram[at]!;
      hessian += histogram[at + 1]!;
    }
    const best = bestCut(data, histogram, gradient, hessian, end - start, options);
    return { node, start, end, gradient, hessian, histogram, best };
  };
  const root = histogramOf(data, gradients, hessians, order, 0, order.length);
  const leaves = [makeLeaf(0, 0, order.length, root)];
  while (leaves.length < options.leaves) {
    let chosen = -1;
    leaves.forEach((leaf, i) => {
      if (leaf.best && (chosen < 0 || leaf.best.gain > leaves[chosen]!.best!.gain)) chosen = i;
    });
    if (chosen < 0) break;
    const leaf = leaves[chosen]!;
    const cut = leaf.best!;
    const middle = partition(data.bins[cut.column]!, cut.bin, order, leaf.start, leaf.end, scratch);
    const left = nodes++;
    const right = nodes++;
    tree.column[leaf.node] = cut.column;
    tree.threshold[leaf.node] = data.edges[cut.column]![cut.bin]!;
    tree.left[leaf.node] = left;
    tree.right[leaf.node] = right;
    const leftIsSmaller = middle - leaf.start <= leaf.end - middle;
    const [from, to] = leftIsSmaller ? [leaf.start, middle] : [middle, leaf.end];
    const smaller = histogramOf(data, gradients, hessians, order, from, to);
    const larger = leaf.histogram;
    for (let i = 0; i < larger.length; i++) larger[i]! -= smaller[i]!;
    leaves[chosen] = makeLeaf(left, leaf.start, middle, leftIsSmaller ? smaller : larger);
    leaves.push(makeLeaf(right, middle, leaf.end, leftIsSmaller ? larger : smaller));
  }
  for (const leaf of leaves) {
    const value = Math.fround((-leaf.gradient / (leaf.hessian + options.l2 || 1e-12)) * options.shrinkage);
    tree.value[leaf.node] = value;
    onLeaf(value, leaf.start, leaf.end);
  }
  return {
    column: tree.column.slice(0, nodes),
    threshold: tree.threshold.slice(0, nodes),
    left: tree.left.slice(0, nodes),
    right: tree.right.slice(0, nodes),
    value: tree.value.slice(0, nodes)
  };
}

/** Sums by bin for every column. Four columns at a time: what is read of a row then serves four times. */
function histogramOf(
  data: BinnedColumns,
  gradients: Float64Array,
  hessians: Float64Array,
  order: Int32Array,
  start: number,
  end: number
): Float64Array {
  const columns = data.bins.length;
  const histogram = new Float64Array(columns * BINS * SLOTS);
  const size = BINS * SLOTS;
  let c = 0;
  for (; c + 4 <= columns; c += 4) {
    const [b0, b1, b2, b3] = [data.bins[c]!, data.bins[c + 1]!, data.bins[c + 2]!, data.bins[c + 3]!];
    const base = c * size;
    for (let i = start; i < end; i++) {
      const row = order[i]!;
      const gradient = gradients[row]!;
      const hessian = hessians[row]!;
      const at0 = base + b0[row]! * SLOTS;
      histogram[at0]! += gradient;
      histogram[at0 + 1]! += hessian;
      histogram[at0 + 2]! += 1;
      const at1 = base + size + b1[row]! * SLOTS;
      histogram[at1]! += gradient;
      histogram[at1 + 1]! += hessian;
      histogram[at1 + 2]! += 1;
      const at2 = base + 2 * size + b2[row]! * SLOTS;
      histogram[at2]! += gradient;
      histogram[at2 + 1]! += hessian;
      histogram[at2 + 2]! += 1;
      const at3 = base + 3 * size + b3[row]! * SLOTS;
      histogram[at3]! += gradient;
      histogram[at3 + 1]! += hessian;
      histogram[at3 + 2]! += 1;
    }
  }
  for (; c < columns; c++) {
    const bins = data.bins[c]!;
    for (let i = start; i < end; i++) {
      const row = order[i]!;
      const at = c * size + bins[row]! * SLOTS;
      histogram[at]! += gradients[row]!;
      histogram[at + 1]! += hessians[row]!;
      histogram[at + 2]! += 1;
    }
  }
  return histogram;
}

function bestCut(
  data: BinnedColumns,
  histogram: Float64Array,
  gradient: number,
  hessian: number,
  rows: number,
  options: TreeOptions
): Cut | null {
  const score = (g: number, h: number): number => (g * g) / (h + options.l2 || 1e-12);
  const whole = score(gradient, hessian);
  let best: Cut | null = null;
  for (let column = 0; column < data.bins.length; column++) {
    let g = 0;
    let h = 0;
    let n = 0;
    const base = column * BINS * SLOTS;
    for (let bin = 0; bin < data.edges[column]!.length; bin++) {
      const at = base + bin * SLOTS;
      g += histogram[at]!;
      h += histogram[at + 1]!;
      n += histogram[at + 2]!;
      if (n < options.minRows) continue;
      if (rows - n < options.minRows) break;
      const gain = score(g, h) + score(gradient - g, hessian - h) - whole;
      if (gain > 1e-9 && (!best || gain > best.gain)) best = { column, bin, gain, gradient: g, hessian: h };
    }
  }
  return best;
}

/** Value of the leaf that a row reaches; `at` is where the row begins in row-major `rows`. */
export function askTree(tree: Tree, rows: Float32Array, at: number): number {
  return tree.value[leafOf(tree, rows, at)]!;
}
