/*
 * A job is half of the columns of a histogram. The thread that boosts offers it to a helper and takes it back when it is done with its
 * own half first: a helper that starts late, or not at all, costs nothing.
 */

/** Places of the shared control numbers. */
export const CONTROL = { state: 0, start: 1, end: 2, series: 3 } as const;
export const CONTROL_LENGTH = 4;

/** States of the job. */
export const STATE = { idle: 0, offered: 1, taken: 2, done: 3, over: 4 } as const;

/** What a helper is started with; all arrays are shared. */
export interface HelperData {
  readonly control: Int32Array;
  readonly bins: Uint8Array;
  readonly stride: number;
  readonly gradients: readonly Float64Array[];
  readonly packed: readonly Float64Array[];
  readonly order: Int32Array;
  /** The columns of the helper, and where it puts their sums. */
  readonly first: number;
  readonly sums: Float64Array;
}
