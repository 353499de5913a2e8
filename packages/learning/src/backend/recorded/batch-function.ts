import type { Tensor } from '@tensorflow/tfjs';
import type { Step } from './training-step.js';

/** One output for some batches of one size, the values of one batch after the other. */
export interface BatchOutput {
  readonly values: Float32Array | Int32Array | Uint8Array;
  /** Of one batch. */
  readonly shape: readonly number[];
  readonly dtype: Tensor['dtype'];
}

/** What a function gave for some batches of one size that follow each other. */
export interface Batches {
  readonly size: number;
  readonly count: number;
  readonly outputs: readonly BatchOutput[];
}

/** How a function of batches was executed. */
export interface BatchReport {
  /** Why it is executed op by op; null when it is not. */
  readonly reason: string | null;
  /** Batches that were executed by replaying a recording. */
  readonly replayed: number;
}

/** A function of a batch that changes nothing: losses and metrics, or predictions. */
export interface BatchFunction {
  readonly report: BatchReport;
  /**
   * Calls the function on all rows of `data`, batch after batch, in their order.
   *
   * @returns null when it is to be called as it is.
   */
  run(step: Step, data: readonly (Tensor | null)[], batchSize: number): readonly Batches[] | null;
}
