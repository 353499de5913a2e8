import type { Columns, Evaluation, ModelTestResult } from '@slipway/contract';
import type { Frame } from '@slipway/frames';
import type { BaselinePrediction } from '../evaluation/baselines.js';
import type { ModelInputs } from '../prep/model-inputs.js';
import type { Target } from './target.js';
import type { TrainedModelParts } from '../train/trained-parts.js';

/** What a model learns from and is judged by, wherever the rows come from: columns of a frame, images, tensors. */
export interface Examples {
  /** The frames that list the rows of both parts. */
  readonly parts: { readonly train: Frame; readonly test: Frame };
  readonly target: Target;
  /** Fitted on the training rows. */
  readonly inputs: ModelInputs;
  /** Rows as the model receives them, row-major [rows, …inputs.shape]. */
  readonly train: Float32Array;
  readonly test: Float32Array;
  readonly inTimeOrder: boolean;
  /** What the signature says of the rows. */
  readonly frame: TrainedModelParts['frame'];
  /** Baselines beside those of the training rows. */
  readonly baselines: readonly BaselinePrediction<string | number>[];
  /** Places of the test rows that a bundle keeps for the comparison with the baselines … */
  readonly kept: readonly number[];
  /** … and of those that it keeps with the notebook's own answers. */
  readonly recorded: readonly number[];
  /** What is logged of the inputs. */
  readonly params: Readonly<Record<string, string | number>>;
  /** Test rows by name, as a service is given them. */
  named(places: readonly number[]): Columns;
  /** Tests of the rows, before a training. */
  checkRows(): Promise<ModelTestResult[]>;
  /** The same after a training, with a test for a score that is too good to be true. */
  check(evaluation: Evaluation): Promise<ModelTestResult[]>;
}

/** How the rows were split, in words. */
export function splitOf(test: Frame): string {
  return test.lineage.steps.find(step => step.startsWith('by ')) ?? 'as given';
}

/** What the signature says of the rows of both parts. */
export function trainingFrame(train: Frame, test: Frame): TrainedModelParts['frame'] {
  const parent = train.version ?? train.lineage.parents[0] ?? null;
  return {
    columns: [...train.columns],
    dataset: parent ? { ...parent } : null,
    split: splitOf(test),
    train_rows: train.rowCount,
    test_rows: test.rowCount
  };
}

/** Rows of an encoded part, in the order of `places`. */
export function rowsAt(rows: Float32Array, width: number, places: readonly number[]): Float32Array {
  const out = new Float32Array(places.length * width);
  places.forEach((place, row) => out.set(rows.subarray(place * width, (place + 1) * width), row * width));
  return out;
}
