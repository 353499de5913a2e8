import type { BinnedColumn } from './binned-rows.js';
import { BINS, SLOTS, type Derivatives } from './histogram.js';

/** What cuts are judged by. */
export interface CutRules {
  /** Fewest rows of a leaf. */
  readonly minRows: number;
  /** Penalty on the leaves' values. */
  readonly l2: number;
}

/** Sums over the rows of a node. */
export interface Sums {
  readonly gradient: number;
  readonly hessian: number;
  readonly rows: number;
}

/** Between which the answers of a node must be, so that no monotone column is contradicted further up. */
export interface Bounds {
  readonly low: number;
  readonly high: number;
}

/** A question, and what it gains. */
export interface Cut {
  readonly column: number;
  readonly gain: number;
  /** 1 for each bin whose rows go left, that of missing values among them. */
  readonly goesLeft: Uint8Array;
  /** Numbers: rows up to this bin go left. Categories: -1. */
  readonly bin: number;
  /** Whether a missing value goes left. */
  readonly missingLeft: boolean;
  readonly left: Sums;
}

/** Categories with less hessian than this are put at the end: their mean says too little. */
const CATEGORY_SMOOTHING = 10;
/** Less is rounding, not a gain. */
const LEAST_GAIN = 1e-9;

/** Answer of a node: what lowers the loss most, within the bounds. */
export function valueOf({ gradient, hessian }: Sums, l2: number, { low, high }: Bounds): number {
  return Math.min(high, Math.max(low, -gradient / (hessian + l2 || 1e-12)));
}

/** Finds the cut of one node that lowers the loss most. */
export class CutFinder {
  readonly #columns: readonly BinnedColumn[];
  readonly #derivatives: Derivatives;
  readonly #rules: CutRules;
  readonly #constrained: boolean;

  constructor(columns: readonly BinnedColumn[], derivatives: Derivatives, rules: CutRules) {
    this.#columns = columns;
    this.#derivatives = derivatives;
    this.#rules = rules;
    this.#constrained = columns.some(column => column.monotone !== 0);
  }

  /**
   * @param at where the node's histogram begins.
   * @param first the columns that are looked at, to before `last`.
   * @returns null when no cut gains anything.
   */
  best(histogram: Float64Array, at: number, first: number, last: number, whole: Sums, bounds: Bounds): Cut | null {
    const search = new Search(whole, bounds, this.#rules, this.#constrained);
    for (let c = first; c < last; c++) {
      const column = this.#columns[c]!;
      search.begin(c, column);
      const base = at + c * BINS * SLOTS;
      if (column.categorical) {
        this.#tryCategories(search, histogram, base, column);
      } else {
        this.#tryEdges(search, histogram, base, column, false);
        if (column.hasMissing) {
          this.#tryEdges(search, histogram, base, column, true);
        }
      }
    }
    return search.found(this.#columns);
  }

  #tryEdges(search: Search, histogram: Float64Array, base: number, column: BinnedColumn, missingLeft: boolean): void {
    const { rowUnit, scale } = this.#derivatives;
    // Both are powers of two, so that products with their inverses are exact, and faster than a division or remainder.
    const [perRow, perHessian] = [1 / rowUnit, 1 / scale];
    let gradient = missingLeft ? histogram[base + column.bins * SLOTS]! : 0;
    let packed = missingLeft ? histogram[base + column.bins * SLOTS + 1]! : 0;
    // With missing values on the right, all values on the left is a question, too.
    const last = column.edges.length + (column.hasMissing && !missingLeft ? 1 : 0);
    if (this.#constrained) {
      for (let bin = 0; bin < last; bin++) {
        gradient += histogram[base + bin * SLOTS]!;
        packed += histogram[base + bin * SLOTS + 1]!;
        const rows = Math.floor(packed * perRow);
        if (search.tooFew(rows)) {
          continue;
        }
        if (search.tooMany(rows)) {
          break;
        }
        search.offer(bin, missingLeft, gradient, (packed - rows * rowUnit) * perHessian, rows);
      }
      return;
    }
    // The same without bounds, in one loop: most of the time of small leaves goes here.
    const { whole } = search;
    const { l2, minRows } = this.#rules;
    let [highest, chosen, chosenGradient, chosenPacked] = [search.gainToBeat, -1, 0, 0];
    const [fewest, most] = [minRows * rowUnit, (whole.rows - minRows + 1) * rowUnit];
    for (let bin = 0; bin < last; bin++) {
      const both = histogram[base + bin * SLOTS + 1]!;
      // Without a row of its own, it is the same question as the bin before.
      if (both === 0) {
        continue;
      }
      gradient += histogram[base + bin * SLOTS]!;
      packed += both;
      if (packed < fewest) {
        continue;
      }
      if (packed >= most) {
        break;
      }
      const hessian = (packed - Math.floor(packed * perRow) * rowUnit) * perHessian;
      const rest = whole.gradient - gradient;
      const gain = (gradient * gradient) / (hessian + l2) + (rest * rest) / (whole.hessian - hessian + l2);
      if (gain > highest) {
        [highest, chosen, chosenGradient, chosenPacked] = [gain, bin, gradient, packed];
      }
    }
    if (chosen < 0) {
      return;
    }
    const rows = this.#derivatives.rowsOf(chosenPacked);
    search.offer(chosen, missingLeft, chosenGradient, this.#derivatives.hessianOf(chosenPacked), rows);
  }

  /** Sets of categories in the order of their mean gradient: the best set is one of these (Fisher 1958). */
  #tryCategories(search: Search, histogram: Float64Array, base: number, column: BinnedColumn): void {
    const present: { bin: number; gradient: number; hessian: number; rows: number }[] = [];
    for (let bin = 0; bin < column.bins + Number(column.hasMissing); bin++) {
      const packed = histogram[base + bin * SLOTS + 1]!;
      const rows = this.#derivatives.rowsOf(packed);
      if (rows === 0) {
        continue;
      }
      present.push({
        bin,
        gradient: histogram[base + bin * SLOTS]!,
        hessian: this.#derivatives.hessianOf(packed),
        rows
      });
    }
    const mean = (part: (typeof present)[number]): number => part.gradient / (part.hessian + CATEGORY_SMOOTHING);
    present.sort((a, b) => mean(a) - mean(b) || a.bin - b.bin);
    let [gradient, hessian, rows] = [0, 0, 0];
    for (let taken = 1; taken < present.length; taken++) {
      const part = present[taken - 1]!;
      gradient += part.gradient;
      hessian += part.hessian;
      rows += part.rows;
      if (search.tooFew(rows)) {
        continue;
      }
      if (search.tooMany(rows)) {
        break;
      }
      search.offerSet(present.slice(0, taken), gradient, hessian, rows);
    }
  }
}

/** The best cut so far. */
class Search {
  #column = 0;
  #monotone: -1 | 0 | 1 = 0;
  #best = { column: -1, gain: LEAST_GAIN, bin: -1, missingLeft: false, gradient: 0, hessian: 0, rows: 0 };
  #set: readonly { bin: number }[] = [];
  readonly #wholeGain: number;

  constructor(
    readonly whole: Sums,
    private readonly bounds: Bounds,
    private readonly rules: CutRules,
    private readonly constrained: boolean
  ) {
    this.#wholeGain = constrained
      ? -whole.gradient * valueOf(whole, rules.l2, bounds)
      : this.#score(whole.gradient, whole.hessian);
  }

  begin(column: number, { monotone }: BinnedColumn): void {
    this.#column = column;
    this.#monotone = monotone;
  }

  /** What the parts must be worth together to be better than the best cut so far. */
  get gainToBeat(): number {
    return this.#best.gain + this.#wholeGain;
  }

  tooFew(rows: number): boolean {
    return rows < this.rules.minRows;
  }

  tooMany(rows: number): boolean {
    return this.whole.rows - rows < this.rules.minRows;
  }

  offer(bin: number, missingLeft: boolean, gradient: number, hessian: number, rows: number): void {
    const gain = this.#gain(gradient, hessian, rows);
    const best = this.#best;
    if (!(gain > best.gain)) {
      return;
    }
    best.column = this.#column;
    best.gain = gain;
    best.bin = bin;
    best.missingLeft = missingLeft;
    best.gradient = gradient;
    best.hessian = hessian;
    best.rows = rows;
  }

  offerSet(set: readonly { bin: number }[], gradient: number, hessian: number, rows: number): void {
    const before = this.#best.gain;
    this.offer(-1, false, gradient, hessian, rows);
    if (this.#best.gain > before) {
      this.#set = set;
    }
  }

  found(columns: readonly BinnedColumn[]): Cut | null {
    const { column: c, gain, bin, missingLeft, gradient, hessian, rows } = this.#best;
    if (c < 0) {
      return null;
    }
    const column = columns[c]!;
    const goesLeft = new Uint8Array(BINS);
    if (bin < 0) {
      for (const part of this.#set) {
        goesLeft[part.bin] = 1;
      }
    } else {
      goesLeft.fill(1, 0, bin + 1);
    }
    // Where training saw no missing value, one follows most rows.
    const missing =
      bin < 0 ? goesLeft[column.bins] === 1 : column.hasMissing ? missingLeft : 2 * rows >= this.whole.rows;
    goesLeft[column.bins] = Number(missing);
    return { column: c, gain, goesLeft, bin, missingLeft: missing, left: { gradient, hessian, rows } };
  }

  #score(gradient: number, hessian: number): number {
    return (gradient * gradient) / (hessian + this.rules.l2 || 1e-12);
  }

  #gain(gradient: number, hessian: number, rows: number): number {
    const otherGradient = this.whole.gradient - gradient;
    const otherHessian = this.whole.hessian - hessian;
    if (!this.constrained) {
      return this.#score(gradient, hessian) + this.#score(otherGradient, otherHessian) - this.#wholeGain;
    }
    const left = valueOf({ gradient, hessian, rows }, this.rules.l2, this.bounds);
    const right = valueOf({ gradient: otherGradient, hessian: otherHessian, rows: 0 }, this.rules.l2, this.bounds);
    if (this.#monotone !== 0 && (right - left) * this.#monotone < 0) {
      return -Infinity;
    }
    return -gradient * left - otherGradient * right - this.#wholeGain;
  }
}
