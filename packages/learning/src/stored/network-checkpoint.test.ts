import { describe, expect, it } from 'vitest';
import { FittedPrep } from '../prep/prep.js';
import { readCheckpoint, writeCheckpoint, type NetworkCheckpoint } from './network-checkpoint.js';
import { readTensors, writeTensors } from './safetensors.js';

const prep = new FittedPrep([
  { name: 'wind', type: 'numeric', steps: [{ kind: 'standardize', mean: 3.1, std: 0.4 }], range: { min: 0, max: 9 } }
]);
const checkpoint: NetworkCheckpoint = {
  state: {
    format: 1,
    network: 'layers',
    training: 'rows',
    epoch: 3,
    // More than ten, which a plain sort would mix up.
    weights: Array.from({ length: 12 }, (_, i) => Float32Array.of(i, i / 3)),
    optimizer: [{ name: 'm', shape: [2, 1], values: Float32Array.of(1e-8, 2) }],
    iterations: 96,
    best: { loss: Infinity, since: 0, weights: [] },
    random: [7, 0]
  },
  plan: {
    topology: '{}',
    optimizer: { className: 'Adam', config: { beta1: 0.9 } },
    loss: 'meanSquaredError',
    metrics: []
  },
  inputs: prep,
  target: 'gust',
  labels: null,
  settings: { batchSize: 32, seed: 7, validation: 0.15, patience: 12 },
  problem: null
};
const shapes = checkpoint.state.weights.map(() => [2]);

describe('a checkpoint of a network', () => {
  it('is read as it was written', () => {
    const { shapes: read, ...rest } = readCheckpoint(writeCheckpoint(checkpoint, shapes), 'run:1');
    expect(read).toEqual(shapes);
    expect(rest).toEqual(checkpoint);
  });

  it('has the same bytes when the training was the same', () => {
    expect(writeCheckpoint(checkpoint, shapes)).toEqual(
      writeCheckpoint(
        structuredClone({ ...checkpoint, inputs: { ...prep, kind: 'columns' } }) as NetworkCheckpoint,
        shapes
      )
    );
  });

  it('of another version of Slipway is refused with both versions, and what to do', () => {
    const { tensors, metadata } = readTensors(writeCheckpoint(checkpoint, shapes));
    const later = writeTensors({ tensors, metadata: { ...metadata, format: '2', slipway: '9.0.0' } });
    expect(() => readCheckpoint(later, 'run:1')).toThrow(
      /The checkpoint of run:1 was written by Slipway 9\.0\.0; this kernel has .+\.\nTrain the network anew/
    );
    const other = writeTensors({ tensors, metadata: { ...metadata, slipway: '9.0.0', checkpoint: '{}' } });
    expect(() => readCheckpoint(other, 'run:1')).toThrow(/cannot be read: it was written by Slipway 9\.0\.0/);
    expect(() => readCheckpoint(Buffer.from('not a checkpoint'), 'run:1')).toThrow(/cannot be read/);
  });
});
