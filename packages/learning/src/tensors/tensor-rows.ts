import type { Frame } from '@slipway/frames';

/** What the only input of a model of such rows is. */
export interface TensorContent {
  /** Name of the model's input. */
  readonly name: string;
  /** Of one row, e.g. [28, 28, 1]. */
  readonly shape: readonly number[];
  /** `pixels`: from 0 to 255; models receive them divided by 255. */
  readonly kind: 'pixels' | 'numbers';
  /** `standardize`: models receive (value − mean) / deviation of the training rows, for each place of the last axis. */
  readonly scaling: 'standardize' | 'none';
}

/** Rows whose input is a tensor each, and one column of truth: a folder of images, or arrays that somebody holds. */
export interface TensorRows {
  /** One row for each tensor, with the truth in the column `target`. */
  readonly frame: Frame;
  readonly target: string;
  /** Classes in the order of the outputs, where they are known before the rows; else the target tells. */
  readonly classes: readonly string[] | null;
  readonly content: TensorContent;
  /** What rows are called in messages. */
  readonly noun: 'images' | 'rows';
  /** The numbers of all rows as they are given, in the order of the frame: row-major [rows, …shape]. */
  read(): Promise<Float32Array | Uint8Array>;
}
