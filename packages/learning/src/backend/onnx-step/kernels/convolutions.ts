import type { KernelCall, Value } from '../recording.js';
import { inputOf, outputOf, product, type Kernel, type Translation } from '../translation.js';
import { activated, gemm } from './products.js';
import { convolutionWindows, toChannelsFirst, toChannelsLast, transposedConvolution, type Windows } from './windows.js';

/** What each weight of a filter sees, as a matrix for a product. */
interface Columns {
  readonly name: string;
  /** [weights of a filter, places] instead of [places, weights of a filter]. */
  readonly areTurned: boolean;
}

/**
 * Places are [rows · out height · out width], weights [filter height · width · channels]. Of one channel, one line for each
 * weight: pieces of one number each take ten times as long to copy.
 */
function columns(to: Translation, x: Value, windows: Windows): Columns {
  return x.shape[3] === 1
    ? { name: lines(to, x, windows), areTurned: true }
    : { name: alongBoth(to, x, windows), areTurned: false };
}

function lines(to: Translation, x: Value, { size, strides, dilations, out, pads }: Windows): string {
  const [top, left, bottom, right] = pads;
  const padded = to.pad(to.name(x), [0, top, left, 0, 0, bottom, right, 0]);
  const places = x.shape[0]! * product(out);
  const seen = Array.from({ length: product(size) }, (_, i) => {
    const starts = [Math.floor(i / size[1]) * dilations[0], (i % size[1]) * dilations[1]];
    const ends = starts.map((start, axis) => start + (out[axis]! - 1) * strides[axis]! + 1);
    return to.reshape(to.slice(padded, starts, ends, [1, 2], strides), [1, places]);
  });
  return to.concat(seen, 0);
}

/** First along the width, then along the height: fewer and longer pieces to copy. */
function alongBoth(to: Translation, x: Value, windows: Windows): string {
  const [rows, , , channels] = x.shape as [number, number, number, number];
  const { size, strides, dilations, out, pads } = windows;
  const [top, left, bottom, right] = pads;
  const along = (name: string, axis: 1 | 2): string => {
    const i = axis - 1;
    const parts = Array.from({ length: size[i]! }, (_, k) => {
      const start = k * dilations[i]!;
      return to.slice(name, [start], [start + (out[i]! - 1) * strides[i]! + 1], [axis], [strides[i]!]);
    });
    return to.concat(parts, 3);
  };
  const padded = to.pad(to.name(x), [0, top, left, 0, 0, bottom, right, 0]);
  return to.reshape(along(along(padded, 2), 1), [rows * product(out), product(size) * channels]);
}

function convolution(call: KernelCall, to: Translation): string {
  const [x, filter] = [inputOf(call, 'x'), inputOf(call, 'filter')];
  const bias = call.inputs['bias'] as Value | undefined;
  const weights = to.reshape(to.name(filter), [product(filter.shape.slice(0, 3)), filter.shape[3]!]);
  const seen = columns(to, x, convolutionWindows(to, call, x.shape, filter.shape));
  const result = gemm(to, [seen.name, weights], { transA: seen.areTurned, bias: bias && to.name(bias) });
  return to.reshape(result, outputOf(call).shape);
}

const filterGradient: Kernel = (call, to) => {
  const [x, dy] = [inputOf(call, 'x'), inputOf(call, 'dy')];
  const { filterShape } = call.attributes as { filterShape: number[] };
  const seen = columns(to, x, convolutionWindows(to, call, x.shape, filterShape));
  const outputs = filterShape[3]!;
  const gradients = to.reshape(to.name(dy), [product(dy.shape) / outputs, outputs]);
  return to.reshape(gemm(to, [seen.name, gradients], { transA: !seen.areTurned }), filterShape);
};

const inputGradient: Kernel = (call, to) => {
  const [dy, filter] = [inputOf(call, 'dy'), inputOf(call, 'filter')];
  const windows = convolutionWindows(to, call, call.attributes['inputShape'] as number[], filter.shape);
  const weights = to.transpose(to.name(filter), [3, 2, 0, 1]);
  return toChannelsLast(to, transposedConvolution(to, [toChannelsFirst(to, to.name(dy)), weights], windows, 1));
};

/** A filter [height, width, channels, multiplier] as one group for each channel. */
function depthwiseFilter(to: Translation, filter: Value): string {
  const [height, width, channels, multiplier] = filter.shape as [number, number, number, number];
  return to.reshape(to.transpose(to.name(filter), [2, 3, 0, 1]), [channels * multiplier, 1, height, width]);
}

function depthwise(call: KernelCall, to: Translation): string {
  const [x, filter] = [inputOf(call, 'x'), inputOf(call, 'filter')];
  const bias = call.inputs['bias'] as Value | undefined;
  const { strides, dilations, pads } = convolutionWindows(to, call, x.shape, filter.shape, true);
  const inputs = [toChannelsFirst(to, to.name(x)), depthwiseFilter(to, filter), ...(bias ? [to.name(bias)] : [])];
  const result = to.node('Conv', inputs, {
    group: { int: filter.shape[2]! },
    strides: { ints: strides },
    dilations: { ints: dilations },
    pads: { ints: pads }
  });
  return toChannelsLast(to, result);
}

const depthwiseInputGradient: Kernel = (call, to) => {
  const [dy, filter] = [inputOf(call, 'dy'), inputOf(call, 'filter')];
  const windows = convolutionWindows(to, call, call.attributes['inputShape'] as number[], filter.shape, true);
  const pair = [toChannelsFirst(to, to.name(dy)), depthwiseFilter(to, filter)] as const;
  return toChannelsLast(to, transposedConvolution(to, pair, windows, filter.shape[2]!));
};

/** One image whose channels are (channel, row of the batch), and a group for each channel. */
const depthwiseFilterGradient: Kernel = (call, to) => {
  const [x, dy] = [inputOf(call, 'x'), inputOf(call, 'dy')];
  const { filterShape } = call.attributes as { filterShape: number[] };
  const [height, width, channels, multiplier] = filterShape as [number, number, number, number];
  const [rows, inHeight, inWidth] = x.shape as [number, number, number, number];
  const { strides, dilations, pads } = convolutionWindows(to, call, x.shape, filterShape, true);
  const image = to.reshape(to.transpose(to.name(x), [3, 0, 1, 2]), [1, channels * rows, inHeight, inWidth]);
  const gradients = to.transpose(to.name(dy), [3, 0, 1, 2]);
  const whole = to.node('Conv', [image, gradients], {
    group: { int: channels },
    strides: { ints: dilations },
    dilations: { ints: strides },
    pads: { ints: pads }
  });
  const seen = to.reshape(to.slice(whole, [0, 0], [height, width], [2, 3]), [channels, multiplier, height, width]);
  return to.transpose(seen, [2, 3, 0, 1]);
};

/** Convolutions over images, with their gradients. */
export const CONVOLUTIONS: Readonly<Record<string, Kernel>> = {
  Conv2D: convolution,
  FusedConv2D: (call, to) => activated(call, convolution(call, to), to),
  Conv2DBackpropFilter: filterGradient,
  Conv2DBackpropInput: inputGradient,
  DepthwiseConv2dNative: depthwise,
  FusedDepthwiseConv2D: (call, to) => activated(call, depthwise(call, to), to),
  DepthwiseConv2dNativeBackpropInput: depthwiseInputGradient,
  DepthwiseConv2dNativeBackpropFilter: depthwiseFilterGradient
};
