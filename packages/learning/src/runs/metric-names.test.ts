import './autolog.js';
import type { LayersModel } from '@tensorflow/tfjs';
import { beforeEach, expect, it } from 'vitest';
import { RecordingNotebook } from '../../../notebook/testing/notebook-double.js';
import { tensorflow } from '../backend/load-tfjs.js';
import { run } from './run.js';

let book: RecordingNotebook;
beforeEach(() => {
  book = RecordingNotebook.install('/');
});

async function train(loss: string, metrics: string[]): Promise<void> {
  const tf = await tensorflow();
  const network: LayersModel = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] });
  network.compile({ optimizer: 'sgd', loss, metrics });
  const [x, y] = [tf.tensor2d([[1], [2]]), tf.tensor2d([[2], [4]])];
  await run('names', () => network.fit(x, y, { epochs: 2, verbose: 0 }));
  tf.dispose([x, y]);
}

it('a network that predicts numbers and logs accuracy is warned of once, with its cell', async () => {
  await train('meanSquaredError', ['accuracy']);
  expect(book.warnings).toEqual([
    expect.stringMatching(/^Cell In\[1\]: The network is trained with meanSquaredError, .*"acc"[^]*metrics: \["mae"\]/)
  ]);
});

it('a network of classes may log accuracy, and one of numbers its error', async () => {
  await train('binaryCrossentropy', ['accuracy']);
  await train('meanSquaredError', ['mae']);
  expect(book.warnings).toEqual([]);
});
