import type { TestVectors } from '@slipway/contract';
import { argMax } from '@slipway/statistics';
import type { Estimator } from '../models/estimator.js';
import { outputName } from '../export/output-names.js';
import { rowsAt, type Examples } from './examples.js';

/** Some test rows with the answers of the notebook's own model, for comparison with the exported one. */
export function testVectors(estimator: Estimator, examples: Examples): TestVectors {
  const { recorded, inputs, target } = examples;
  const { labels } = target;
  const rows = recorded.length;
  const data = Array.from(estimator.predict(rowsAt(examples.test, inputs.width, recorded), inputs.width));
  return {
    rows,
    inputs: examples.named(recorded),
    outputs: {
      [outputName(labels ? 'probabilities' : 'value', inputs.names)]: { shape: [rows, data.length / rows], data }
    },
    ...(labels ? { labels: argMax(data, labels.length).map(place => labels[place]!) } : {})
  };
}
