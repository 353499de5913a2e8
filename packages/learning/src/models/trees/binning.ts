/** Most different values of a column that trees tell apart. */
export const MAX_BINS = 255;

/** Columns cut into bins: a value's bin is the first whose upper edge it does not exceed. */
export interface BinnedColumns {
  readonly rows: number;
  /** For each column, the bin of each row. */
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
  const column = new Float32Array(count);
  for (let c = 0; c < width; c++) {
    for (let row = 0; row < count; row++) {
      column[row] = rows[row * width + c]!;
    }
    const cuts = cutsOf(Float32Array.from(column).sort());
    edges.push(cuts);
    bins.push(Uint8Array.from(column, value => binOf(cuts, value)));
  }
  return { rows: count, bins, edges };
}

/** Upper edges between the bins of rising values, of all bins but the last. */
export function cutsOf(sorted: Float32Array): Float32Array {
  const values: number[] = [];
  for (let i = 0; i < sorted.length; i++) {
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
