import type { OnnxGraph } from '@slipway/onnx/graph';

/** A fitted model behind its preprocessing: what `slip.fit` gives back holds one. */
export interface Estimator {
  /** In the field's words: "network", "gradient boosting", … */
  readonly kind: string;
  /** One line for the model card. */
  readonly description: string;
  /** Shape of one row as the model reads it, when it reads tensors; else all numbers of a row are in one line. */
  readonly rowShape?: readonly number[];
  /**
   * Answers for row-major `rows` [count, width]: probabilities [count, classes] of a classifier, values [count] of a
   * regression.
   */
  predict(rows: Float32Array, width: number): Float32Array;
  /**
   * Writes the same computation as ONNX operators.
   *
   * @param input name of the value [rows, width], or [rows, …rowShape].
   * @returns name of the probabilities [rows, classes], or of the values [rows, 1].
   * @throws SlipwayError MODEL_NOT_EXPORTABLE, before anything is written.
   */
  write(graph: OnnxGraph, input: string): string;
}
