import type { BinnedColumns } from './binning.js';
import { CartCuts, type CartCut, type CartTarget } from './cart-cuts.js';
import { partition } from './partition.js';
import type { TreeShape } from './shape.js';

/** A tree whose leaves hold several numbers: the share of each class among their rows, or the mean of their values. */
export interface CartTree extends TreeShape {
  /** Row-major [nodes, outputs]; only leaves' rows say something. */
  readonly values: Float32Array;
  readonly outputs: number;
}

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

/**
 * Grows a classification or regression tree (Breiman et al. 1984) on binned columns: each question is the one that lowers
 * the Gini impurity, or the variance, most.
 *
 * @param weights how often each row counts; one that counts 0 times is left out.
 */
export function growCart(data: BinnedColumns, target: CartTarget, weights: Int32Array, options: CartOptions): CartTree {
  const rows = Int32Array.from(weights.keys()).filter(row => weights[row]! > 0);
  const cuts = new CartCuts(data, target, weights, options.minRows);
  const columns = new DrawnColumns(data.bins.length, options);
  const { outputs } = cuts;
  const growing = { column: [] as number[], threshold: [] as number[], left: [] as number[], right: [] as number[] };
  const values: number[] = [];
  const addNode = (): number => {
    growing.column.push(-1);
    growing.threshold.push(0);
    growing.left.push(-1);
    growing.right.push(-1);
    for (let o = 0; o < outputs; o++) {
      values.push(0);
    }
    return growing.column.length - 1;
  };
  const scratch = new Int32Array(rows.length);
  const open: Node[] = [{ number: addNode(), start: 0, end: rows.length, depth: 0 }];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const { start, end, number } = node;
    const whole = cuts.sumsOf(rows, start, end);
    const isLeaf = node.depth >= options.depth || whole.isPure || whole.rows < 2 * options.minRows;
    const cut = isLeaf ? null : columns.best(column => cuts.best(column, rows, start, end, whole));
    if (cut === null) {
      cuts.answer(whole).forEach((value, o) => (values[number * outputs + o] = value));
      continue;
    }
    const middle = partition(data.bins[cut.column]!, cut.bin, rows, start, end, scratch);
    growing.column[number] = cut.column;
    growing.threshold[number] = data.edges[cut.column]![cut.bin]!;
    const left = (growing.left[number] = addNode());
    const right = (growing.right[number] = addNode());
    const depth = node.depth + 1;
    open.push({ number: right, start: middle, end, depth }, { number: left, start, end: middle, depth });
  }
  return {
    column: Int32Array.from(growing.column),
    threshold: Float32Array.from(growing.threshold),
    left: Int32Array.from(growing.left),
    right: Int32Array.from(growing.right),
    values: Float32Array.from(values),
    outputs
  };
}

/** Columns in an order by chance, drawn anew for each question. */
class DrawnColumns {
  readonly #order: number[];
  readonly #options: CartOptions;

  constructor(width: number, options: CartOptions) {
    this.#order = Array.from({ length: width }, (_, column) => column);
    this.#options = options;
  }

  /** The best question about as many columns as are to be looked at, and about more as long as there is none. */
  best(bestOf: (column: number) => CartCut | null): CartCut | null {
    let best: CartCut | null = null;
    for (let tried = 0; tried < this.#order.length; tried++) {
      if (tried >= this.#options.columns && best !== null) {
        break;
      }
      const cut = bestOf(this.#draw(tried));
      if (cut !== null && (best === null || cut.gain > best.gain)) {
        best = cut;
      }
    }
    return best;
  }

  /** The next column; the columns as they are when all are looked at anyway. */
  #draw(tried: number): number {
    const order = this.#order;
    if (this.#options.columns < order.length) {
      const other = tried + Math.floor(this.#options.random() * (order.length - tried));
      [order[tried], order[other]] = [order[other]!, order[tried]!];
    }
    return order[tried]!;
  }
}
