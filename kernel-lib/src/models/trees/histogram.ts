import type { BinnedRows } from './binned-rows.js';

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
    this.gradients = new Float64Array(rows);
    this.packed = new Float64Array(rows);
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

/** Sums by bin for every column, of the rows in a range of `order`. */
export function histogramOf(
  data: BinnedRows,
  { gradients, packed }: Derivatives,
  order: Int32Array,
  start: number,
  end: number
): Float64Array {
  const { bins, stride } = data;
  const size = BINS * SLOTS;
  const sums = new Float64Array(stride * size);
  for (let i = start; i < end; i++) {
    const row = order[i]!;
    const gradient = gradients[row]!;
    const both = packed[row]!;
    let at = row * stride;
    // Four columns at a time; those that fill a row up to a multiple of four are never looked at.
    for (let base = 0; base < sums.length; base += 4 * size) {
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
  return sums;
}
