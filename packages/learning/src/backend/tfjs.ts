import type * as TensorFlow from '@tensorflow/tfjs';

/** All of tfjs, as a value that is handed on: it is loaded at first use only. */
export type Tf = typeof TensorFlow;
