import type { LayersModel } from '@tensorflow/tfjs';
import { SlipwayError } from '@slipway/notebook';

interface Convolution {
  readonly dilationRate?: number | readonly number[];
}

/**
 * Refuses what tfjs 4.22 cannot train, before it is tried.
 *
 * @throws SlipwayError MODEL_MISMATCH that names the layer or the optimizer, and what to use instead.
 */
export function refuseKnownFaults(network: LayersModel): void {
  for (const layer of network.layers) {
    const { dilationRate } = layer as unknown as Convolution;
    if ([dilationRate ?? 1].flat().some(rate => rate > 1)) {
      throw new SlipwayError(
        'MODEL_MISMATCH',
        `The layer "${layer.name}" cannot be trained: tfjs has no gradient for a dilated convolution.`,
        { remedy: 'Use a larger kernelSize or strides instead of dilationRate.' }
      );
    }
  }
  const optimizer = network.optimizer as LayersModel['optimizer'] & { readonly centered?: boolean };
  if (optimizer?.getClassName() === 'RMSProp' && optimizer.centered) {
    throw new SlipwayError(
      'MODEL_MISMATCH',
      'The optimizer RMSProp cannot be used with centered: true: tfjs takes the root of a number that may be negative, and the weights become NaN.',
      { remedy: 'Use tf.train.rmsprop without centered, or tf.train.adam.' }
    );
  }
}
