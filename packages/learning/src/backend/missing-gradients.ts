import type {
  NamedAttrMap,
  NamedTensorInfoMap,
  Tensor,
  Tensor2D,
  Tensor4D,
  Tensor5D,
  TensorInfo
} from '@tensorflow/tfjs';
import type { Tf } from './tfjs.js';
import { seenInWindows, sumOfWindows } from './windows.js';

export type KernelCall = { inputs: NamedTensorInfoMap; attrs?: NamedAttrMap };
type Size4 = [number, number, number, number];

interface ConvolutionAttributes {
  readonly strides: number | [number, number];
  readonly pad: number | 'valid' | 'same';
  readonly dilations: number | [number, number];
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
  readonly filterShape: Size4;
  readonly inputShape: Size4;
}

/**
 * Registers gradients that tfjs 4.22 lacks on wasm, written with operations that wasm has: of convolutions, depthwise
 * convolutions and embeddings. With them every layer that trains on `cpu` trains on `wasm`.
 */
export function installWasmGradients(tf: Tf): void {
  const register = (kernelName: string, kernel: (tf: Tf, call: KernelCall) => Tensor): void => {
    if (tf.getKernel(kernelName, 'wasm')) {
      return;
    }
    tf.registerKernel({ kernelName, backendName: 'wasm', kernelFunc: call => tf.tidy(() => kernel(tf, call)) });
  };
  register('Conv2DBackpropFilter', convolutionFilterGradient);
  register('DepthwiseConv2dNativeBackpropFilter', depthwiseFilterGradient);
  register('DepthwiseConv2dNativeBackpropInput', depthwiseInputGradient);
  register('UnsortedSegmentSum', segmentSum);
  // That of tfjs 4.22 is wrong for windows that are not square.
  tf.unregisterKernel('MaxPoolGrad', 'wasm');
  register('MaxPoolGrad', maxPoolGradient);
  tf.unregisterKernel('Conv2DBackpropInput', 'wasm');
  register('Conv2DBackpropInput', convolutionInputGradient);
}

/**
 * On `cpu`, tfjs 4.22's gradient of nearest-neighbor resizing takes the first image of a batch for all of them, and that of
 * bilinear resizing says that height is width.
 */
export function repairCpuGradients(tf: Tf): void {
  const { kernelFunc } = tf.getKernel('ResizeBilinearGrad', 'cpu')!;
  tf.unregisterKernel('ResizeBilinearGrad', 'cpu');
  tf.registerKernel({
    kernelName: 'ResizeBilinearGrad',
    backendName: 'cpu',
    kernelFunc: call => ({ ...(kernelFunc(call) as TensorInfo), shape: call.inputs['images']!.shape })
  });
  tf.unregisterKernel('ResizeNearestNeighborGrad', 'cpu');
  tf.registerKernel({
    kernelName: 'ResizeNearestNeighborGrad',
    backendName: 'cpu',
    kernelFunc: call => tf.tidy(() => nearestNeighborGradient(tf, call))
  });
}

/**
 * tfjs 4.22 gives the whole gradient of a largest or smallest value to each of those that are equal, e.g. after upsampling;
 * here they share it, as in TensorFlow.
 */
export function repairExtremeGradients(tf: Tf): void {
  // tfjs names their axes differently.
  for (const [kernelName, axesName] of [
    ['Max', 'reductionIndices'],
    ['Min', 'axis']
  ] as const) {
    tf.registerGradient({
      kernelName,
      inputsToSave: ['x'],
      outputsToSave: [true],
      gradFunc: (dy, saved, attrs) => {
        const [x, y] = saved as [Tensor, Tensor];
        const axes = tf.util.parseAxisParam(attrs[axesName] as number | number[], x.shape);
        const kept = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
        return {
          x: () => {
            const isExtreme = tf.cast(tf.equal(x, tf.reshape(y, kept)), 'float32');
            const share = tf.div(isExtreme, tf.sum(isExtreme, axes, true));
            return tf.mul(share, tf.reshape(dy as Tensor, kept));
          }
        };
      }
    });
  }
}

/** What a filter at (row, column) of its window saw, as [batch, out rows, out columns, channels]. */
type Seen = (row: number, column: number) => Tensor4D;

function convolution(tf: Tf, inShape: Size4, attributes: ConvolutionAttributes, depthwise: boolean) {
  const { strides, pad, filterShape, dimRoundingMode, dilations } = attributes;
  const info = tf.backend_util.computeConv2DInfo(
    inShape,
    filterShape,
    strides,
    dilations ?? 1,
    pad,
    dimRoundingMode,
    depthwise
  );
  const { top, bottom, left, right } = info.padInfo;
  const padded = (x: Tensor4D): Tensor4D => {
    return top + bottom + left + right === 0
      ? x
      : tf.pad4d(x, [
          [0, 0],
          [top, bottom],
          [left, right],
          [0, 0]
        ]);
  };
  return { info, padded, top, left };
}

function seenBy(tf: Tf, call: KernelCall): { info: ReturnType<typeof convolution>['info']; seen: Seen } {
  const x = tensor(tf, call, 'x') as Tensor4D;
  const { info, padded } = convolution(tf, x.shape, attributesOf(call), true);
  const all = padded(x);
  const { batchSize, outHeight, outWidth, inChannels, strideHeight, strideWidth } = info;
  const { dilationHeight, dilationWidth } = info;
  const seen: Seen = (row, column) => {
    const [y, x] = [row * dilationHeight, column * dilationWidth];
    return tf.stridedSlice(
      all,
      [0, y, x, 0],
      [batchSize, y + (outHeight - 1) * strideHeight + 1, x + (outWidth - 1) * strideWidth + 1, inChannels],
      [1, strideHeight, strideWidth, 1]
    ) as Tensor4D;
  };
  return { info, seen };
}

/** As one product of matrices, which wasm has a fast kernel for, unless one is transposed. */
function convolutionFilterGradient(tf: Tf, call: KernelCall): Tensor {
  const x = tensor(tf, call, 'x') as Tensor4D;
  const { info } = convolution(tf, x.shape, attributesOf(call), false);
  const dy = tf.reshape(tensor(tf, call, 'dy'), [-1, info.outChannels]) as Tensor2D;
  const seen = tf.tensor2d(seenInWindows(x.dataSync(), info), [x.shape[3] * weightsPerChannel(info), dy.shape[0]]);
  return tf.reshape(tf.matMul(seen, dy), attributesOf(call).filterShape);
}

/** In place of tfjs's, which takes several times as long. */
function convolutionInputGradient(tf: Tf, call: KernelCall): Tensor {
  const filter = tensor(tf, call, 'filter') as Tensor4D;
  const attributes = attributesOf(call);
  const { info } = convolution(tf, attributes.inputShape, { ...attributes, filterShape: filter.shape }, false);
  const dy = tf.reshape(tensor(tf, call, 'dy'), [-1, info.outChannels]) as Tensor2D;
  const weights = tf.reshape(filter, [-1, info.outChannels]) as Tensor2D;
  const parts = tf.matMul(dy, tf.transpose(weights));
  return tf.tensor4d(sumOfWindows(parts.dataSync(), info), attributes.inputShape);
}

function depthwiseFilterGradient(tf: Tf, call: KernelCall): Tensor {
  const { info, seen } = seenBy(tf, call);
  const { batchSize, outHeight, outWidth, inChannels } = info;
  const multiplier = info.outChannels / inChannels;
  const dy = tf.reshape(tensor(tf, call, 'dy'), [batchSize * outHeight * outWidth, inChannels, multiplier]);
  const parts = positions(info).map(([row, column]) => {
    return tf.sum(tf.mul(tf.reshape(seen(row, column), [-1, inChannels, 1]), dy), 0);
  });
  return tf.reshape(tf.stack(parts), attributesOf(call).filterShape);
}

function depthwiseInputGradient(tf: Tf, call: KernelCall): Tensor {
  const attributes = attributesOf(call);
  const filter = tensor(tf, call, 'filter') as Tensor4D;
  const { info, top, left } = convolution(
    tf,
    attributes.inputShape,
    { ...attributes, filterShape: filter.shape },
    true
  );
  const { batchSize, outHeight, outWidth, inChannels, inHeight, inWidth, strideHeight, strideWidth, padInfo } = info;
  const multiplier = info.outChannels / inChannels;
  const dy = tf.reshape(tensor(tf, call, 'dy'), [batchSize, outHeight, outWidth, inChannels, multiplier]) as Tensor5D;
  const [height, width] = [inHeight + padInfo.top + padInfo.bottom, inWidth + padInfo.left + padInfo.right];
  const parts = positions(info).map(([row, column]) => {
    const weights = tf.reshape(tf.slice(filter, [row, column, 0, 0], [1, 1, inChannels, multiplier]), [
      inChannels,
      multiplier
    ]);
    const spread = spaced(tf, tf.sum(tf.mul(dy, weights), 4) as Tensor4D, strideHeight, strideWidth);
    const [y, x] = [row * info.dilationHeight, column * info.dilationWidth];
    return tf.pad4d(spread, [
      [0, 0],
      [y, height - y - spread.shape[1]],
      [x, width - x - spread.shape[2]],
      [0, 0]
    ]);
  });
  return tf.slice(tf.addN(parts), [0, top, left, 0], [batchSize, inHeight, inWidth, inChannels]);
}

/** Puts `strides − 1` zeros between the rows and columns. */
function spaced(tf: Tf, x: Tensor4D, strideHeight: number, strideWidth: number): Tensor4D {
  if (strideHeight === 1 && strideWidth === 1) {
    return x;
  }
  const [batch, height, width, channels] = x.shape;
  const wide = tf.concat(
    [tf.reshape(x, [batch, height, width, 1, channels]), tf.zeros([batch, height, width, strideWidth - 1, channels])],
    3
  );
  const rows = tf.reshape(wide, [batch, height, 1, width * strideWidth * channels]);
  const high = tf.concat([rows, tf.zeros([batch, height, strideHeight - 1, width * strideWidth * channels])], 2);
  const all = tf.reshape(high, [batch, height * strideHeight, width * strideWidth, channels]) as Tensor4D;
  return tf.slice(all, [0, 0, 0, 0], [batch, (height - 1) * strideHeight + 1, (width - 1) * strideWidth + 1, channels]);
}

function segmentSum(tf: Tf, call: KernelCall): Tensor {
  const x = tensor(tf, call, 'x');
  const ids = tensor(tf, call, 'segmentIds').dataSync();
  const { numSegments } = call.attrs as unknown as { numSegments: number };
  const values = x.dataSync();
  const width = x.size / ids.length;
  const sums = new Float32Array(numSegments * width);
  for (let row = 0; row < ids.length; row++) {
    const to = ids[row]! * width;
    for (let i = 0; i < width; i++) {
      sums[to + i]! += values[row * width + i]!;
    }
  }
  return tf.tensor(sums, [numSegments, ...x.shape.slice(1)], x.dtype);
}

/** Hands each number to the first largest value of the window that it came from. */
function maxPoolGradient(tf: Tf, call: KernelCall): Tensor {
  const x = tensor(tf, call, 'input') as Tensor4D;
  const { filterSize, strides, pad, dimRoundingMode } = call.attrs as unknown as {
    filterSize: number | [number, number];
    strides: number | [number, number];
    pad: number | 'valid' | 'same';
    dimRoundingMode?: 'floor' | 'round' | 'ceil';
  };
  const info = tf.backend_util.computePool2DInfo(x.shape, filterSize, strides, 1, pad, dimRoundingMode);
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, strideHeight, strideWidth, padInfo } = info;
  const values = x.dataSync();
  const dy = tensor(tf, call, 'dy').dataSync();
  const sums = new Float32Array(x.size);
  let from = 0;
  for (let image = 0; image < batchSize; image++) {
    for (let row = 0; row < outHeight; row++) {
      const top = row * strideHeight - padInfo.top;
      const bottom = Math.min(inHeight, top + info.filterHeight);
      for (let column = 0; column < outWidth; column++) {
        const left = column * strideWidth - padInfo.left;
        const right = Math.min(inWidth, left + info.filterWidth);
        for (let channel = 0; channel < inChannels; channel++, from++) {
          let largest = -1;
          for (let y = Math.max(0, top); y < bottom; y++) {
            for (let x = Math.max(0, left); x < right; x++) {
              const at = ((image * inHeight + y) * inWidth + x) * inChannels + channel;
              if (largest < 0 || values[at]! > values[largest]!) {
                largest = at;
              }
            }
          }
          sums[largest]! += dy[from]!;
        }
      }
    }
  }
  return tf.tensor4d(sums, x.shape);
}

function nearestNeighborGradient(tf: Tf, call: KernelCall): Tensor {
  const images = tensor(tf, call, 'images') as Tensor4D;
  const dy = tensor(tf, call, 'dy') as Tensor4D;
  const { alignCorners } = call.attrs as unknown as { alignCorners: boolean };
  const [batch, height, width, channels] = images.shape;
  const [, outHeight, outWidth] = dy.shape;
  const source = (size: number, outSize: number): ((at: number) => number) => {
    const shrink = alignCorners && outSize > 1 ? 1 : 0;
    const scale = (size - shrink) / (outSize - shrink);
    return at => Math.min(size - 1, alignCorners ? Math.round(at * scale) : Math.floor(at * scale));
  };
  const rowOf = source(height, outHeight);
  const columnOf = source(width, outWidth);
  const gradient = dy.dataSync();
  const sums = new Float32Array(images.size);
  let from = 0;
  for (let image = 0; image < batch; image++) {
    for (let y = 0; y < outHeight; y++) {
      for (let x = 0; x < outWidth; x++) {
        const to = ((image * height + rowOf(y)) * width + columnOf(x)) * channels;
        for (let c = 0; c < channels; c++) {
          sums[to + c]! += gradient[from++]!;
        }
      }
    }
  }
  return tf.tensor4d(sums, images.shape);
}

function weightsPerChannel(info: { filterHeight: number; filterWidth: number }): number {
  return info.filterHeight * info.filterWidth;
}

function positions(info: { filterHeight: number; filterWidth: number }): [row: number, column: number][] {
  return Array.from({ length: info.filterHeight * info.filterWidth }, (_, i) => [
    Math.floor(i / info.filterWidth),
    i % info.filterWidth
  ]);
}

function attributesOf(call: KernelCall): ConvolutionAttributes {
  return call.attrs as unknown as ConvolutionAttributes;
}

/** Kernels are handed tensors, or what is needed to make one. */
/** An input of a kernel as a tensor that lives as long as its caller has it. */
export function tensor(tf: Tf, call: KernelCall, name: string): Tensor {
  const info = call.inputs[name]!;
  return info instanceof tf.Tensor ? info : tf.engine().makeTensorFromTensorInfo(info);
}
