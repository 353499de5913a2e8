import type { KernelCall, Value } from '../recording.js';
import { inputOf, outputOf, type Kernel, type Translation } from '../translation.js';

/** How many times larger an image becomes. @throws Error when not by whole numbers. */
function factors(small: Value, large: Value): [number, number] {
  const [y, x] = [large.shape[1]! / small.shape[1]!, large.shape[2]! / small.shape[2]!];
  if (!Number.isInteger(y) || !Number.isInteger(x)) {
    throw new Error('ResizeNearestNeighbor has a translation for whole numbers only');
  }
  return [y, x];
}

const nearest: Kernel = (call, to) => {
  const [images, out] = [inputOf(call, 'images'), outputOf(call)];
  if (call.attributes['alignCorners']) {
    throw new Error('ResizeNearestNeighbor with aligned corners has no translation');
  }
  const [y, x] = factors(images, out);
  const [rows, height, width, channels] = images.shape as [number, number, number, number];
  const apart = to.reshape(to.name(images), [rows, height, 1, width, 1, channels]);
  return to.reshape(to.node('Expand', [apart, to.ints([rows, height, y, width, x, channels])]), out.shape);
};

const nearestGrad: Kernel = (call, to) => {
  const [images, dy] = [inputOf(call, 'images'), inputOf(call, 'dy')];
  const [y, x] = factors(images, dy);
  const [rows, height, width, channels] = images.shape as [number, number, number, number];
  const apart = to.reshape(to.name(dy), [rows, height, y, width, x, channels]);
  return to.node('ReduceSum', [apart, to.ints([2, 4])], { keepdims: { int: 0 } });
};

/**
 * How much of each pixel along one axis goes into each of the resized image, [to, from]: two neighbors, by tfjs's
 * coordinates.
 */
function shares(from: number, to: number, alignCorners: boolean, halfPixelCenters: boolean): Float32Array {
  const scale = alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to;
  const matrix = new Float32Array(to * from);
  for (let i = 0; i < to; i++) {
    const place = Math.min(from - 1, Math.max(0, halfPixelCenters ? (i + 0.5) * scale - 0.5 : i * scale));
    const low = Math.floor(place);
    const high = Math.min(from - 1, Math.ceil(place));
    matrix[i * from + low]! += 1 - (place - low);
    matrix[i * from + high]! += place - low;
  }
  return matrix;
}

/** Bilinear resizing is a product with a matrix along the height, and one along the width; its gradient by their transposes. */
function resized(call: KernelCall, to: Translation, small: Value, isGradient: boolean): string {
  const { alignCorners, halfPixelCenters = false } = call.attributes as {
    alignCorners: boolean;
    halfPixelCenters?: boolean;
  };
  const large = isGradient ? inputOf(call, 'dy') : outputOf(call);
  const [rows, , , channels] = small.shape as [number, number, number, number];
  const [from, out] = isGradient ? [large, small] : [small, large];
  const matrix = (axis: 1 | 2): string => {
    const [few, many] = [small.shape[axis]!, large.shape[axis]!];
    const name = to.constant('float32', shares(few, many, alignCorners, halfPixelCenters), [many, few]);
    return isGradient ? to.transpose(name, [1, 0]) : name;
  };
  const source = to.name(isGradient ? large : small);
  const lines = to.reshape(source, [rows, from.shape[1]!, from.shape[2]! * channels]);
  const high = to.node('MatMul', [matrix(1), lines]);
  const pixels = to.reshape(high, [rows * out.shape[1]!, from.shape[2]!, channels]);
  return to.reshape(to.node('MatMul', [matrix(2), pixels]), out.shape);
}

const batchNormalization: Kernel = (call, to) => {
  const { offset, scale } = call.inputs as { offset?: Value; scale?: Value };
  const { varianceEpsilon } = call.attributes as { varianceEpsilon: number };
  const deviation = to.node('Sqrt', [to.node('Add', [to.name(inputOf(call, 'variance')), to.float(varianceEpsilon)])]);
  const inverse = to.node('Reciprocal', [deviation]);
  const by = scale ? to.node('Mul', [inverse, to.name(scale)]) : inverse;
  const centered = to.node('Sub', [to.name(inputOf(call, 'x')), to.name(inputOf(call, 'mean'))]);
  const normalized = to.node('Mul', [centered, by]);
  return offset ? to.node('Add', [normalized, to.name(offset)]) : normalized;
};

/** What is left of images: larger ones, and normalized ones. */
export const IMAGES: Readonly<Record<string, Kernel>> = {
  ResizeNearestNeighbor: nearest,
  ResizeNearestNeighborGrad: nearestGrad,
  ResizeBilinear: (call, to) => resized(call, to, inputOf(call, 'images'), false),
  ResizeBilinearGrad: (call, to) => resized(call, to, inputOf(call, 'images'), true),
  FusedBatchNorm: batchNormalization
};
