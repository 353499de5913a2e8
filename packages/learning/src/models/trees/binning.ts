import { ColumnOrder } from './column-order.js';

/** Most different values of a column that trees tell apart. */
export const MAX_BINS = 255;

/** Columns cut into bins: a value's bin is the first whose upper edge it does not exceed. */
export interface BinnedColumns {
  readonly rows: number;
  /** For each column, the bin of each row; in memory that threads share. */
  readonly bins: readonly Uint8Array[];
  /** For each column, the upper edges of all bins but the last, as float32 values. */
  readonly edges: readonly Float32Array[];
}

/**
 * Cuts every column at the middles between neighboring values, or at quantiles where there are more than 255 values.
 * Edges are float32, and so is every comparison with them: training, prediction and ONNX cut at the same place.
 *
 * @param rows row-major float32 [count, width].
 */
export function binColumns(rows: Float32Array, width: number): BinnedColumns {
  const count = rows.length / width;
  const bins: Uint8Array[] = [];
  const edges: Float32Array[] = [];
  const order = new ColumnOrder(rows, width);
  const all = new Uint8Array(new SharedArrayBuffer(rows.length));
  for (let c = 0; c < width; c++) {
    const sorted = order.sort(c);
    const cuts = cutsOf(sorted.values);
    const own = all.subarray(c * count, (c + 1) * count);
    eachBin(sorted, cuts, (row, bin) => (own[row] = bin));
    edges.push(cuts);
    bins.push(own);
  }
  return { rows: count, bins, edges };
}

/** Tells the bin of every row whose value is a number. @param sorted the values in rising order, with their rows. */
export function eachBin(
  { values, rows }: { readonly values: Float32Array; readonly rows: Int32Array },
  edges: Float32Array,
  tell: (row: number, bin: number) => void
): void {
  let bin = 0;
  for (let i = 0; i < values.length; i++) {
    while (bin < edges.length && edges[bin]! < values[i]!) {
      bin++;
    }
    tell(rows[i]!, bin);
  }
}

/** Upper edges between the bins of rising values, of all bins but the last. */
export function cutsOf(sorted: Float32Array): Float32Array {
  const values: number[] = [];
  for (let i = 0; i < sorted.length && values.length <= MAX_BINS; i++) {
    if (i === 0 || sorted[i] !== sorted[i - 1]) {
      values.push(sorted[i]!);
    }
  }
  const middle = (low: number, high: number): number => {
    const cut = Math.fround(low / 2 + high / 2);
    // Between neighboring float32 values there is no middle; the lower one itself separates them.
    return cut < high ? cut : low;
  };
  if (values.length <= MAX_BINS) {
    return Float32Array.from({ length: Math.max(0, values.length - 1) }, (_, i) => middle(values[i]!, values[i + 1]!));
  }
  const cuts = new Set<number>();
  for (let bin = 1; bin < MAX_BINS; bin++) {
    const at = Math.floor((bin * sorted.length) / MAX_BINS);
    const low = sorted[at - 1]!;
    const high = sorted[at]!;
    if (low < high) {
      cuts.add(middle(low, high));
    } else {
      const next = firstAbove(sorted, low);
      if (next !== null) {
        cuts.add(middle(low, next));
      }
    }
  }
  return Float32Array.from([...cuts].sort((a, b) => a - b));
}

function firstAbove(sorted: Float32Array, value: number): number | null {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const at = (low + high) >> 1;
    if (sorted[at]! <= value) {
      low = at + 1;
    } else {
      high = at;
    }
  }
  return low < sorted.length ? sorted[low]! : null;
}

/** Index of the first edge that is not below `value`; the number of edges when all are. */
export function binOf(edges: Float32Array, value: number): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const at = (low + high) >> 1;
    if (edges[at]! < value) {
      low = at + 1;
    } else {
      high = at;
    }
  }
  return low;
}
