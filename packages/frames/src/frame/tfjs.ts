import type * as TensorFlow from '@tensorflow/tfjs';

type Tf = typeof TensorFlow;

let load: (() => Promise<Tf>) | undefined;

/** Says how tfjs is loaded in this process, so that frames use the one with the chosen backend. */
export function provideTfjs(loader: () => Promise<Tf>): void {
  load = loader;
}

/** tfjs as it was provided, else as it is. */
export function tfjs(): Promise<Tf> {
  return load?.() ?? import('@tensorflow/tfjs');
}
