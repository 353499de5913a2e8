import type { BinnedColumns } from './binning.js';
import { partition } from './partition.js';
import type { TreeShape } from './shape.js';

/** A tree whose leaves hold several numbers: the share of each class among their rows, or the mean of their values. */
export interface CartTree extends TreeShape {
  /** Row-major [nodes, outputs]; only leaves' rows say something. */
  readonly values: Float32Array;
  readonly outputs: number;
}

/** What is to be predicted for every row. */
export type CartTarget =
  | { readonly kind: 'classes'; readonly labels: Int32Array; readonly classes: number }
  | { readonly kind: 'values'; readonly values: Float64Array };

export interface CartOptions {
  /** Most questions from the root to a leaf. */
  readonly depth: number;
  /** Fewest rows of a leaf. */
  readonly minRows: number;
  /** Columns that are looked at for each question; more only while none of them gives one. */
  readonly columns: number;
  readonly random: () => number;
}

interface Node {
  readonly number: number;
  readonly start: number;
  readonly end: number;
  readonly depth: number;
}

interface Cut {
  readonly column: number;
  /** Rows whose bin is at most this go left. */
  readonly bin: number;
  readonly gain: number;
}

/**
 * Grows a classification or regression tree (Breiman et al. 1984) on binned columns: each question is the one that lowers
 * the Gini impurity, or the variance, most.
 *
 * @param rows row numbers, some perhaps several times; rearranged.
 */
export function growCart(data: BinnedColumns, target: CartTarget, rows: Int32Array, options: CartOptions): CartTree {
  const sums = new Sums(target);
  const growing = { column: [] as number[], threshold: [] as number[], left: [] as number[], right: [] as number[] };
  const values: number[] = [];
  const addNode = (): number => {
    growing.column.push(-1);
    growing.threshold.push(0);
    growing.left.push(-1);
    growing.right.push(-1);
    for (let o = 0; o < sums.outputs; o++) {
      values.push(0);
    }
    return growing.column.length - 1;
  };
  const finder = new CutFinder(data, sums, options);
  const scratch = new Int32Array(rows.length);
  const open: Node[] = [{ number: addNode(), start: 0, end: rows.length, depth: 0 }];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const whole = sums.of(rows, node.start, node.end);
    const cut = node.depth < options.depth ? finder.best(rows, node.start, node.end, whole) : null;
    if (cut === null) {
      for (let o = 0; o < sums.outputs; o++) {
        values[node.number * sums.outputs + o] = whole[o + 1]! / whole[0]!;
      }
      continue;
    }
    const middle = partition(data.bins[cut.column]!, cut.bin, rows, node.start, node.end, scratch);
    growing.column[node.number] = cut.column;
    growing.threshold[node.number] = data.edges[cut.column]![cut.bin]!;
    const left = (growing.left[node.number] = addNode());
    const right = (growing.right[node.number] = addNode());
    const depth = node.depth + 1;
    open.push(
      { number: right, start: middle, end: node.end, depth },
      { number: left, start: node.start, end: middle, depth }
    );
  }
  return {
    column: Int32Array.from(growing.column),
    threshold: Float32Array.from(growing.threshold),
    left: Int32Array.from(growing.left),
    right: Int32Array.from(growing.right),
    values: Float32Array.from(values),
    outputs: sums.outputs
  };
}

/** Sums over rows: how many, and for each output its sum (of a class: its rows). */
class Sums {
  readonly outputs: number;
  /** Numbers of one sum. */
  readonly slots: number;
  readonly #labels: Int32Array | undefined;
  readonly #values: Float64Array | undefined;

  constructor(target: CartTarget) {
    this.outputs = target.kind === 'classes' ? target.classes : 1;
    this.slots = this.outputs + 1;
    if (target.kind === 'classes') {
      this.#labels = target.labels;
    } else {
      this.#values = target.values;
    }
  }

  of(rows: Int32Array, start: number, end: number): Float64Array {
    const sums = new Float64Array(this.slots);
    sums[0] = end - start;
    for (let i = start; i < end; i++) {
      const row = rows[i]!;
      if (this.#labels) {
        sums[1 + this.#labels[row]!]! += 1;
      } else {
        sums[1]! += this.#values![row]!;
      }
    }
    return sums;
  }

  /** One sum for each bin, into `sums`. */
  byBin(rows: Int32Array, start: number, end: number, bins: Uint8Array, sums: Float64Array): void {
    const { slots } = this;
    if (this.#labels) {
      for (let i = start; i < end; i++) {
        const row = rows[i]!;
        const at = bins[row]! * slots;
        sums[at]! += 1;
        sums[at + 1 + this.#labels[row]!]! += 1;
      }
    } else {
      for (let i = start; i < end; i++) {
        const row = rows[i]!;
        const at = bins[row]! * slots;
        sums[at]! += 1;
        sums[at + 1]! += this.#values![row]!;
      }
    }
  }

  /** What is gained by knowing the mean of these rows; a difference of these is a fall of impurity. */
  score(sums: Float64Array, at: number): number {
    let squares = 0;
    for (let o = 1; o < this.slots; o++) {
      squares += sums[at + o]! ** 2;
    }
    return squares / sums[at]!;
  }
}

/** Less is rounding, not a gain. */
const LEAST_GAIN = 1e-9;

class CutFinder {
  readonly #data: BinnedColumns;
  readonly #sums: Sums;
  readonly #options: CartOptions;
  readonly #order: number[];
  readonly #histogram: Float64Array;
  readonly #left: Float64Array;
  readonly #right: Float64Array;

  constructor(data: BinnedColumns, sums: Sums, options: CartOptions) {
    this.#data = data;
    this.#sums = sums;
    this.#options = options;
    this.#order = data.bins.map((_, column) => column);
    this.#histogram = new Float64Array(256 * sums.slots);
    this.#left = new Float64Array(sums.slots);
    this.#right = new Float64Array(sums.slots);
  }

  /** The best question for these rows; null when none separates them. */
  best(rows: Int32Array, start: number, end: number, whole: Float64Array): Cut | null {
    if (end - start < 2 * this.#options.minRows) {
      return null;
    }
    let best: Cut | null = null;
    for (let tried = 0; tried < this.#order.length; tried++) {
      if (tried >= this.#options.columns && best !== null) {
        break;
      }
      const cut = this.#bestOf(this.#draw(tried), rows, start, end, whole);
      if (cut !== null && (best === null || cut.gain > best.gain)) {
        best = cut;
      }
    }
    return best;
  }

  /** The next of the columns in an order by chance; as they are when all are looked at anyway. */
  #draw(tried: number): number {
    const order = this.#order;
    if (this.#options.columns < order.length) {
      const other = tried + Math.floor(this.#options.random() * (order.length - tried));
      [order[tried], order[other]] = [order[other]!, order[tried]!];
    }
    return order[tried]!;
  }

  #bestOf(column: number, rows: Int32Array, start: number, end: number, whole: Float64Array): Cut | null {
    const { slots } = this.#sums;
    const cuts = this.#data.edges[column]!.length;
    const histogram = this.#histogram.fill(0, 0, (cuts + 1) * slots);
    this.#sums.byBin(rows, start, end, this.#data.bins[column]!, histogram);
    const [left, right] = [this.#left.fill(0), this.#right];
    const before = this.#sums.score(whole, 0);
    let best: Cut | null = null;
    for (let bin = 0; bin < cuts; bin++) {
      if (histogram[bin * slots] === 0) {
        continue;
      }
      for (let s = 0; s < slots; s++) {
        left[s]! += histogram[bin * slots + s]!;
      }
      if (left[0]! < this.#options.minRows) {
        continue;
      }
      if (whole[0]! - left[0]! < this.#options.minRows) {
        break;
      }
      for (let s = 0; s < slots; s++) {
        right[s] = whole[s]! - left[s]!;
      }
      const gain = this.#sums.score(left, 0) + this.#sums.score(right, 0) - before;
      if (gain > LEAST_GAIN && (best === null || gain > best.gain)) {
        best = { column, bin, gain };
      }
    }
    return best;
  }
}
