import type { Tensor } from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { chooseBackend } from './choose.js';
import { tensorflow } from './load-tfjs.js';

describe('gradients that tfjs 4.22 gets wrong', async () => {
  const tf = await tensorflow();
  const wave = (shape: number[], step: number): Tensor => {
    const size = shape.reduce((all, each) => all * each, 1);
    return tf.tensor(
      Float32Array.from({ length: size }, (_, i) => Math.sin(i * step)),
      shape
    );
  };

  async function onBoth(gradient: () => Tensor): Promise<[Float32Array, Float32Array]> {
    await chooseBackend(tf, 'cpu');
    const right = gradient().dataSync() as Float32Array;
    await chooseBackend(tf, 'wasm');
    return [gradient().dataSync() as Float32Array, right];
  }

  it.each(['max', 'min'] as const)('of %s are shared by values that are equal, whatever the axis', async name => {
    const sign = name === 'max' ? 1 : -1;
    const x = tf.mul(tf.tensor2d([1, 5, 5, 2, 0, 0, -1, 3], [2, 4]), sign);
    const [mine, right] = await onBoth(() => tf.grad(a => tf[name](a, 1))(x));
    expect(Array.from(mine)).toEqual([0, 0.5, 0.5, 0, 0, 0, 0, 1]);
    expect(mine).toEqual(right);
    expect(
      Array.from(
        tf
          .grad(a => tf[name](a))(x)
          .dataSync()
      )
    ).toEqual([0, 0.5, 0.5, 0, 0, 0, 0, 0]);
    expect(
      Array.from(
        tf
          .grad(a => tf[name](a, 0, true))(x)
          .dataSync()
      )
    ).toEqual([1, 1, 1, 0, 0, 0, 0, 1]);
  });

  it('of bilinear resizing fit images that are not square', async () => {
    const gradient = (): Tensor =>
      tf.grad(a => tf.mul(tf.image.resizeBilinear(a as never, [6, 15]), wave([2, 6, 15, 2], 0.7)))(
        wave([2, 3, 5, 2], 0.3)
      );
    const [mine, right] = await onBoth(gradient);
    mine.forEach((value, i) => expect(value).toBeCloseTo(right[i]!, 5));
  });

  it.each([
    [1, 'valid', [2, 3, 2]],
    [2, 'same', [2, 2, 2]],
    [2, 'valid', [3, 2, 1]]
  ] as const)('of a convolution of volumes, strides %s, %s, are those of cpu', async (strides, pad, size) => {
    const [mine, right] = await onBoth(() => {
      const loss = (x: Tensor, filter: Tensor): Tensor =>
        tf.sum(tf.square(tf.conv3d(x as never, filter as never, strides, pad)));
      const gradients = tf.grads(loss as never)([wave([2, 4, 5, 6, 2], 0.7), wave([...size, 2, 3], 1.3)]);
      return tf.concat(gradients.map(each => tf.reshape(each, [-1])));
    });
    mine.forEach((value, i) => expect(value).toBeCloseTo(right[i]!, 2));
    expect(Math.max(...right)).toBeGreaterThan(0.3);
  });
});

describe('the gradient of an average over padded windows', async () => {
  const tf = await tensorflow();

  it.each(['wasm', 'cpu'])('shares out all of what each window was given, on %s', async backend => {
    await chooseBackend(tf, backend);
    const x = tf.ones([1, 3, 3, 1]);
    const gradient = tf.grad((each: Tensor) => tf.sum(tf.avgPool(each as never, 2, 2, 'same')))(x);
    expect([...gradient.dataSync()]).toEqual([0.25, 0.25, 0.5, 0.25, 0.25, 0.5, 0.5, 0.5, 1]);
  });
});
