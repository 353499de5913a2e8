import { expect, it } from 'vitest';
import { tensorflow } from './load-tfjs.js';
import { operationsPerRow, recurrentCalls } from './work.js';

it('counts each weight once for every place that a layer uses it at', async () => {
  const tf = await tensorflow();
  const dense = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [4] })] });
  expect(operationsPerRow(dense)).toBe(6 * (4 * 3 + 3));
  const convolution = tf.sequential({
    layers: [
      tf.layers.conv2d({ filters: 2, kernelSize: 3, padding: 'same', inputShape: [5, 5, 1] }),
      tf.layers.flatten()
    ]
  });
  expect(operationsPerRow(convolution)).toBe(6 * (9 * 2 + 2) * 25);
  const recurrent = tf.sequential({ layers: [tf.layers.gru({ units: 2, inputShape: [7, 3] })] });
  expect(operationsPerRow(recurrent)).toBe(6 * recurrent.countParams() * 7);
  expect([dense, convolution, recurrent].map(recurrentCalls)).toEqual([0, 0, 7]);
});

it('counts a layer that is used twice twice', async () => {
  const tf = await tensorflow();
  const inputs = [tf.input({ shape: [4] }), tf.input({ shape: [4] })];
  const shared = tf.layers.dense({ units: 3 });
  const both = tf.layers.add().apply(inputs.map(input => shared.apply(input) as typeof input)) as (typeof inputs)[0];
  expect(operationsPerRow(tf.model({ inputs, outputs: both! }))).toBe(2 * 6 * (4 * 3 + 3));
});
