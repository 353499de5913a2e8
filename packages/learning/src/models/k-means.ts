import { SlipwayError } from '@slipway/notebook';
import { ElementType, type OnnxGraph } from '@slipway/onnx/graph';
import { seededRandom } from '@slipway/statistics/random';

export interface KMeansSettings {
  readonly k: number;
  /** How often it starts anew; the best is kept. */
  readonly starts: number;
  readonly seed: number;
  /** Centers to start from, row-major [k, width], instead of drawn ones. */
  readonly centers?: Float64Array;
}

const MOST_ROUNDS = 300;
/** Centers that move by less of the mean variance have arrived, as in scikit-learn. */
const TOLERANCE = 1e-4;

/** Centers of groups of rows. */
export class KMeans {
  /** @param centers row-major [k, width]. @param inertia sum of squared distances of the training rows to their centers. */
  constructor(
    readonly centers: Float64Array,
    readonly width: number,
    readonly inertia: number,
    readonly rounds: number
  ) {}

  get k(): number {
    return this.centers.length / this.width;
  }

  /** The nearest center of each row; `rows` is row-major [count, width]. */
  assign(rows: ArrayLike<number>): number[] {
    return Array.from(
      { length: rows.length / this.width },
      (_, row) => nearest(this.centers, this.width, rows, row).cluster
    );
  }

  /** Euclidean distances of each row to every center, row-major [count, k]. */
  distances(rows: ArrayLike<number>): Float32Array {
    const count = rows.length / this.width;
    return Float32Array.from({ length: count * this.k }, (_, at) =>
      Math.sqrt(squareTo(this.centers, at % this.k, this.width, rows, Math.floor(at / this.k)))
    );
  }

  /** Writes the outputs `cluster` [rows], the nearest one, and `distances` [rows, k] to every center. */
  write(graph: OnnxGraph, input: string): void {
    const { k, width, centers } = this;
    // |row − center|² for every center: the difference is squared, as large numbers would swallow it otherwise.
    const wide = graph.node('Reshape', [input, graph.int64s([-1, 1, width])]);
    const gap = graph.node('Sub', [wide, graph.floats(centers, [1, k, width])]);
    const squares = graph.node('ReduceSum', [graph.node('Mul', [gap, gap]), graph.int64s([2])], {
      keepdims: { int: 0 }
    });
    const cluster = graph.node('ArgMin', [squares], { axis: { int: 1 }, keepdims: { int: 0 } });
    graph.output(cluster, 'cluster', ElementType.INT64, ['rows']);
    graph.output(graph.node('Sqrt', [squares]), 'distances', ElementType.FLOAT, ['rows', k]);
  }
}

/**
 * k-means by Lloyd's algorithm from centers drawn by k-means++ (Arthur and Vassilvitskii 2007).
 *
 * @param rows row-major [count, width]; standardize the columns before, as distances weigh all alike.
 * @throws SlipwayError OPTION_INVALID when there are fewer different rows than clusters.
 */
export function fitKMeans(rows: Float32Array, width: number, settings: KMeansSettings): KMeans {
  const { k, starts, seed, centers } = settings;
  const count = rows.length / width;
  if (k > count) {
    throw new SlipwayError('OPTION_INVALID', `${k} clusters need at least as many rows; there are ${count}.`);
  }
  if (centers) {
    return lloyd(rows, width, Float64Array.from(centers));
  }
  const random = seededRandom(seed);
  let best: KMeans | null = null;
  for (let start = 0; start < starts; start++) {
    const found = lloyd(rows, width, spreadCentres(rows, width, k, random));
    if (!best || found.inertia < best.inertia) {
      best = found;
    }
  }
  return best!;
}

function lloyd(rows: Float32Array, width: number, centers: Float64Array): KMeans {
  const count = rows.length / width;
  const k = centers.length / width;
  const tolerance = TOLERANCE * meanVariance(rows, width);
  const assigned = new Int32Array(count);
  for (let round = 1; ; round++) {
    const sums = new Float64Array(k * width);
    const sizes = new Int32Array(k);
    let inertia = 0;
    let changed = false;
    let farthest = { row: 0, square: -1 };
    for (let row = 0; row < count; row++) {
      const { cluster, square } = nearest(centers, width, rows, row);
      changed ||= assigned[row] !== cluster || round === 1;
      assigned[row] = cluster;
      inertia += square;
      sizes[cluster]!++;
      if (square > farthest.square) {
        farthest = { row, square };
      }
      for (let c = 0; c < width; c++) {
        sums[cluster * width + c]! += rows[row * width + c]!;
      }
    }
    if (!changed || round > MOST_ROUNDS) {
      return new KMeans(centers, width, inertia, round);
    }
    let moved = 0;
    const next = new Float64Array(k * width);
    for (let cluster = 0; cluster < k; cluster++) {
      for (let c = 0; c < width; c++) {
        const at = cluster * width + c;
        // A center without rows goes to the row that is farthest from its own.
        next[at] = sizes[cluster] === 0 ? rows[farthest.row * width + c]! : sums[at]! / sizes[cluster]!;
        moved += (next[at]! - centers[at]!) ** 2;
      }
    }
    centers = next;
    if (moved <= tolerance) {
      const final = Array.from({ length: count }, (_, row) => nearest(centers, width, rows, row).square);
      return new KMeans(
        centers,
        width,
        final.reduce((a, b) => a + b, 0),
        round
      );
    }
  }
}

/** Each further center is a row drawn with a chance that grows with its squared distance to those before. */
function spreadCentres(rows: Float32Array, width: number, k: number, random: () => number): Float64Array {
  const count = rows.length / width;
  const centers = new Float64Array(k * width);
  const squares = new Float64Array(count).fill(Infinity);
  let chosen = Math.floor(random() * count);
  for (let cluster = 0; cluster < k; cluster++) {
    centers.set(rows.subarray(chosen * width, (chosen + 1) * width), cluster * width);
    let total = 0;
    for (let row = 0; row < count; row++) {
      squares[row] = Math.min(squares[row]!, squareTo(centers, cluster, width, rows, row));
      total += squares[row]!;
    }
    if (total === 0 && cluster + 1 < k) {
      throw new SlipwayError('OPTION_INVALID', `There are only ${cluster + 1} different rows for ${k} clusters.`);
    }
    let left = random() * total;
    chosen = squares.findIndex(square => (left -= square) < 0);
    if (chosen < 0) {
      chosen = count - 1;
    }
  }
  return centers;
}

function nearest(
  centers: Float64Array,
  width: number,
  rows: ArrayLike<number>,
  row: number
): { cluster: number; square: number } {
  let [cluster, square] = [0, Infinity];
  for (let k = 0; k * width < centers.length; k++) {
    const here = squareTo(centers, k, width, rows, row);
    if (here < square) {
      [cluster, square] = [k, here];
    }
  }
  return { cluster, square };
}

function squareTo(centers: Float64Array, cluster: number, width: number, rows: ArrayLike<number>, row: number): number {
  let sum = 0;
  for (let c = 0; c < width; c++) {
    sum += (rows[row * width + c]! - centers[cluster * width + c]!) ** 2;
  }
  return sum;
}

function meanVariance(rows: Float32Array, width: number): number {
  const count = rows.length / width;
  let sum = 0;
  for (let c = 0; c < width; c++) {
    let [mean, squares] = [0, 0];
    for (let row = 0; row < count; row++) {
      mean += rows[row * width + c]! / count;
    }
    for (let row = 0; row < count; row++) {
      squares += (rows[row * width + c]! - mean) ** 2 / count;
    }
    sum += squares;
  }
  return sum / width;
}
