import type { Tensor, Tensor5D } from '@tensorflow/tfjs';
import { tensor, type KernelCall } from './missing-gradients.js';
import type { Tf } from './tfjs.js';

type Shape5D = [number, number, number, number, number];

interface ConvolutionAttributes {
  readonly strides: number | [number, number, number];
  readonly pad: 'valid' | 'same';
  readonly inputShape: Shape5D;
  readonly filterShape: Shape5D;
}

/** tfjs 4.22's gradients of a convolution of volumes are wrong on wasm; here they are written with operations that are right. */
export function repairVolumeGradients(tf: Tf): void {
  const replace = (kernelName: string, kernel: (tf: Tf, call: KernelCall) => Tensor): void => {
    tf.unregisterKernel(kernelName, 'wasm');
    tf.registerKernel({ kernelName, backendName: 'wasm', kernelFunc: call => tf.tidy(() => kernel(tf, call)) });
  };
  replace('Conv3DBackpropInputV2', inputGradient);
  replace('Conv3DBackpropFilterV2', filterGradient);
}

/** A convolution of the spread gradient with the filter turned around. */
function inputGradient(tf: Tf, call: KernelCall): Tensor {
  const [dy, filter] = [tensor(tf, call, 'dy') as Tensor5D, tensor(tf, call, 'filter') as Tensor5D];
  const { strides, pad, inputShape } = call.attrs as unknown as ConvolutionAttributes;
  const info = tf.backend_util.computeConv3DInfo(inputShape, filter.shape, strides, 1, pad);
  const { front, top, left } = info.padInfo;
  const size = filter.shape.slice(0, 3);
  const steps = [info.strideDepth, info.strideHeight, info.strideWidth];
  const spread = steps.reduce((all, step, i) => apart(tf, all, i + 1, step), dy as Tensor) as Tensor5D;
  const around = [front, top, left].map((before, i): [number, number] => {
    const ahead = size[i]! - 1 - before;
    return [ahead, inputShape[i + 1]! + size[i]! - 1 - ahead - spread.shape[i + 1]!];
  });
  const turned = tf.transpose(tf.reverse(filter, [0, 1, 2]), [0, 1, 2, 4, 3]);
  return tf.conv3d(tf.pad(spread, [[0, 0], ...around, [0, 0]]), turned, 1, 'valid');
}

/** For each weight the product of what it saw and the gradient. */
function filterGradient(tf: Tf, call: KernelCall): Tensor {
  const [x, dy] = [tensor(tf, call, 'x') as Tensor5D, tensor(tf, call, 'dy') as Tensor5D];
  const { strides, pad, filterShape } = call.attrs as unknown as ConvolutionAttributes;
  const info = tf.backend_util.computeConv3DInfo(x.shape, filterShape, strides, 1, pad);
  const { front, back, top, bottom, left, right } = info.padInfo;
  const padded = tf.pad(x, [
    [0, 0],
    [front, back],
    [top, bottom],
    [left, right],
    [0, 0]
  ]);
  const steps = [1, info.strideDepth, info.strideHeight, info.strideWidth, 1];
  const gradient = tf.reshape(dy, [-1, filterShape[4]]);
  const [depth, height, width, channels] = filterShape;
  const taps: Tensor[] = [];
  for (let d = 0; d < depth; d++) {
    for (let h = 0; h < height; h++) {
      for (let w = 0; w < width; w++) {
        const begin = [0, d, h, w, 0];
        const end = begin.map((start, axis) =>
          axis === 0 || axis === 4 ? x.shape[axis]! : start + (dy.shape[axis]! - 1) * steps[axis]! + 1
        );
        const seen = tf.reshape(tf.stridedSlice(padded, begin, end, steps), [-1, channels]);
        taps.push(tf.matMul(seen, gradient, true) as Tensor);
      }
    }
  }
  return tf.reshape(tf.stack(taps), filterShape);
}

/** Puts `step` - 1 zeros between the values along an axis. */
function apart(tf: Tf, x: Tensor, axis: number, step: number): Tensor {
  if (step === 1) {
    return x;
  }
  const count = x.shape[axis]!;
  const [before, after] = [x.shape.slice(0, axis), x.shape.slice(axis + 1)];
  const size = (shape: readonly number[]): number => shape.reduce((all, each) => all * each, 1);
  const single = tf.reshape(x, [size(before) * count, 1, size(after)]);
  const wide = tf.pad(single, [
    [0, 0],
    [0, step - 1],
    [0, 0]
  ]);
  const all = tf.reshape(wide, [size(before), count * step, size(after)]);
  const cut = tf.slice(all, [0, 0, 0], [-1, (count - 1) * step + 1, -1]);
  return tf.reshape(cut, [...before, (count - 1) * step + 1, ...after]);
}
