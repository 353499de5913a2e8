import { provideTfjs } from '@slipway/frames';
import { repairAverageGradients } from './average-pool.js';
import { repairExtremeGradients } from './missing-gradients.js';
import { onnxEngine } from './onnx-step/index.js';
import { installRecordedFunctions, installRecordedTraining } from './recorded/index.js';
import { installRandomLayers } from './random-layers.js';
import type { Tf } from './tfjs.js';

let loading: Promise<Tf> | undefined;
const hooks: ((tf: Tf) => void)[] = [];

/** Has `hook` called once with tfjs, as soon as it is loaded. */
export function whenTfjsLoads(hook: (tf: Tf) => void): void {
  if (loading) {
    void loading.then(hook);
  } else {
    hooks.push(hook);
  }
}

/**
 * tfjs, loaded at first use, with our autolog in place and without its advertisement on stderr. A backend that was set
 * already stays.
 */
export function tensorflow(): Promise<Tf> {
  loading ??= import('@tensorflow/tfjs').then(async module => {
    const tf = ('default' in module ? module.default : module) as Tf;
    // Without one, tfjs starts its default at the first tensor, and advertises.
    const registered = Object.keys((tf.engine() as unknown as { registryFactory: object }).registryFactory);
    if (!tf.engine().backendName && registered.join() === 'cpu') {
      await tf.setBackend('cpu');
    }
    if (tf.engine().backendName === 'cpu') {
      (tf.backend() as { firstUse?: boolean }).firstUse = false;
    }
    installRandomLayers(tf);
    repairExtremeGradients(tf);
    repairAverageGradients(tf);
    installRecordedTraining(tf, onnxEngine);
    installRecordedFunctions(tf, onnxEngine);
    hooks.forEach(hook => hook(tf));
    return tf;
  });
  return loading;
}

provideTfjs(tensorflow);
