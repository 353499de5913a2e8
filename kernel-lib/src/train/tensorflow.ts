import type * as TensorFlow from '@tensorflow/tfjs';
import { installRandomLayers } from '../backend/random-layers.js';
import { installAutolog } from '../runs/autolog.js';

export type Tf = typeof TensorFlow;
export type { BackendChoice, BackendRefusal } from '../backend/choose.js';

let loading: Promise<Tf> | undefined;

/**
 * tfjs, loaded at first use, with our autolog in place and without its advertisement on stderr. A backend that was set
 * already stays.
 */
export function tensorflow(): Promise<Tf> {
  loading ??= import('@tensorflow/tfjs').then(async module => {
    const tf = ('default' in module ? module.default : module) as Tf;
    // Without one, tfjs starts its default at the first tensor, and advertises.
    if (!tf.engine().backendName) await tf.setBackend('cpu');
    if (tf.getBackend() === 'cpu') (tf.backend() as { firstUse?: boolean }).firstUse = false;
    installAutolog(tf);
    installRandomLayers(tf);
    return tf;
  });
  return loading;
}
