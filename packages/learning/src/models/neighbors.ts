import { SlipwayError } from '@slipway/notebook';
import type { OnnxGraph } from '@slipway/onnx/graph';
import type { Estimator } from './estimator.js';

/** The model carries its training rows; with more of them a service would need too long for one answer. */
const MOST_ROWS = 50_000;

/** Training rows, centred, and what is known of each. */
export class NeighborsEstimator implements Estimator {
  readonly kind = 'nearest neighbors';
  readonly #squares: Float32Array;

  /**
   * @param stored centred training rows, row-major [count, width].
   * @param answers what each of them says: [count, outputs], class memberships or a value.
   */
  constructor(
    readonly stored: Float32Array,
    readonly center: Float32Array,
    readonly answers: Float32Array,
    readonly outputs: number,
    readonly k: number
  ) {
    const width = center.length;
    this.#squares = Float32Array.from({ length: stored.length / width }, (_, row) =>
      squareOf(stored, row * width, width)
    );
  }

  get description(): string {
    return `The ${this.k} nearest of ${this.#squares.length} training rows.`;
  }

  predict(rows: Float32Array, width: number): Float32Array {
    const count = rows.length / width;
    const out = new Float32Array(count * this.outputs);
    const query = new Float32Array(width);
    for (let row = 0; row < count; row++) {
      for (let c = 0; c < width; c++) {
        query[c] = Math.fround(rows[row * width + c]! - this.center[c]!);
      }
      for (const neighbor of this.#nearest(query)) {
        for (let o = 0; o < this.outputs; o++) {
          out[row * this.outputs + o]! += this.answers[neighbor * this.outputs + o]! / this.k;
        }
      }
    }
    return out;
  }

  /** Distances by one product of matrices: |a|² − 2ab + |b|², without |a|², which is the same for all. */
  write(graph: OnnxGraph, input: string): string {
    const width = this.center.length;
    const count = this.#squares.length;
    const query = graph.node('Sub', [input, graph.floats(this.center, [1, width])]);
    const transposed = new Float32Array(this.stored.length);
    for (let row = 0; row < count; row++) {
      for (let c = 0; c < width; c++) {
        transposed[c * count + row] = -2 * this.stored[row * width + c]!;
      }
    }
    const products = graph.node('MatMul', [query, graph.floats(transposed, [width, count])]);
    const distances = graph.node('Add', [products, graph.floats(this.#squares, [1, count])]);
    const [, nearest = ''] = graph.nodeOutputs('TopK', [distances, graph.int64s([this.k])], 2, {
      axis: { int: 1 },
      largest: { int: 0 }
    });
    const said = graph.node('Gather', [graph.floats(this.answers, [count, this.outputs]), nearest], {
      axis: { int: 0 }
    });
    return graph.node('ReduceMean', [said], { axes: { ints: [1] }, keepdims: { int: 0 } });
  }

  /** Of rows that are equally near, the earlier ones. */
  #nearest(query: Float32Array): number[] {
    const width = query.length;
    const found: { row: number; distance: number }[] = [];
    for (let row = 0; row < this.#squares.length; row++) {
      let product = 0;
      for (let c = 0; c < width; c++) {
        product += query[c]! * this.stored[row * width + c]!;
      }
      const distance = this.#squares[row]! - 2 * product;
      const last = found.at(-1);
      if (found.length === this.k && distance >= last!.distance) {
        continue;
      }
      let at = found.length;
      while (at > 0 && found[at - 1]!.distance > distance) {
        at--;
      }
      found.splice(at, 0, { row, distance });
      if (found.length > this.k) {
        found.pop();
      }
    }
    return found.map(({ row }) => row);
  }
}

/**
 * k nearest neighbors by Euclidean distance, all with the same weight: the share of each class among them, or the mean of
 * their values. As scikit-learn's KNeighborsClassifier and KNeighborsRegressor.
 *
 * @param rows row-major [count, width]. @param target class indices, or values. @param classes null for a regression.
 * @throws SlipwayError OPTION_INVALID when there are fewer rows than neighbors, or more than a service can search.
 */
export function fitNeighbors(
  rows: Float32Array,
  width: number,
  target: readonly number[],
  classes: number | null,
  k: number
): NeighborsEstimator {
  const count = target.length;
  if (k > count || count > MOST_ROWS) {
    throw new SlipwayError(
      'OPTION_INVALID',
      k > count
        ? `${k} neighbors were asked for, but there are only ${count} training rows.`
        : `Nearest neighbors keep all training rows, at most ${MOST_ROWS}; these are ${count}.`,
      { remedy: k > count ? 'Ask for fewer.' : 'Use slip.gradientBoosting(), or train on a sample of the rows.' }
    );
  }
  const center = new Float32Array(width);
  for (let c = 0; c < width; c++) {
    let sum = 0;
    for (let row = 0; row < count; row++) {
      sum += rows[row * width + c]!;
    }
    center[c] = sum / count;
  }
  const stored = Float32Array.from(rows, (value, i) => value - center[i % width]!);
  const outputs = classes ?? 1;
  const answers = new Float32Array(count * outputs);
  target.forEach((value, row) => {
    if (classes === null) {
      answers[row] = value;
    } else {
      answers[row * outputs + value] = 1;
    }
  });
  return new NeighborsEstimator(stored, center, answers, outputs, k);
}

function squareOf(values: Float32Array, at: number, width: number): number {
  let sum = 0;
  for (let c = 0; c < width; c++) {
    sum += values[at + c]! ** 2;
  }
  return sum;
}
