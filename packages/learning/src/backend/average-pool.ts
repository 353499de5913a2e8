import type { Tensor, Tensor4D } from '@tensorflow/tfjs';
import type { Tf } from './tfjs.js';

interface PoolAttributes {
  readonly filterSize: number | [number, number];
  readonly strides: number | [number, number];
  readonly pad: 'valid' | 'same' | number;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/**
 * tfjs 4.22 divides the gradient of an average by the size of the window, and the average itself by what the window holds
 * without padding; here both are divided by what it holds, as in TensorFlow.
 */
export function repairAverageGradients(tf: Tf): void {
  tf.registerGradient({
    kernelName: 'AvgPool',
    inputsToSave: ['x'],
    gradFunc: (dy, saved, attrs) => {
      const [x] = saved as [Tensor4D];
      const attributes = attrs as unknown as PoolAttributes;
      return {
        x: () => {
          const shares = tf.getBackend() === 'tensorflow' ? null : sharesOf(tf, x, attributes);
          const given = shares ? tf.mul(dy as Tensor, shares) : (dy as Tensor);
          return tf.engine().runKernel('AvgPoolGrad', { dy: given, input: x }, attrs) as Tensor;
        }
      };
    }
  });
}

/** The size of each window over what it holds, [1, out height, out width, 1]; null when all are whole. */
function sharesOf(tf: Tf, x: Tensor4D, { filterSize, strides, pad, dimRoundingMode }: PoolAttributes): Tensor | null {
  const info = tf.backend_util.computePool2DInfo(x.shape, filterSize, strides, 1, pad, dimRoundingMode);
  const { top, left, bottom, right } = info.padInfo;
  if (top + left + bottom + right === 0) {
    return null;
  }
  const held = (at: number, stride: number, before: number, window: number, size: number): number => {
    const start = at * stride - before;
    return Math.min(size, start + window) - Math.max(0, start);
  };
  const shares = new Float32Array(info.outHeight * info.outWidth);
  for (let row = 0; row < info.outHeight; row++) {
    for (let column = 0; column < info.outWidth; column++) {
      const height = held(row, info.strideHeight, top, info.filterHeight, info.inHeight);
      const width = held(column, info.strideWidth, left, info.filterWidth, info.inWidth);
      shares[row * info.outWidth + column] = (info.filterHeight * info.filterWidth) / (height * width);
    }
  }
  return tf.tensor4d(shares, [1, info.outHeight, info.outWidth, 1]);
}
