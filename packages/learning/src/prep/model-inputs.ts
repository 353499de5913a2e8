import type { PlainValue } from '@slipway/frames';
import type { FittedPrep } from './prep.js';
import type { TensorInput } from './tensor-input.js';

/** A value of a named row: a plain one, or the numbers of a tensor, flat or nested. */
export type CellValue = PlainValue | ArrayLike<number> | readonly NestedNumbers[];

export type NestedNumbers = number | readonly NestedNumbers[];

/**
 * What is between named rows and the model, fitted on the training rows and part of the exported graph: the
 * preprocessing of columns, each an input of its own, or one input whose rows are tensors.
 */
export type ModelInputs = FittedPrep | TensorInput;

/**
 * A named row: one value per input of the model. `null` is a missing value. For a tensor, its numbers, flat or nested; for a
 * image also its file: a path relative to the notebook, a data URL, or the bytes (`Uint8Array`) of the file.
 */
export type InputRow = Record<
  string,
  number | string | boolean | null | readonly NestedNumbers[] | Float32Array | Uint8Array
>;
