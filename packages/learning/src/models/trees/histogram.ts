/** Bins of a column in a histogram. */
export const BINS = 256;
/** Numbers of a bin: the sum of gradients, and rows and hessians in one (see `Derivatives`). */
export const SLOTS = 2;
/** Bits of a float64 that are exact. */
const EXACT_BITS = 52;

/**
 * Gradient and hessian of the loss for every row. A histogram adds rows and hessians as one whole number,
 * `rows · rowUnit + hessian · scale`, exactly: a third less to add up than with a number of its own for the rows.
 */
export class Derivatives {
  readonly gradients: Float64Array;
  /** `rowUnit + hessian · scale` of each row. */
  readonly packed: Float64Array;
  readonly rowUnit: number;
  readonly scale: number;

  /** @param largest hessian of a row. */
  constructor(rows: number, largest: number) {
    const rowBits = Math.ceil(Math.log2(rows + 1));
    const sumBits = EXACT_BITS - rowBits;
    this.rowUnit = 2 ** sumBits;
    this.scale = 2 ** Math.floor(sumBits - Math.log2(Math.max(rows * (largest + 1e-9), 1e-300)) - 1);
    this.gradients = new Float64Array(new SharedArrayBuffer(rows * 8));
    this.packed = new Float64Array(new SharedArrayBuffer(rows * 8));
  }

  set(row: number, gradient: number, hessian: number): void {
    this.gradients[row] = gradient;
    // Rounded up or down by a share that differs from row to row: sums of many rows do not lean to one side.
    const share = (Math.imul(row, 0x9e3779b1) >>> 0) / 2 ** 32;
    this.packed[row] = this.rowUnit + Math.floor(hessian * this.scale + share);
  }

  rowsOf(packed: number): number {
    return Math.floor(packed / this.rowUnit);
  }

  hessianOf(packed: number): number {
    return (packed % this.rowUnit) / this.scale;
  }
}

/** What sums by bin are made of; the arrays may be shared with another thread. */
export interface HistogramSource {
  readonly bins: Uint8Array;
  /** Bytes of one row, a multiple of four. */
  readonly stride: number;
  readonly gradients: Float64Array;
  readonly packed: Float64Array;
}

/**
 * Adds up by bin, for some columns, the rows in a range of `order`.
 *
 * @param sums of the columns from `first` to before `last`, both multiples of four; all zero.
 */
export function addToHistogram(
  { bins, stride, gradients, packed }: HistogramSource,
  order: Int32Array,
  start: number,
  end: number,
  first: number,
  last: number,
  sums: Float64Array
): void {
  const size = BINS * SLOTS;
  const length = (last - first) * size;
  for (let i = start; i < end; i++) {
    const row = order[i]!;
    const gradient = gradients[row]!;
    const both = packed[row]!;
    let at = row * stride + first;
    // Four columns at a time; those that fill a row up to a multiple of four are never looked at.
    for (let base = 0; base < length; base += 4 * size) {
      const a = base + bins[at]! * SLOTS;
      sums[a]! += gradient;
      sums[a + 1]! += both;
      const b = base + size + bins[at + 1]! * SLOTS;
      sums[b]! += gradient;
      sums[b + 1]! += both;
      const c = base + 2 * size + bins[at + 2]! * SLOTS;
      sums[c]! += gradient;
      sums[c + 1]! += both;
      const d = base + 3 * size + bins[at + 3]! * SLOTS;
      sums[d]! += gradient;
      sums[d + 1]! += both;
      at += 4;
    }
  }
}
