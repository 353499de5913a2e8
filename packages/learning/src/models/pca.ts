import { counted } from '@slipway/wording';
import { SlipwayError } from '@slipway/notebook';
import { ElementType, type OnnxGraph } from '@slipway/onnx/graph';

/** Directions in which rows differ most. */
export class PrincipalComponents {
  /**
   * @param components row-major [count, width], of length one, the strongest first; the entry of each that is largest is
   * positive, as in scikit-learn. @param means of the columns. @param variances of the rows along each component (n − 1).
   */
  constructor(
    readonly components: Float64Array,
    readonly means: Float64Array,
    readonly variances: Float64Array,
    readonly totalVariance: number
  ) {}

  get count(): number {
    return this.variances.length;
  }

  /** Share of the rows' variance along each component. */
  get explained(): number[] {
    return Array.from(this.variances, variance => variance / this.totalVariance);
  }

  /** Share of the variance of rows, around the means of the training, along the components together. */
  kept(rows: ArrayLike<number>): number {
    const width = this.means.length;
    let total = 0;
    for (let at = 0; at < rows.length; at++) {
      total += (rows[at]! - this.means[at % width]!) ** 2;
    }
    return total === 0 ? 1 : this.transform(rows).reduce((sum, value) => sum + value ** 2, 0) / total;
  }

  /** Rows along the components: row-major [rows, components]. */
  transform(rows: ArrayLike<number>): Float32Array {
    const width = this.means.length;
    const out = new Float32Array((rows.length / width) * this.count);
    for (let row = 0; row * width < rows.length; row++) {
      for (let k = 0; k < this.count; k++) {
        let sum = 0;
        for (let c = 0; c < width; c++) {
          sum += (rows[row * width + c]! - this.means[c]!) * this.components[k * width + c]!;
        }
        out[row * this.count + k] = sum;
      }
    }
    return out;
  }

  /** Writes the output `components` [rows, count]. */
  write(graph: OnnxGraph, input: string): void {
    const width = this.means.length;
    const centred = graph.node('Sub', [input, graph.floats(this.means, [1, width])]);
    const turned = Float64Array.from({ length: width * this.count }, (_, at) => {
      return this.components[(at % this.count) * width + Math.floor(at / this.count)]!;
    });
    const product = graph.node('MatMul', [centred, graph.floats(turned, [width, this.count])]);
    graph.output(product, 'components', ElementType.FLOAT, ['rows', this.count]);
  }
}

/**
 * Principal component analysis: eigenvectors of the covariance of the columns, by Jacobi's rotations.
 *
 * @param rows row-major [rows, width].
 * @throws SlipwayError OPTION_INVALID for more components than columns, or fewer than two rows.
 */
export function fitPca(rows: Float32Array, width: number, components: number): PrincipalComponents {
  const count = rows.length / width;
  if (components > width || count < 2) {
    throw new SlipwayError(
      'OPTION_INVALID',
      `${counted(components, 'component')} need as many columns and two rows; there are ${counted(width, 'column')} and ${counted(count, 'row')}.`
    );
  }
  const means = Float64Array.from({ length: width }, (_, c) => {
    let sum = 0;
    for (let row = 0; row < count; row++) {
      sum += rows[row * width + c]!;
    }
    return sum / count;
  });
  const covariance = new Float64Array(width * width);
  for (let row = 0; row < count; row++) {
    for (let a = 0; a < width; a++) {
      const left = rows[row * width + a]! - means[a]!;
      for (let b = 0; b <= a; b++) {
        covariance[a * width + b]! += (left * (rows[row * width + b]! - means[b]!)) / (count - 1);
      }
    }
  }
  for (let a = 0; a < width; a++) {
    for (let b = 0; b < a; b++) {
      covariance[b * width + a] = covariance[a * width + b]!;
    }
  }
  const total = Array.from(means, (_, c) => covariance[c * width + c]!).reduce((a, b) => a + b, 0);
  const vectors = rotate(covariance, width);
  const order = Array.from(means, (_, c) => c).sort((a, b) => covariance[b * width + b]! - covariance[a * width + a]!);
  const kept = order.slice(0, components);
  const flat = Float64Array.from(kept.flatMap(column => withPositiveLargest(vectors, width, column)));
  const variances = Float64Array.from(kept, column => Math.max(0, covariance[column * width + column]!));
  return new PrincipalComponents(flat, means, variances, total);
}

function withPositiveLargest(vectors: Float64Array, width: number, column: number): number[] {
  const vector = Array.from({ length: width }, (_, row) => vectors[row * width + column]!);
  const largest = vector.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a), 0);
  return largest < 0 ? vector.map(value => -value) : vector;
}

const MOST_SWEEPS = 100;

/** Makes the symmetric matrix diagonal in place. @returns its eigenvectors as columns. */
function rotate(matrix: Float64Array, size: number): Float64Array {
  const vectors = Float64Array.from({ length: size * size }, (_, at) => (at % (size + 1) === 0 ? 1 : 0));
  let scale = 0;
  for (let i = 0; i < size; i++) {
    scale = Math.max(scale, matrix[i * size + i]!);
  }
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let off = 0;
    for (let a = 0; a < size; a++) {
      for (let b = 0; b < a; b++) {
        off += matrix[a * size + b]! ** 2;
      }
    }
    if (Math.sqrt(off) <= scale * 1e-15) {
      break;
    }
    for (let p = 0; p < size; p++) {
      for (let q = p + 1; q < size; q++) {
        rotatePair(matrix, vectors, size, p, q);
      }
    }
  }
  return vectors;
}

function rotatePair(matrix: Float64Array, vectors: Float64Array, size: number, p: number, q: number): void {
  const off = matrix[p * size + q]!;
  if (off === 0) {
    return;
  }
  const theta = (matrix[q * size + q]! - matrix[p * size + p]!) / (2 * off);
  const tangent = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const cosine = 1 / Math.sqrt(tangent * tangent + 1);
  const sine = tangent * cosine;
  for (let k = 0; k < size; k++) {
    const [a, b] = [matrix[k * size + p]!, matrix[k * size + q]!];
    matrix[k * size + p] = cosine * a - sine * b;
    matrix[k * size + q] = sine * a + cosine * b;
  }
  for (let k = 0; k < size; k++) {
    const [a, b] = [matrix[p * size + k]!, matrix[q * size + k]!];
    matrix[p * size + k] = cosine * a - sine * b;
    matrix[q * size + k] = sine * a + cosine * b;
  }
  for (let k = 0; k < size; k++) {
    const [a, b] = [vectors[k * size + p]!, vectors[k * size + q]!];
    vectors[k * size + p] = cosine * a - sine * b;
    vectors[k * size + q] = sine * a + cosine * b;
  }
}
