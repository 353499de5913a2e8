import type { Sequential, Tensor } from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { tensorflow } from './load-tfjs.js';
import { randomCounts, restoreRandomCounts, seedRandomLayers } from './random-layers.js';

describe('dropout with a seed', async () => {
  const tf = await tensorflow();
  const network = (seed?: number) =>
    tf.sequential({ layers: [tf.layers.dropout({ rate: 0.5, seed, inputShape: [64] })] });
  const masks = (model: ReturnType<typeof network>, batches: number): string[] =>
    Array.from({ length: batches }, () => {
      const kept = tf.tidy(() => {
        const out = model.apply(tf.ones([4, 64]), { training: true }) as Tensor;
        return [...out.dataSync()];
      });
      return kept.map(value => (value > 0 ? 1 : 0)).join('');
    });

  it('drops other units in every batch, and the same again in another training', () => {
    const first = masks(network(3), 3);
    expect(new Set(first).size).toBe(3);
    expect(masks(network(3), 3)).toEqual(first);
    expect(masks(network(4), 3)).not.toEqual(first);
  });

  it('keeps the expected share and scales what it keeps', () => {
    const mean = tf.tidy(
      () => tf.mean(network(5).apply(tf.ones([100, 64]), { training: true }) as Tensor).dataSync()[0]
    );
    expect(mean).toBeCloseTo(1, 1);
  });

  it('goes on where a checkpoint found it', () => {
    const whole = masks(network(3), 4);
    const before = network(3);
    masks(before, 2);
    const after = network(3);
    restoreRandomCounts(after, randomCounts(before));
    expect(masks(after, 2)).toEqual(whole.slice(2));
  });

  it('takes its seed from the training when it has none', () => {
    const [one, same, other] = [7, 7, 8].map(seed => {
      const model = network();
      seedRandomLayers(model, seed);
      return masks(model, 2);
    });
    expect(one).toEqual(same);
    expect(one).not.toEqual(other);
  });

  it('serves the cells of recurrent layers, also inside of a bidirectional one', () => {
    const recurrent = () =>
      tf.sequential({
        layers: [
          tf.layers.bidirectional({
            layer: tf.layers.lstm({ units: 3, dropout: 0.5, recurrentDropout: 0.3 }),
            mergeMode: 'concat',
            inputShape: [4, 5]
          })
        ]
      });
    const outputs = (model: Sequential, seed: number): number[][] => {
      seedRandomLayers(model, seed);
      model.setWeights(model.getWeights().map(weight => tf.fill(weight.shape, 0.1)));
      return [1, 2].map(() => [...(model.apply(tf.ones([2, 4, 5]), { training: true }) as Tensor).dataSync()]);
    };
    const model = recurrent();
    const [first, second] = outputs(model, 7);
    expect(second).not.toEqual(first);
    expect(outputs(recurrent(), 7)).toEqual([first, second]);
    expect(outputs(recurrent(), 8)).not.toEqual([first, second]);
    // Four gates of each cell, for its inputs and for its state, in each of two calls.
    expect(randomCounts(model)).toEqual([16, 16]);
  });
});
