import { cutsOf, eachBin, MAX_BINS } from './binning.js';
import { ColumnOrder } from './column-order.js';

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

/** Columns whose bins are stored together, row by row: histograms are added up one group at a time. */
export interface ColumnGroup {
  /** Its first column. */
  readonly first: number;
  /** How many columns it has. */
  readonly size: number;
  /** Where its bins begin. */
  readonly offset: number;
}

/** Rows cut into bins, one byte for each value. */
export interface BinnedRows {
  readonly rows: number;
  readonly columns: readonly BinnedColumn[];
  readonly groups: readonly ColumnGroup[];
  /** Group by group, row by row. */
  readonly bins: Uint8Array;
  /** The same column by column. */
  readonly byColumn: Uint8Array;
}

/** Sums by bin of eight columns are as much as a processor keeps nearest to itself. */
const GROUP_COLUMNS = 8;
/** Most groups, as a job counts its tasks. */
const MOST_GROUPS = 4000;

/** Divides columns into groups of nearly the same size: an even number of them, so that two threads have the same to do. */
export function groupsOf(columns: number, rows: number): ColumnGroup[] {
  const count = Math.min(columns, MOST_GROUPS, 2 * Math.ceil(columns / GROUP_COLUMNS / 2));
  return Array.from({ length: count }, (_, group) => {
    const first = Math.floor((group * columns) / count);
    return { first, size: Math.floor(((group + 1) * columns) / count) - first, offset: first * rows };
  });
}

/**
 * Cuts every column into at most 255 bins, and one more for missing values (NaN).
 *
 * @param rows row-major float32 [count, rules.length].
 * @param bins filled in, as `byColumn`; both as long as `rows`.
 */
export function binRows(
  rows: Float32Array,
  rules: readonly ColumnRule[],
  bins: Uint8Array = new Uint8Array(rows.length),
  byColumn: Uint8Array = new Uint8Array(rows.length)
): BinnedRows {
  const width = rules.length;
  const count = rows.length / width;
  const groups = groupsOf(width, count);
  const order = new ColumnOrder(rows, width);
  const columns = groups.flatMap(({ first, size, offset }) =>
    rules.slice(first, first + size).map((rule, c): BinnedColumn => {
      const sorted = order.sort(first + c);
      const edges = rule.categorical ? categoriesOf(sorted.values) : cutsOf(sorted.values);
      const missing = rule.categorical ? edges.length : edges.length + 1;
      const hasMissing = sorted.values.length < count;
      const own = byColumn.subarray((first + c) * count, (first + c + 1) * count);
      if (hasMissing) {
        own.fill(missing);
      }
      eachBin(sorted, edges, (row, bin) => (own[row] = bin));
      for (let row = 0, at = offset + c; row < count; row++, at += size) {
        bins[at] = own[row]!;
      }
      return { ...rule, edges, bins: missing, hasMissing };
    })
  );
  return { rows: count, columns, groups, bins, byColumn };
}

/** The different values in rising order. @throws RangeError when there are more than bins. */
function categoriesOf(sorted: Float32Array): Float32Array {
  const values = sorted.filter((value, i) => i === 0 || value !== sorted[i - 1]);
  if (values.length > MAX_BINS) {
    throw new RangeError(`${values.length} categories are more than ${MAX_BINS}.`);
  }
  return values;
}
