import type { Tensor, Tensor2D } from '@tensorflow/tfjs';
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
  function kernels(step: (x: Tensor) => Tensor): string[] {
    const [{ calls, outputs }] = record(tf, null, [x], () => [step(x)]);
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
});
