import { binOf, cutsOf, MAX_BINS } from './binning.js';

/** How a column is looked at. */
export interface ColumnRule {
  /** Its values are categories: a question may ask for any set of them. */
  readonly categorical: boolean;
  /** 1: the answer never falls as the value rises; -1: it never rises; 0: as it comes. */
  readonly monotone: -1 | 0 | 1;
}

export interface BinnedColumn extends ColumnRule {
  /** Numbers: the upper edges of all bins but the last. Categories: their values, one for each bin. */
  readonly edges: Float32Array;
  /** Bins of values; the bin of missing values comes after them. */
  readonly bins: number;
  readonly hasMissing: boolean;
}

/** Rows cut into bins, one byte for each value, row by row: what a tree reads of a row is contiguous. */
export interface BinnedRows {
  readonly rows: number;
  readonly columns: readonly BinnedColumn[];
  /** Bytes of one row: the columns, rounded up to a multiple of four. */
  readonly stride: number;
  readonly bins: Uint8Array;
  /** The same column by column, for what looks at one column only. */
  readonly byColumn: readonly Uint8Array[];
}

/**
 * Cuts every column into at most 255 bins, and one more for missing values (NaN).
 *
 * @param rows row-major float32 [count, rules.length].
 */
export function binRows(rows: Float32Array, rules: readonly ColumnRule[]): BinnedRows {
  const width = rules.length;
  const count = rows.length / width;
  const stride = Math.ceil(width / 4) * 4;
  const bins = new Uint8Array(new SharedArrayBuffer(count * stride));
  const byColumn = rules.map(() => new Uint8Array(count));
  const column = new Float32Array(count);
  const columns = rules.map((rule, c): BinnedColumn => {
    let present = 0;
    for (let row = 0; row < count; row++) {
      const value = rows[row * width + c]!;
      if (!Number.isNaN(value)) {
        column[present++] = value;
      }
    }
    const sorted = column.slice(0, present).sort();
    const edges = rule.categorical ? categoriesOf(sorted) : cutsOf(sorted);
    const missing = rule.categorical ? edges.length : edges.length + 1;
    const own = byColumn[c]!;
    for (let row = 0; row < count; row++) {
      const value = rows[row * width + c]!;
      own[row] = Number.isNaN(value) ? missing : binOf(edges, value);
      bins[row * stride + c] = own[row]!;
    }
    return { ...rule, edges, bins: missing, hasMissing: present < count };
  });
  return { rows: count, columns, stride, bins, byColumn };
}

/** The different values in rising order. @throws RangeError when there are more than bins. */
function categoriesOf(sorted: Float32Array): Float32Array {
  const values = sorted.filter((value, i) => i === 0 || value !== sorted[i - 1]);
  if (values.length > MAX_BINS) {
    throw new RangeError(`${values.length} categories are more than ${MAX_BINS}.`);
  }
  return values;
}
