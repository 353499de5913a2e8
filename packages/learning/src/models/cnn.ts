import type { LayersModel } from '@tensorflow/tfjs';
import { SlipwayError } from '@slipway/notebook';
import type { Tf } from '../backend/tfjs.js';
import type { ModelSpec } from './specs.js';

export interface CnnOptions {
  /** Filters of each convolution; after each of them height and width are halved. Default [16, 32]. */
  filters?: readonly number[];
  /** Height and width of the kernels. Default 3. */
  kernel?: number;
  /** Units of each dense layer behind the convolutions. Default [64]. */
  dense?: readonly number[];
  /** Share of units left out at random while training, between 0 and 1. */
  dropout?: number;
  /** Strength of the L2 penalty on the weights. */
  l2?: number;
}

/**
 * A convolutional network for images: `slip.cnn({ filters: [16, 32], dense: [64] })`.
 *
 * @example
 * slip.cnn({ filters: [8, 16], dense: [32] }).kind // 'cnn'
 */
export function cnn(options: CnnOptions = {}): ModelSpec {
  const { filters = [16, 32], kernel = 3, dense = [64] } = options;
  if (filters.length === 0 || [...filters, ...dense, kernel].some(size => !Number.isInteger(size) || size < 1)) {
    throw new SlipwayError(
      'OPTION_INVALID',
      `filters, kernel and dense must be whole numbers of at least 1, not [${filters.join(', ')}], ${kernel}, [${dense.join(', ')}].`
    );
  }
  return { kind: 'cnn', options };
}

/**
 * Builds the network with seeded initial weights: convolutions with ReLU and max pooling, then dense layers.
 *
 * @param shape of one row: height, width, channels.
 * @param classes null for a regression.
 * @throws SlipwayError MODEL_MISMATCH for rows that are not images, or too small to be halved that often.
 */
export function buildCnn(
  tf: Tf,
  options: CnnOptions,
  shape: readonly number[],
  classes: number | null,
  seed: number
): LayersModel {
  const { filters = [16, 32], kernel = 3, dense = [64], dropout = 0, l2 = 0 } = options;
  refuseShape(shape, filters.length);
  const model = tf.sequential({ name: 'cnn' });
  const regularizer = l2 > 0 ? { kernelRegularizer: tf.regularizers.l2({ l2 }) } : {};
  let drawn = seed;
  filters.forEach((count, i) => {
    model.add(
      tf.layers.conv2d({
        ...regularizer,
        name: `convolution_${i + 1}`,
        filters: count,
        kernelSize: kernel,
        padding: 'same',
        activation: 'relu',
        kernelInitializer: tf.initializers.heNormal({ seed: drawn++ }),
        ...(i === 0 ? { inputShape: [...shape] } : {})
      })
    );
    model.add(tf.layers.maxPooling2d({ name: `pooling_${i + 1}`, poolSize: 2 }));
  });
  model.add(tf.layers.flatten({ name: 'flat' }));
  dense.forEach((units, i) => {
    model.add(
      tf.layers.dense({
        ...regularizer,
        name: `hidden_${i + 1}`,
        units,
        activation: 'relu',
        kernelInitializer: tf.initializers.heNormal({ seed: drawn++ })
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
      kernelInitializer: tf.initializers.glorotUniform({ seed: drawn })
    })
  );
  return model;
}

function refuseShape(shape: readonly number[], halvings: number): void {
  const [height = 0, width = 0] = shape;
  if (shape.length !== 3) {
    throw new SlipwayError(
      'MODEL_MISMATCH',
      `slip.cnn() reads images; the rows have the shape [${shape.join(', ')}].`,
      {
        remedy: 'Its rows are height × width × channels. For columns fit slip.mlp() or slip.gradientBoosting().'
      }
    );
  }
  if (Math.min(height, width) < 2 ** halvings) {
    throw new SlipwayError(
      'MODEL_MISMATCH',
      `Images of ${height}×${width} cannot be halved ${halvings} times, as slip.cnn() does after each of its ${halvings} convolutions.`,
      { remedy: 'Name fewer filters, or read larger images.' }
    );
  }
}
