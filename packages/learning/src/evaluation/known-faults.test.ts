import { describe, expect, it } from 'vitest';
import { refuseKnownFaults } from './known-faults.js';
import { tensorflow } from '../backend/load-tfjs.js';

describe('what tfjs cannot train is refused before it is tried', async () => {
  const tf = await tensorflow();

  it('a dilated convolution, by the name of its layer', () => {
    const network = tf.sequential({
      layers: [
        tf.layers.conv2d({ name: 'wide', filters: 1, kernelSize: 3, dilationRate: 2, inputShape: [9, 9, 1] }),
        tf.layers.flatten(),
        tf.layers.dense({ units: 1 })
      ]
    });
    expect(() => refuseKnownFaults(network)).toThrow('The layer "wide" cannot be trained');
    expect(() => network.compile({ optimizer: 'sgd', loss: 'meanSquaredError' })).not.toThrow();
  });

  it('centred RMSProp, which ends in NaN', () => {
    const network = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] });
    network.compile({ optimizer: tf.train.rmsprop(0.01, 0.9, 0, 1e-7, true), loss: 'meanSquaredError' });
    expect(() => refuseKnownFaults(network)).toThrow('RMSProp cannot be used with centered: true');
  });

  it('and nothing else', () => {
    const network = tf.sequential({
      layers: [
        tf.layers.conv2d({ filters: 1, kernelSize: 3, inputShape: [9, 9, 1] }),
        tf.layers.flatten(),
        tf.layers.dense({ units: 1 })
      ]
    });
    network.compile({ optimizer: tf.train.rmsprop(0.01), loss: 'meanSquaredError' });
    expect(() => refuseKnownFaults(network)).not.toThrow();
  });
});
