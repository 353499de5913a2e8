import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { chooseBackend } from '../../choose.js';
import { tensorflow } from '../../load-tfjs.js';
import { record } from '../recorder.js';
import { fused } from './fusion.js';

describe('calls of a step become fewer', async () => {
  const tf = await tensorflow();
  await chooseBackend(tf, 'cpu');
  const weights = tf.ones([3, 2]) as Tensor2D;
  const truth = tf.tensor2d([
    [1, 0],
    [0, 1]
  ]);
  const x = tf.tensor2d([
    [1, 2, 3],
    [2, 0, 1]
  ]);

  /** Kernels of `step` that are left, in their order. */
  function kernels(step: (x: Tensor) => Tensor, input: Tensor = x): string[] {
    const [{ calls, outputs }] = record(tf, null, [input], () => [step(input)]);
    return fused(calls, outputs).map(({ kernel }) => kernel);
  }

  const loss = (probabilities: Tensor, sum: Tensor): Tensor =>
    tf.neg(tf.sum(tf.mul(truth, tf.log(tf.clipByValue(tf.div(probabilities, sum), 1e-7, 1 - 1e-7)))));
  const normalized = (logits: Tensor): Tensor => {
    const probabilities = tf.softmax(logits);
    return loss(probabilities, tf.sum(probabilities, 1, true));
  };
  const byAnother = (logits: Tensor): Tensor =>
    loss(tf.softmax(logits), tf.sum(tf.softmax(tf.mul(logits, 2)), 1, true));

  it('without the division of the answers of a softmax by their sum, there and back', () => {
    const step = (batch: Tensor): Tensor => tf.grad(normalized)(tf.matMul(batch, weights));
    const left = kernels(step);
    expect(left).toContain('Softmax');
    // That of the logarithm's gradient.
    expect(left.filter(kernel => kernel === 'RealDiv')).toHaveLength(1);
    expect(left).not.toContain('Add');
  });

  it('but with that by any other sum', () => {
    const step = (batch: Tensor): Tensor => tf.grad(byAnother)(tf.matMul(batch, weights));
    expect(kernels(step).filter(kernel => kernel === 'RealDiv')).toHaveLength(4);
    expect(kernels(step)).toContain('Add');
  });

  it('with a bias as a part of its product, unless something else reads the product', () => {
    const bias = tf.variable(tf.tensor1d([1, 2]));
    expect(kernels(batch => tf.relu(tf.add(tf.matMul(batch, weights), bias)))).toEqual(['BatchMatMul', 'Relu']);
    const twice = (batch: Tensor): Tensor => {
      const product = tf.matMul(batch, weights);
      return tf.mul(product, tf.add(product, bias));
    };
    expect(kernels(twice)).toEqual(['BatchMatMul', 'Add', 'Multiply']);
    bias.dispose();
  });

  it('and smaller, where a pool follows a rectifier whose values nothing else reads', () => {
    const picture = tf.reshape(tf.range(-8, 8), [1, 4, 4, 1]) as Tensor4D;
    const pooled = (image: Tensor): Tensor => tf.maxPool(tf.relu(image) as Tensor4D, 2, 2, 'valid');
    expect(kernels(image => pooled(tf.neg(image)), picture)).toEqual(['Neg', 'MaxPool', 'Relu']);
    const back = kernels(image => tf.grad(pooled)(tf.neg(image)), picture);
    expect(back.indexOf('Step')).toBeLessThan(back.indexOf('MaxPoolGrad'));
    expect(back.filter(kernel => kernel === 'MaxPoolGrad')).toHaveLength(1);
    expect(back.at(-1)).toBe('MaxPoolGrad');
    const readTwice = (image: Tensor): Tensor => {
      const rectified = tf.relu(tf.neg(image));
      return tf.add(tf.sum(rectified), tf.sum(tf.maxPool(rectified as Tensor4D, 2, 2, 'valid')));
    };
    expect(kernels(readTwice, picture).slice(0, 2)).toEqual(['Neg', 'Relu']);
  });
});
