import type { Tf } from '../../tfjs.js';
import type { KernelCall } from '../recording.js';
import type { Translation } from '../translation.js';

/** Windows of a convolution or pool over images [rows, height, width, channels]. */
export interface Windows {
  readonly size: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  /** Height and width of the input, and of the output. */
  readonly from: readonly [number, number];
  readonly out: readonly [number, number];
  /** Top, left, bottom, right. */
  readonly pads: readonly [number, number, number, number];
}

type Info = ReturnType<Tf['backend_util']['computeConv2DInfo']>;

export function convolutionWindows(
  { tf }: Translation,
  { attributes }: KernelCall,
  shape: readonly number[],
  filter: readonly number[],
  depthwise = false
): Windows {
  const { strides, dilations, pad, dimRoundingMode } = attributes as unknown as ConvolutionAttributes;
  return windowsOf(
    tf.backend_util.computeConv2DInfo(
      shape as Shape4D,
      filter as Shape4D,
      strides,
      dilations ?? 1,
      pad,
      dimRoundingMode,
      depthwise
    )
  );
}

export function poolWindows({ tf }: Translation, { attributes }: KernelCall, shape: readonly number[]): Windows {
  const { filterSize, strides, pad, dimRoundingMode } = attributes as unknown as ConvolutionAttributes & {
    filterSize: number | [number, number];
  };
  return windowsOf(tf.backend_util.computePool2DInfo(shape as Shape4D, filterSize, strides, 1, pad, dimRoundingMode));
}

type Shape4D = [number, number, number, number];

interface ConvolutionAttributes {
  readonly strides: number | [number, number];
  readonly dilations?: number | [number, number] | null;
  readonly pad: 'valid' | 'same' | number;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

function windowsOf(info: Info): Windows {
  const { top, left, bottom, right } = info.padInfo;
  return {
    size: [info.filterHeight, info.filterWidth],
    strides: [info.strideHeight, info.strideWidth],
    dilations: [info.dilationHeight, info.dilationWidth],
    from: [info.inHeight, info.inWidth],
    out: [info.outHeight, info.outWidth],
    pads: [top, left, bottom, right]
  };
}

export function toChannelsFirst(to: Translation, name: string): string {
  return to.transpose(name, [0, 3, 1, 2]);
}

export function toChannelsLast(to: Translation, name: string): string {
  return to.transpose(name, [0, 2, 3, 1]);
}

/** A convolution turned around: what each output of the windows gives to its inputs, channels first. */
export function transposedConvolution(
  to: Translation,
  [dy, filter]: readonly [string, string],
  windows: Windows,
  group: number
): string {
  const { size, strides, dilations, from, out, pads } = windows;
  const full = [0, 1].map(i => (out[i]! - 1) * strides[i]! + (size[i]! - 1) * dilations[i]! + 1) as [number, number];
  const whole = to.node('ConvTranspose', [dy, filter], {
    strides: { ints: strides },
    dilations: { ints: dilations },
    pads: { ints: [0, 0, 0, 0] },
    group: { int: group }
  });
  // What lies beyond the input on each side is cut away, or was never seen and is zero.
  const [top, left] = pads;
  return to.pad(whole, [0, 0, -top, -left, 0, 0, from[0] + top - full[0], from[1] + left - full[1]]);
}
