import { MAX_BINS, type BinnedColumns } from './binning.js';

/** What is to be predicted for every row. */
export type CartTarget =
  | { readonly kind: 'classes'; readonly labels: Int32Array; readonly classes: number }
  | { readonly kind: 'values'; readonly values: Float64Array };

/** A question, and what it gains. */
export interface CartCut {
  readonly column: number;
  /** Rows whose bin is at most this go left. */
  readonly bin: number;
  readonly gain: number;
}

/** What a node's rows say together. */
export interface NodeSums {
  /** How many rows, each as often as it counts. */
  readonly rows: number;
  /** Rows of each class; or the rows and the sum of their values. */
  readonly sums: Float64Array;
  /** Whether all say the same: no question gains anything. */
  readonly isPure: boolean;
}

/** Less is rounding, not a gain. */
const LEAST_GAIN = 1e-9;
/** With fewer rows, looking up which bins have any takes less time than looking at all bins. */
const FEW_ROWS = 128;

/** Finds the questions of one tree: those that lower the Gini impurity, or the variance, most. */
export class CartCuts {
  /** Numbers of one prediction: shares of classes, or a mean. */
  readonly outputs: number;
  readonly #data: BinnedColumns;
  readonly #target: CartTarget;
  readonly #weights: Int32Array;
  readonly #minRows: number;
  /** Numbers of one sum. */
  readonly #slots: number;
  readonly #histogram: Float64Array;
  /** A bit for each bin that has rows. */
  readonly #present = new Int32Array(8);
  /** The bins that have rows, in rising order. */
  readonly #bins = new Uint8Array(MAX_BINS + 1);

  /** @param weights how often each row counts. @param minRows fewest rows of a leaf. */
  constructor(data: BinnedColumns, target: CartTarget, weights: Int32Array, minRows: number) {
    this.#data = data;
    this.#target = target;
    this.#weights = weights;
    this.#minRows = minRows;
    this.outputs = target.kind === 'classes' ? target.classes : 1;
    this.#slots = target.kind === 'classes' ? target.classes : 2;
    this.#histogram = new Float64Array((MAX_BINS + 1) * this.#slots);
  }

  sumsOf(rows: Int32Array, start: number, end: number): NodeSums {
    const sums = new Float64Array(this.#slots);
    const target = this.#target;
    if (target.kind === 'classes') {
      let count = 0;
      for (let i = start; i < end; i++) {
        const row = rows[i]!;
        sums[target.labels[row]!]! += this.#weights[row]!;
        count += this.#weights[row]!;
      }
      return { rows: count, sums, isPure: sums.includes(count) };
    }
    const first = target.values[rows[start]!]!;
    let isPure = true;
    for (let i = start; i < end; i++) {
      const row = rows[i]!;
      const value = target.values[row]!;
      sums[0]! += this.#weights[row]!;
      sums[1]! += this.#weights[row]! * value;
      isPure &&= value === first;
    }
    return { rows: sums[0]!, sums, isPure };
  }

  /** What rows with these sums are predicted to be. */
  answer({ rows, sums }: NodeSums): Float64Array {
    return (this.#target.kind === 'classes' ? sums : sums.subarray(1)).map(sum => sum / rows);
  }

  /** The best question about one column for the rows in a range; null when none gains anything. */
  best(column: number, rows: Int32Array, start: number, end: number, whole: NodeSums): CartCut | null {
    const count = this.#addUp(this.#data.bins[column]!, rows, start, end);
    const target = this.#target;
    const cut =
      target.kind === 'values'
        ? this.#bestOfValues(count, whole)
        : target.classes === 2
          ? this.#bestOfTwo(count, whole)
          : this.#bestOfClasses(count, whole);
    this.#clear(count);
    return cut && { column, ...cut };
  }

  /** Sets the sums of the bins that have rows to zero again. */
  #clear(count: number): void {
    const [histogram, bins, slots] = [this.#histogram, this.#bins, this.#slots];
    for (let i = 0; i < count; i++) {
      const at = bins[i]! * slots;
      for (let s = 0; s < slots; s++) {
        histogram[at + s] = 0;
      }
    }
  }

  /** Sums by bin. @returns how many bins have rows. */
  #addUp(bins: Uint8Array, rows: Int32Array, start: number, end: number): number {
    const [target, histogram, weights, slots] = [this.#target, this.#histogram, this.#weights, this.#slots];
    if (target.kind === 'classes') {
      const { labels } = target;
      for (let i = start; i < end; i++) {
        const row = rows[i]!;
        histogram[bins[row]! * slots + labels[row]!]! += weights[row]!;
      }
    } else {
      const { values } = target;
      for (let i = start; i < end; i++) {
        const row = rows[i]!;
        const at = bins[row]! * 2;
        const weight = weights[row]!;
        histogram[at]! += weight;
        histogram[at + 1]! += weight * values[row]!;
      }
    }
    return end - start < FEW_ROWS ? this.#presentOf(bins, rows, start, end) : this.#presentOfAll();
  }

  #presentOf(bins: Uint8Array, rows: Int32Array, start: number, end: number): number {
    const present = this.#present.fill(0);
    for (let i = start; i < end; i++) {
      const bin = bins[rows[i]!]!;
      present[bin >> 5]! |= 1 << (bin & 31);
    }
    let count = 0;
    for (let word = 0; word < present.length; word++) {
      for (let rest = present[word]!; rest !== 0; rest &= rest - 1) {
        this.#bins[count++] = word * 32 + 31 - Math.clz32(rest & -rest);
      }
    }
    return count;
  }

  #presentOfAll(): number {
    const [histogram, slots] = [this.#histogram, this.#slots];
    let count = 0;
    for (let bin = 0; bin <= MAX_BINS; bin++) {
      let rows = histogram[bin * slots]!;
      if (this.#target.kind === 'classes') {
        for (let s = 1; s < slots; s++) {
          rows += histogram[bin * slots + s]!;
        }
      }
      if (rows !== 0) {
        this.#bins[count++] = bin;
      }
    }
    return count;
  }

  /** Of two classes: as `#bestOfClasses`, in numbers instead of arrays. */
  #bestOfTwo(count: number, { rows, sums }: NodeSums): Omit<CartCut, 'column'> | null {
    const [histogram, bins, minRows] = [this.#histogram, this.#bins, this.#minRows];
    const [first, second] = [sums[0]!, sums[1]!];
    const before = (first * first + second * second) / rows;
    let [a, b, gain, chosen] = [0, 0, LEAST_GAIN, -1];
    for (let i = 0; i < count - 1; i++) {
      const bin = bins[i]!;
      a += histogram[2 * bin]!;
      b += histogram[2 * bin + 1]!;
      const left = a + b;
      if (left < minRows) {
        continue;
      }
      if (rows - left < minRows) {
        break;
      }
      const [c, d] = [first - a, second - b];
      const own = (a * a + b * b) / left + (c * c + d * d) / (rows - left) - before;
      if (own > gain) {
        gain = own;
        chosen = bin;
      }
    }
    return chosen < 0 ? null : { bin: chosen, gain };
  }

  #bestOfValues(count: number, { rows, sums }: NodeSums): Omit<CartCut, 'column'> | null {
    const [histogram, bins, minRows] = [this.#histogram, this.#bins, this.#minRows];
    const whole = sums[1]!;
    const before = (whole * whole) / rows;
    let [left, sum, gain, chosen] = [0, 0, LEAST_GAIN, -1];
    for (let i = 0; i < count - 1; i++) {
      const bin = bins[i]!;
      left += histogram[2 * bin]!;
      sum += histogram[2 * bin + 1]!;
      if (left < minRows) {
        continue;
      }
      if (rows - left < minRows) {
        break;
      }
      const rest = whole - sum;
      const own = (sum * sum) / left + (rest * rest) / (rows - left) - before;
      if (own > gain) {
        gain = own;
        chosen = bin;
      }
    }
    return chosen < 0 ? null : { bin: chosen, gain };
  }

  #bestOfClasses(count: number, { rows, sums }: NodeSums): Omit<CartCut, 'column'> | null {
    const [histogram, bins, slots, minRows] = [this.#histogram, this.#bins, this.#slots, this.#minRows];
    const before = sums.reduce((all, own) => all + own * own, 0) / rows;
    const own = new Float64Array(slots);
    let [left, gain, chosen] = [0, LEAST_GAIN, -1];
    for (let i = 0; i < count - 1; i++) {
      const at = bins[i]! * slots;
      let [squares, otherSquares] = [0, 0];
      for (let s = 0; s < slots; s++) {
        const part = histogram[at + s]!;
        left += part;
        own[s]! += part;
        squares += own[s]! * own[s]!;
        otherSquares += (sums[s]! - own[s]!) ** 2;
      }
      if (left < minRows) {
        continue;
      }
      if (rows - left < minRows) {
        break;
      }
      const found = squares / left + otherSquares / (rows - left) - before;
      if (found > gain) {
        gain = found;
        chosen = bins[i]!;
      }
    }
    return chosen < 0 ? null : { bin: chosen, gain };
  }
}
