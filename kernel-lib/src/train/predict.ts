import type { LayersModel, Tensor2D } from '@tensorflow/tfjs';
import type { TestVectors } from '@slipway/contract';
import type { Frame } from '../data/frame.js';
import type { FittedPrep } from '../prep/prep.js';
import { columnsOf } from './evaluate.js';
import type { Target } from './target.js';
import type { Tf } from './tensorflow.js';

const TEST_VECTOR_ROWS = 64;

/**
 * The network's answers for row-major `rows` [count, width]: probabilities [count, classes], or values [count]. A
 * single sigmoid unit becomes the probabilities of both classes.
 */
export function predict(tf: Tf, network: LayersModel, rows: Float32Array, width: number, target: Target): Float32Array {
  const raw = tf.tidy(() => {
    const x = tf.tensor2d(rows, [rows.length / width, width]);
    return (network.predict(x) as Tensor2D).dataSync() as Float32Array;
  });
  const single = target.labels?.length === 2 && raw.length === rows.length / width;
  return single ? Float32Array.from(Array.from(raw).flatMap(p => [1 - p, p])) : raw;
}

/** The first test rows with the answers of the notebook's own model, for comparison with the exported one. */
export async function testVectors(
  tf: Tf,
  network: LayersModel,
  prep: FittedPrep,
  test: Frame,
  target: Target
): Promise<TestVectors> {
  const names = prep.columns.map(c => c.name);
  const rows = Math.min(TEST_VECTOR_ROWS, test.rowCount);
  const values = (await test.values(names)).map(column => column.slice(0, rows));
  const data = Array.from(predict(tf, network, prep.transformColumns(values, rows, test.name), prep.width, target));
  return {
    rows,
    inputs: columnsOf(names, values),
    outputs: { [target.labels ? 'probabilities' : 'value']: { shape: [rows, data.length / rows], data } }
  };
}
