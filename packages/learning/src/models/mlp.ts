import type { LayersModel } from '@tensorflow/tfjs';
import { SlipwayError } from '@slipway/notebook';
import type { Tf } from '../backend/tfjs.js';
import type { ModelSpec } from './specs.js';

export interface MlpOptions {
  /** Units of each hidden layer. */
  hidden: readonly number[];
  activation?: 'relu' | 'tanh' | 'elu' | 'selu' | 'sigmoid';
  /** Share of units left out at random while training, between 0 and 1. */
  dropout?: number;
  /** Strength of the L2 penalty on the weights. */
  l2?: number;
}

/**
 * A multi-layer perceptron: `slip.mlp({ hidden: [32, 16] })`.
 *
 * @example
 * slip.mlp({ hidden: [32, 16] }).kind // 'mlp'
 */
export function mlp(options: MlpOptions): ModelSpec {
  if (options.hidden.some(units => !Number.isInteger(units) || units < 1)) {
    throw new SlipwayError(
      'OPTION_INVALID',
      `hidden must be whole numbers of units, not [${options.hidden.join(', ')}].`
    );
  }
  return { kind: 'mlp', options };
}

/** Builds the network with seeded initial weights. `classes` is null for a regression; a row of several axes is made flat. */
export function buildMlp(
  tf: Tf,
  options: MlpOptions,
  shape: readonly number[],
  classes: number | null,
  seed: number
): LayersModel {
  const { hidden, activation = 'relu', dropout = 0, l2 = 0 } = options;
  const model = tf.sequential({ name: 'mlp' });
  const isFlat = shape.length === 1;
  if (!isFlat) {
    model.add(tf.layers.flatten({ name: 'flat', inputShape: [...shape] }));
  }
  const regularizer = l2 > 0 ? { kernelRegularizer: tf.regularizers.l2({ l2 }) } : {};
  hidden.forEach((units, i) => {
    const initializer =
      activation === 'relu' || activation === 'elu' ? tf.initializers.heNormal : tf.initializers.glorotUniform;
    model.add(
      tf.layers.dense({
        name: `hidden_${i + 1}`,
        units,
        activation,
        kernelInitializer: initializer({ seed: seed + i }),
        ...regularizer,
        ...(i === 0 && isFlat ? { inputShape: [...shape] } : {})
      })
    );
    if (dropout > 0) {
      model.add(tf.layers.dropout({ name: `dropout_${i + 1}`, rate: dropout, seed: seed + 100 + i }));
    }
  });
  model.add(
    tf.layers.dense({
      name: 'output',
      units: classes ?? 1,
      activation: classes ? 'softmax' : 'linear',
      kernelInitializer: tf.initializers.glorotUniform({ seed: seed + hidden.length }),
      ...(hidden.length === 0 && isFlat ? { inputShape: [...shape] } : {})
    })
  );
  return model;
}
