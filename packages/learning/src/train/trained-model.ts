import type { Behavior, Evaluation, ModelSignature, ModelTestResult, TestVectors } from '@slipway/contract';
import type { Estimator } from '../models/estimator.js';
import type { MimeBundle } from '@slipway/notebook';
import type { BackendChoice } from '../backend/choose.js';
import { evaluationReport, type EvaluatedModel } from '../report/evaluation-report.js';
import { ModelReport } from '../report/model-report.js';
import { trainedModelBundle } from './trained-model-display.js';

/** What a fitted model is made of. */
export interface TrainedModelParts extends EvaluatedModel {
  readonly frame: NonNullable<ModelSignature['training_frame']>;
  readonly testVectors: TestVectors;
  readonly backend: BackendChoice;
  readonly runId: string;
  /** What the model tests around the training found. */
  readonly tests?: readonly ModelTestResult[];
}

/** A fitted model with its preprocessing, its evaluation on the test rows and what is needed to register it. */
export class TrainedModel {
  /** Behaviors that `slip.testBehavior` asked of it and found; they travel with it, and preflight asks again. */
  behaviors: readonly Behavior[] = [];

  constructor(readonly parts: TrainedModelParts) {}

  get runId(): string {
    return this.parts.runId;
  }

  get labels(): readonly string[] | null {
    return this.parts.labels;
  }

  get evaluation(): Evaluation {
    return this.parts.evaluation;
  }

  /** The fitted model itself; for a tfjs network its `network`. */
  get estimator(): Estimator {
    return this.parts.estimator;
  }

  /** Metrics on the test rows. */
  get metrics(): Readonly<Record<string, number>> {
    return this.parts.evaluation.metrics;
  }

  /**
   * How it did on the test rows, as one HTML page with charts; also the artifact evaluation.html of its run.
   *
   * @example model.report() // as the last value of a cell it is shown
   */
  report(): ModelReport {
    const text = String(trainedModelBundle(this.parts)['text/plain']);
    return new ModelReport(evaluationReport(this.parts), `Evaluation of the model for ${this.parts.target}`, text);
  }

  [Symbol.for('Jupyter.display')](): MimeBundle {
    return trainedModelBundle(this.parts);
  }
}
