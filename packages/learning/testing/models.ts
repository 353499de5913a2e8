import { InferenceSession, Tensor } from 'onnxruntime-node';
import { ElementType, OnnxGraph } from '@slipway/onnx/graph';
import type { Estimator } from '../src/models/estimator.js';

export const COUNT = 40;
export const WIDTH = 3;
export const index: readonly number[] = Array.from({ length: COUNT }, (_, i) => i);

/** Forty rows of three columns, made by a formula, so that scikit-learn can be given the same numbers. */
export const X = Float32Array.from(
  index.flatMap(i => [Math.sin(i * 1.3) * 2, Math.cos(i * 0.7) + ((0.1 * i) % 3), ((i * 7) % 11) / 11])
);

export function at(row: number, column: number): number {
  return X[row * WIDTH + column]!;
}

/** Answers of an estimator's ONNX form, row-major. */
export async function onnxAnswers(
  estimator: Estimator,
  rows: Float32Array,
  width: number,
  classes: number | null
): Promise<Float32Array> {
  const graph = new OnnxGraph();
  const input = graph.input('x', ElementType.FLOAT, ['rows', width]);
  graph.output(estimator.write(graph, input), 'y', ElementType.FLOAT, ['rows', classes ?? 1]);
  const session = await InferenceSession.create(graph.finish('test', {}), { logSeverityLevel: 3 });
  const answers = await session.run({ x: new Tensor('float32', rows, [rows.length / width, width]) });
  return answers['y']!.data as Float32Array;
}

/** Largest difference between an estimator and its ONNX form on `rows`, relative for values above 1. */
export async function onnxDifference(
  estimator: Estimator,
  rows: Float32Array,
  width: number,
  classes: number | null
): Promise<number> {
  const got = await onnxAnswers(estimator, rows, width, classes);
  const expected = estimator.predict(rows, width);
  if (got.length !== expected.length) {
    throw new Error(`${got.length} answers instead of ${expected.length}`);
  }
  return Math.max(...Array.from(expected, (v, i) => Math.abs(v - got[i]!) / Math.max(1, Math.abs(v))));
}
