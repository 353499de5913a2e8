import type { NestedNumbers } from '../prep/model-inputs.js';

export interface TensorOptions {
  /** All rows: one typed array, row-major [rows, …shape]; or a list of rows, each flat or nested. */
  readonly values: Float32Array | Float64Array | Uint8Array | readonly (NestedNumbers | Float32Array | Uint8Array)[];
  /** Shape of one row: [28, 28, 1], or [steps, features] for windows of a series. */
  readonly shape: readonly number[];
  /** The truth of each row: classes, or numbers. */
  readonly labels: readonly (string | number | boolean)[];
  /** `pixels` are from 0 to 255, and services then also take image files. Default `numbers`. */
  readonly content?: 'pixels' | 'numbers';
  /** Of numbers, what models receive: standardized by the training rows (the default), or as they are. */
  readonly scaling?: 'standardize' | 'none';
  /** When each row was, e.g. the end of its window: rows are then split by time. */
  readonly time?: readonly (string | Date)[];
  /** Name of the model's input; default `image` for pixels, else `values`. */
  readonly input?: string;
  /** What is predicted, in one word; default `label`. */
  readonly target?: string;
}

/** Which column of a frame holds the tensors, and what they are. */
export interface ColumnTensorOptions extends Pick<TensorOptions, 'shape' | 'content' | 'scaling'> {
  /** The column of lists; the model's input is called so. */
  readonly column: string;
  /** The column of the truth. */
  readonly target: string;
}
