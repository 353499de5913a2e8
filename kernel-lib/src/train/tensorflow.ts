import type * as TensorFlow from '@tensorflow/tfjs';
import { installAutolog } from '../runs/autolog.js';

export type Tf = typeof TensorFlow;

/** A backend that was considered, and why it is not the one in use. */
export interface BackendRefusal {
  readonly backend: string;
  readonly reason: string;
}

export interface BackendChoice {
  readonly backend: string;
  readonly refused: readonly BackendRefusal[];
}

let loading: Promise<Tf> | undefined;
let choice: Promise<BackendChoice> | undefined;

/** tfjs, loaded at first use, with our autolog in place and without its advertisement on stderr. */
export function tensorflow(): Promise<Tf> {
  loading ??= import('@tensorflow/tfjs').then(async module => {
    const tf = ('default' in module ? module.default : module) as Tf;
    await tf.setBackend('cpu');
    (tf.backend() as { firstUse?: boolean }).firstUse = false;
    installAutolog(tf);
    return tf;
  });
  return loading;
}

/**
 * Chooses where to train, once per kernel: `wasm` (SIMD), else `cpu` (plain JavaScript). Networks with layers whose
 * gradients wasm lacks are to be trained on `cpu`; `chooseBackend` is told so by its caller.
 */
export function chooseBackend(tf: Tf, onlyDense: boolean): Promise<BackendChoice> {
  if (!onlyDense) {
    const reason = 'wasm has no gradients for convolution and embedding layers';
    return tf.setBackend('cpu').then(() => ({ backend: 'cpu', refused: [{ backend: 'wasm', reason }] }));
  }
  choice ??= startWasm(tf);
  return choice.then(async chosen => {
    await tf.setBackend(chosen.backend);
    return chosen;
  });
}

async function startWasm(tf: Tf): Promise<BackendChoice> {
  try {
    await import('@tensorflow/tfjs-backend-wasm');
    if (await tf.setBackend('wasm')) {
      await tf.ready();
      return { backend: 'wasm', refused: [] };
    }
    await tf.setBackend('cpu');
    return { backend: 'cpu', refused: [{ backend: 'wasm', reason: 'it did not start' }] };
  } catch (error) {
    await tf.setBackend('cpu');
    const reason = error instanceof Error ? error.message : String(error);
    return { backend: 'cpu', refused: [{ backend: 'wasm', reason }] };
  }
}
