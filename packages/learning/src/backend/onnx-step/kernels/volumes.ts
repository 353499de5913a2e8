import type { KernelCall } from '../recording.js';
import { inputOf, outputOf, product, type Kernel, type Translation } from '../translation.js';

type Three = readonly [number, number, number];

/** Windows of a convolution or pool over volumes [rows, depth, height, width, channels]. */
interface Windows3 {
  readonly size: Three;
  readonly strides: Three;
  readonly dilations: Three;
  readonly from: Three;
  readonly out: Three;
  /** Front, top, left, back, bottom, right. */
  readonly pads: readonly number[];
}

interface Attributes {
  readonly strides: number | [number, number, number];
  readonly dilations?: number | [number, number, number] | null;
  readonly pad: 'valid' | 'same';
  readonly filterSize: number | [number, number, number];
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

type Shape5D = [number, number, number, number, number];

function convolutionWindows(
  { tf }: Translation,
  { attributes }: KernelCall,
  shape: readonly number[],
  filter: readonly number[]
): Windows3 {
  const { strides, dilations, pad } = attributes as unknown as Attributes;
  return windowsOf(
    tf.backend_util.computeConv3DInfo(shape as Shape5D, filter as Shape5D, strides, dilations ?? 1, pad)
  );
}

function poolWindows({ tf }: Translation, { attributes }: KernelCall, shape: readonly number[]): Windows3 {
  const { filterSize, strides, pad, dimRoundingMode } = attributes as unknown as Attributes;
  return windowsOf(tf.backend_util.computePool3DInfo(shape as Shape5D, filterSize, strides, 1, pad, dimRoundingMode));
}

function windowsOf(info: ReturnType<Translation['tf']['backend_util']['computeConv3DInfo']>): Windows3 {
  const { front, top, left, back, bottom, right } = info.padInfo;
  return {
    size: [info.filterDepth, info.filterHeight, info.filterWidth],
    strides: [info.strideDepth, info.strideHeight, info.strideWidth],
    dilations: [info.dilationDepth, info.dilationHeight, info.dilationWidth],
    from: [info.inDepth, info.inHeight, info.inWidth],
    out: [info.outDepth, info.outHeight, info.outWidth],
    pads: [front, top, left, back, bottom, right]
  };
}

const FIRST = [0, 4, 1, 2, 3];
const LAST = [0, 2, 3, 4, 1];

/** What each output of the windows gives to its inputs, channels first. */
function turnedAround(to: Translation, dy: string, filter: string, windows: Windows3): string {
  const { size, strides, dilations, from, out, pads } = windows;
  const whole = to.node('ConvTranspose', [dy, filter], {
    strides: { ints: strides },
    dilations: { ints: dilations },
    pads: { ints: [0, 0, 0, 0, 0, 0] }
  });
  const before = [0, 1, 2].map(i => -pads[i]!);
  const after = [0, 1, 2].map(i => {
    const full = (out[i]! - 1) * strides[i]! + (size[i]! - 1) * dilations[i]! + 1;
    return from[i]! + pads[i]! - full;
  });
  return to.pad(whole, [0, 0, ...before, 0, 0, ...after]);
}

const convolution: Kernel = (call, to) => {
  const [x, filter] = [inputOf(call, 'x'), inputOf(call, 'filter')];
  const { strides, dilations, pads } = convolutionWindows(to, call, x.shape, filter.shape);
  const inputs = [to.transpose(to.name(x), FIRST), to.transpose(to.name(filter), [4, 3, 0, 1, 2])];
  const attributes = { strides: { ints: strides }, dilations: { ints: dilations }, pads: { ints: pads } };
  return to.transpose(to.node('Conv', inputs, attributes), LAST);
};

/** Channels of the input as its batch, gradients as the filter: strides become dilations. */
const filterGradient: Kernel = (call, to) => {
  const [x, dy] = [inputOf(call, 'x'), inputOf(call, 'dy')];
  const { filterShape } = call.attributes as { filterShape: number[] };
  const { size, strides, dilations, pads } = convolutionWindows(to, call, x.shape, filterShape);
  const inputs = [to.transpose(to.name(x), [4, 0, 1, 2, 3]), to.transpose(to.name(dy), [4, 0, 1, 2, 3])];
  const attributes = { strides: { ints: dilations }, dilations: { ints: strides }, pads: { ints: pads } };
  const whole = to.node('Conv', inputs, attributes);
  return to.transpose(to.slice(whole, [0, 0, 0], size, [2, 3, 4]), [2, 3, 4, 0, 1]);
};

const inputGradient: Kernel = (call, to) => {
  const [dy, filter] = [inputOf(call, 'dy'), inputOf(call, 'filter')];
  const windows = convolutionWindows(to, call, call.attributes['inputShape'] as number[], filter.shape);
  const weights = to.transpose(to.name(filter), [4, 3, 0, 1, 2]);
  return to.transpose(turnedAround(to, to.transpose(to.name(dy), FIRST), weights, windows), LAST);
};

function pool(to: Translation, name: string, operator: 'MaxPool' | 'AveragePool', windows: Windows3): string[] {
  const { size, strides, pads } = windows;
  const attributes = { kernel_shape: { ints: size }, strides: { ints: strides }, pads: { ints: pads } };
  const first = to.transpose(name, FIRST);
  return operator === 'MaxPool'
    ? to.nodes(operator, [first], 2, attributes)
    : [to.node(operator, [first], { ...attributes, count_include_pad: { int: 0 } })];
}

const maxPool: Kernel = (call, to) => {
  const x = inputOf(call, 'x');
  return to.transpose(pool(to, to.name(x), 'MaxPool', poolWindows(to, call, x.shape))[0]!, LAST);
};

const averagePool: Kernel = (call, to) => {
  const x = inputOf(call, 'x');
  return to.transpose(pool(to, to.name(x), 'AveragePool', poolWindows(to, call, x.shape))[0]!, LAST);
};

const maxPoolGrad: Kernel = (call, to) => {
  const input = inputOf(call, 'input');
  const [rows, depth, height, width, channels] = input.shape as Shape5D;
  const places = pool(to, to.name(input), 'MaxPool', poolWindows(to, call, input.shape))[1]!;
  const dy = to.reshape(to.transpose(to.name(inputOf(call, 'dy')), FIRST), [-1]);
  const sums = to.node('ScatterElements', [to.zeros([product(input.shape)]), to.reshape(places, [-1]), dy], {
    axis: { int: 0 },
    reduction: { string: 'add' }
  });
  return to.transpose(to.reshape(sums, [rows, channels, depth, height, width]), LAST);
};

/** Each gradient, divided by the size of its window, goes to all of it, by channels. */
const averagePoolGrad: Kernel = (call, to) => {
  const input = inputOf(call, 'input');
  const windows = poolWindows(to, call, input.shape);
  const [rows, , , , channels] = input.shape as Shape5D;
  const all = product(windows.size);
  const shares = to.constant('float32', new Float32Array(all).fill(1 / all), [1, 1, ...windows.size]);
  const dy = to.transpose(to.name(inputOf(call, 'dy')), FIRST);
  const spread = turnedAround(to, to.reshape(dy, [rows * channels, 1, ...windows.out]), shares, windows);
  return to.reshape(to.transpose(to.reshape(spread, [rows, channels, ...windows.from]), LAST), outputOf(call).shape);
};

/** Convolutions and pools over volumes, with their gradients. */
export const VOLUMES: Readonly<Record<string, Kernel>> = {
  Conv3D: convolution,
  Conv3DBackpropFilterV2: filterGradient,
  Conv3DBackpropInputV2: inputGradient,
  MaxPool3D: maxPool,
  MaxPool3DGrad: maxPoolGrad,
  AvgPool3D: averagePool,
  AvgPool3DGrad: averagePoolGrad
};
