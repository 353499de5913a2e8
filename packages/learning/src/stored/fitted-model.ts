import type { Evaluation } from '@slipway/contract';
import type { InputRow } from '../prep/model-inputs.js';
import type { Prediction } from './predictor.js';

/** What a model is to those who ask it, whether it was trained in this kernel or comes from the store. */
export interface FittedModel {
  /** The run that trained it; null when none did, e.g. of an imported model. */
  readonly runId: string | null;
  readonly target: string;
  /** In the order of the probabilities; null for everything but classes. */
  readonly labels: readonly string[] | null;
  /** How it did on the test rows; null of an imported model without any. */
  readonly evaluation: Evaluation | null;
  /** Metrics on the test rows. */
  readonly metrics: Readonly<Record<string, number>>;
  predict(row: InputRow): Promise<Prediction>;
  predict(rows: InputRow[]): Promise<Prediction[]>;
}
