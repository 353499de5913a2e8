import type { LayersModel } from '@tensorflow/tfjs';
import type { Evaluation, ModelSignature, TestVectors } from '@slipway/contract';
import type { MimeBundle } from '../notebook/context.js';
import type { FittedPrep } from '../prep/prep.js';
import type { BackendChoice } from './tensorflow.js';
import { trainedModelBundle } from './trained-model-display.js';

export interface TrainedModelParts {
  readonly network: LayersModel;
  readonly prep: FittedPrep;
  readonly labels: readonly string[] | null;
  readonly target: string;
  readonly frame: ModelSignature['training_frame'];
  readonly evaluation: Evaluation;
  readonly testVectors: TestVectors;
  readonly backend: BackendChoice;
  readonly runId: string;
  readonly epochs: number;
}

/** A fitted network with its preprocessing, its evaluation on the test rows and what is needed to register it. */
export class TrainedModel {
  readonly network: LayersModel;
  readonly prep: FittedPrep;
  /** Class labels in the order of the probabilities; null for a regression. */
  readonly labels: readonly string[] | null;
  readonly target: string;
  readonly frame: ModelSignature['training_frame'];
  readonly evaluation: Evaluation;
  readonly testVectors: TestVectors;
  readonly backend: BackendChoice;
  readonly runId: string;
  readonly epochs: number;

  constructor(parts: TrainedModelParts) {
    this.network = parts.network;
    this.prep = parts.prep;
    this.labels = parts.labels;
    this.target = parts.target;
    this.frame = parts.frame;
    this.evaluation = parts.evaluation;
    this.testVectors = parts.testVectors;
    this.backend = parts.backend;
    this.runId = parts.runId;
    this.epochs = parts.epochs;
  }

  /** Metrics on the test rows. */
  get metrics(): Readonly<Record<string, number>> {
    return this.evaluation.metrics;
  }

  [Symbol.for('Jupyter.display')](): MimeBundle {
    return trainedModelBundle(this);
  }
}
