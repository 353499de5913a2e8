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
  readonly rowUnit: number;
  readonly scale: number;

  /**
   * @param largest hessian of a row.
   * @param pairs for each row its gradient and `rowUnit + hessian · scale`.
   */
  constructor(
    rows: number,
    largest: number,
    readonly pairs: Float64Array = new Float64Array(2 * rows)
  ) {
    const rowBits = Math.ceil(Math.log2(rows + 1));
    const sumBits = EXACT_BITS - rowBits;
    this.rowUnit = 2 ** sumBits;
    this.scale = 2 ** Math.floor(sumBits - Math.log2(Math.max(rows * (largest + 1e-9), 1e-300)) - 1);
  }

  set(row: number, gradient: number, hessian: number): void {
    this.pairs[2 * row] = gradient;
    // Rounded up or down by a share that differs from row to row: sums of many rows do not lean to one side.
    const share = (Math.imul(row, 0x9e3779b1) >>> 0) / 2 ** 32;
    this.pairs[2 * row + 1] = this.rowUnit + Math.floor(hessian * this.scale + share);
  }

  rowsOf(packed: number): number {
    return Math.floor(packed / this.rowUnit);
  }

  hessianOf(packed: number): number {
    return (packed % this.rowUnit) / this.scale;
  }
}
