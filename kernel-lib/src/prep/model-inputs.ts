import type { PlainValue } from '../data/engine.js';
import type { FittedPrep } from './prep.js';
import type { TensorInput } from './tensor-input.js';

/** A value of a named row: a plain one, or the numbers of a tensor, flat or nested. */
export type CellValue = PlainValue | ArrayLike<number> | readonly NestedNumbers[];

export type NestedNumbers = number | readonly NestedNumbers[];

/**
 * What stands between named rows and the model, fitted on the training rows and part of the exported graph: the
 * preprocessing of columns, each an input of its own, or one input whose rows are tensors.
 */
export type ModelInputs = FittedPrep | TensorInput;
