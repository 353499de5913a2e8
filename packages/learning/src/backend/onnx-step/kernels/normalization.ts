import type { KernelCall } from '../recording.js';
import { inputOf, type Kernel, type Translation } from '../translation.js';

interface LrnAttributes {
  readonly depthRadius: number;
  readonly bias: number;
  readonly alpha: number;
  readonly beta: number;
}

/** Of each value, bias and alpha times the squares of its neighbors among the channels (Krizhevsky et al. 2012, 3.3). */
function squaresOfNeighbors(call: KernelCall, to: Translation, x: string): string {
  const { bias, alpha } = attributesOf(call);
  const sums = sumOfNeighbors(call, to, to.node('Mul', [x, x]));
  return to.node('Add', [to.node('Mul', [sums, to.float(alpha)]), to.float(bias)]);
}

/** A product with the matrix that has ones along its diagonal, as wide as the neighborhood. */
function sumOfNeighbors(call: KernelCall, to: Translation, values: string): string {
  const { depthRadius } = attributesOf(call);
  const channels = inputOf(call, 'x').shape.at(-1)!;
  const band = Float32Array.from({ length: channels * channels }, (_, i) =>
    Math.abs(Math.floor(i / channels) - (i % channels)) <= depthRadius ? 1 : 0
  );
  return to.node('MatMul', [values, to.constant('float32', band, [channels, channels])]);
}

function attributesOf({ attributes }: KernelCall): LrnAttributes {
  return attributes as unknown as LrnAttributes;
}

const normalized: Kernel = (call, to) => {
  const x = to.name(inputOf(call, 'x'));
  return to.node('Mul', [x, to.node('Pow', [squaresOfNeighbors(call, to, x), to.float(-attributesOf(call).beta)])]);
};

const gradient: Kernel = (call, to) => {
  const { alpha, beta } = attributesOf(call);
  const [x, y, dy] = ['x', 'y', 'dy'].map(name => to.name(inputOf(call, name))) as [string, string, string];
  const squares = squaresOfNeighbors(call, to, x);
  const own = to.node('Mul', [dy, to.node('Pow', [squares, to.float(-beta)])]);
  const shared = sumOfNeighbors(call, to, to.node('Div', [to.node('Mul', [dy, y]), squares]));
  return to.node('Sub', [own, to.node('Mul', [to.node('Mul', [x, shared]), to.float(2 * alpha * beta)])]);
};

/** Values that are divided by what is around them. */
export const NORMALIZATION: Readonly<Record<string, Kernel>> = { LRN: normalized, LRNGrad: gradient };
