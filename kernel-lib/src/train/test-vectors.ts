import type { TestVectors } from '@slipway/contract';
import type { Frame } from '../data/frame.js';
import type { Estimator } from '../models/estimator.js';
import type { FittedPrep } from '../prep/prep.js';
import { argMax } from '../metrics/classification.js';
import { columnsOf } from './evaluate.js';

const ROWS = 64;

/** The first test rows with the answers of the notebook's own model, for comparison with the exported one. */
export async function testVectors(
  estimator: Estimator,
  prep: FittedPrep,
  test: Frame,
  labels: readonly string[] | null
): Promise<TestVectors> {
  const names = prep.columns.map(c => c.name);
  const rows = Math.min(ROWS, test.rowCount);
  const values = (await test.values(names)).map(column => column.slice(0, rows));
  const data = Array.from(estimator.predict(prep.transformColumns(values, rows, test.name), prep.width));
  return {
    rows,
    inputs: columnsOf(names, values),
    outputs: { [labels ? 'probabilities' : 'value']: { shape: [rows, data.length / rows], data } },
    ...(labels ? { labels: argMax(data, labels.length).map(place => labels[place]!) } : {})
  };
}
