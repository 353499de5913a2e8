import type { ModelSignature, PredictAnswer } from '@slipway/contract';
import { SlipwayError } from '@slipway/notebook';
import { GraphSession } from '@slipway/onnx/execution';
import { argMax } from '@slipway/statistics';
import {
  type DecodedRows,
  decodeRecords,
  encodePredictions,
  isTensor,
  MAX_ROWS,
  MAX_TENSOR_NUMBERS,
  numbersInRow,
  type Outputs,
  RequestError,
  withImages
} from '@slipway/tensor-inputs';
import { exportModel, signatureInputs } from '../export/export.js';
import { outputName } from '../export/output-names.js';
import type { Estimator } from '../models/estimator.js';
import type { CellValue, InputRow, ModelInputs } from '../prep/model-inputs.js';
import type { TrainedModelParts } from '../train/trained-parts.js';
import { requestRow } from './request-row.js';

/** What a model says of one row, as its service would. */
export type Prediction = PredictAnswer['predictions'][number];

/** What of a signature predictions depend on. */
export type PredictedSignature = Pick<ModelSignature, 'task' | 'labels' | 'inputs' | 'outputs' | 'target'>;

/** Answers for decoded rows. */
type Answers = (rows: DecodedRows) => Promise<Outputs> | Outputs;

/** Predicts named rows in this process, with the answers of the model's service. */
export class Predictor {
  readonly #signature: ModelSignature;
  readonly #answers: Answers;

  private constructor(signature: PredictedSignature, answers: Answers) {
    this.#signature = { ...signature, training_frame: null };
    this.#answers = answers;
  }

  /** Of a bundle's graph. @throws Error for a graph that the runtime cannot load. */
  static async ofBundle(onnx: Uint8Array, signature: PredictedSignature): Promise<Predictor> {
    const session = await GraphSession.load(onnx, { ...signature, training_frame: null });
    return new Predictor(signature, rows => session.answer(rows));
  }

  /** Of a model that cannot be exported. */
  static ofEstimator(
    estimator: Estimator,
    inputs: ModelInputs,
    { target, labels }: { readonly target: string; readonly labels: readonly string[] | null }
  ): Predictor {
    const name = outputName(labels ? 'probabilities' : 'value', inputs.names);
    const label = outputName('label', inputs.names);
    const signature: PredictedSignature = {
      task: labels ? 'classification' : 'regression',
      target,
      labels: labels && [...labels],
      inputs: signatureInputs(inputs),
      outputs: labels
        ? [
            { name, datatype: 'FP32', shape: [-1, labels.length], role: 'probabilities' },
            { name: label, datatype: 'BYTES', shape: [-1], role: 'label' }
          ]
        : [{ name, datatype: 'FP32', shape: [-1, 1], role: 'value' }]
    };
    return new Predictor(signature, rows => {
      const columns = inputs.names.map((_, i) => valuesOf(signature.inputs[i]!, rows));
      const data = estimator.predict(inputs.transformColumns(columns, rows.rows, 'the rows'), inputs.width);
      const width = data.length / rows.rows;
      return labels
        ? { [name]: { width, data }, [label]: { width: 1, data: argMax(data, labels.length).map(at => labels[at]!) } }
        : { [name]: { width, data } };
    });
  }

  /**
   * @throws SlipwayError REQUEST_REFUSED naming the row and the value that the model cannot take; DATA_NOT_FOUND for an image that is
   * not there.
   */
  async predict(rows: readonly InputRow[]): Promise<Prediction[]> {
    const signature = this.#signature;
    const images = new Set(signature.inputs.filter(({ format }) => format === 'image').map(({ name }) => name));
    const numbers = numbersInRow(signature);
    const most = numbers === 0 ? MAX_ROWS : Math.max(1, Math.min(MAX_ROWS, Math.floor(MAX_TENSOR_NUMBERS / numbers)));
    const predictions: Prediction[] = [];
    for (let from = 0; from < rows.length; from += most) {
      const asked = await Promise.all(rows.slice(from, from + most).map(row => requestRow(row, () => images)));
      predictions.push(...(await this.#answersFor(asked, from)));
    }
    return predictions;
  }

  /** @param from the place of the first of these rows among all. */
  async #answersFor(asked: readonly unknown[], from: number): Promise<Prediction[]> {
    try {
      const decoded = decodeRecords(this.#signature, asked, 'rows');
      const filled = decoded.images ? await withImages(this.#signature, decoded, decoded.images) : decoded;
      return encodePredictions(this.#signature, await this.#answers(filled), filled.rows);
    } catch (error) {
      if (!(error instanceof RequestError)) {
        throw error;
      }
      const part = from === 0 ? 'these rows' : `the rows from ${from} on`;
      throw new SlipwayError(
        'REQUEST_REFUSED',
        `The model for ${this.#signature.target} cannot take ${part}: ${error.message}.`
      );
    }
  }
}

/** Of a model that was trained here: by its exported graph, or, where it cannot be exported, by itself. */
export async function predictorOf({
  estimator,
  prep,
  target,
  labels
}: Pick<TrainedModelParts, 'estimator' | 'prep' | 'target' | 'labels'>): Promise<Predictor> {
  const classes = labels && [...labels];
  try {
    const { onnx, inputs, outputs } = exportModel(estimator, prep, classes, target);
    const task = classes ? 'classification' : 'regression';
    return await Predictor.ofBundle(onnx, { task, target, labels: classes, inputs, outputs });
  } catch (error) {
    if (!(error instanceof SlipwayError) || error.code !== 'MODEL_NOT_EXPORTABLE') {
      throw error;
    }
    return Predictor.ofEstimator(estimator, prep, { target, labels });
  }
}

/** Decoded values as the preprocessing reads them: one for each row, or the numbers of its tensor. */
function valuesOf(input: ModelSignature['inputs'][number], { rows, inputs }: DecodedRows): CellValue[] {
  const values = inputs[input.name]!;
  const size = values.length / rows;
  return Array.from({ length: rows }, (_, row): CellValue => {
    if (isTensor(input)) {
      return (values as Float32Array).subarray(row * size, (row + 1) * size);
    }
    const value = values[row]!;
    switch (input.datatype) {
      case 'BOOL':
        return Number(value) === 1;
      case 'BYTES':
        return input.nullable && value === '' ? null : String(value);
      case 'FP32':
      case 'FP64':
      case 'INT32':
      case 'INT64':
        return Number.isNaN(value) ? null : Number(value);
    }
  });
}
