import type { Behavior, Evaluation } from '@slipway/contract';
import type { Estimator } from '../models/estimator.js';
import type { MimeBundle } from '@slipway/notebook';
import { evaluationReport } from '../report/evaluation-report.js';
import type { InputRow } from '../prep/model-inputs.js';
import type { FittedModel } from '../stored/fitted-model.js';
import { predictorOf, type Prediction, type Predictor } from '../stored/predictor.js';
import { ModelReport } from '../report/model-report.js';
import { trainedModelBundle } from './trained-model-display.js';
import type { TrainedModelParts } from './trained-parts.js';

/** A fitted model with its preprocessing, its evaluation on the test rows and what is needed to register it. */
export class TrainedModel implements FittedModel {
  /** Behaviors that `slip.testBehavior` asked of it and found; they travel with it, and preflight asks again. */
  behaviors: readonly Behavior[] = [];

  #predictor: Promise<Predictor> | undefined;

  constructor(readonly parts: TrainedModelParts) {}

  get runId(): string {
    return this.parts.runId;
  }

  get target(): string {
    return this.parts.target;
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
   * Predicts one row or several in this process, as its service would.
   *
   * @throws SlipwayError REQUEST_REFUSED naming the value that the model cannot take.
   * @example
   * await model.predict([{ temp_max: 11.2, wind: 3.3 }, { temp_max: 7, wind: 1.5 }]);
   */
  async predict(row: InputRow): Promise<Prediction>;
  async predict(rows: InputRow[]): Promise<Prediction[]>;
  async predict(rows: InputRow | InputRow[]): Promise<Prediction | Prediction[]> {
    this.#predictor ??= predictorOf(this.parts);
    const predictor = await this.#predictor;
    return Array.isArray(rows) ? predictor.predict(rows) : (await predictor.predict([rows]))[0]!;
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
