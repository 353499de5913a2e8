import type { KernelCall, Value } from '../recording.js';
import { inputOf, outputOf, product, type Kernel, type Translation } from '../translation.js';
import { activated, gemm } from './products.js';
import { convolutionWindows, toChannelsFirst, toChannelsLast, transposedConvolution, type Windows } from './windows.js';

/**
 * What each weight of a filter sees: [rows · out height · out width, filter height · width · channels]. First along the
 * width, then along the height: fewer and longer pieces to copy.
 */
function columns(to: Translation, x: Value, windows: Windows): string {
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
  return to.reshape(gemm(to, [seen, weights], { bias: bias && to.name(bias) }), outputOf(call).shape);
}

const filterGradient: Kernel = (call, to) => {
  const [x, dy] = [inputOf(call, 'x'), inputOf(call, 'dy')];
  const { filterShape } = call.attributes as { filterShape: number[] };
  const seen = columns(to, x, convolutionWindows(to, call, x.shape, filterShape));
  const gradients = to.reshape(to.name(dy), [-1, filterShape[3]!]);
  return to.reshape(gemm(to, [seen, gradients], { transA: true }), outputOf(call).shape);
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
