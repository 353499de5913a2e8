import type { ModelSignature, ModelTestResult, TestVectors } from '@slipway/contract';
import type { BackendChoice } from '../backend/choose.js';
import type { EvaluatedModel } from '../report/evaluation-report.js';

/** What a fitted model is made of. */
export interface TrainedModelParts extends EvaluatedModel {
  readonly frame: NonNullable<ModelSignature['training_frame']>;
  readonly testVectors: TestVectors;
  readonly backend: BackendChoice;
  readonly runId: string;
  /** What the model tests around the training found. */
  readonly tests?: readonly ModelTestResult[];
}
