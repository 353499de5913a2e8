import type { Check } from '../check.js';
import { largestDifference } from '../difference.js';

/** Largest relative difference that counts as equal. */
const TOLERANCE = 1e-4;

export const onnxEqualsModel: Check = {
  id: 'onnx-equals-model',
  title: 'ONNX equals the notebook model',
  protectsFrom: 'an export that computes something else than what was trained and judged',
  async run(examination) {
    const vectors = await examination.vectors();
    const outputs = await examination.answers(vectors.inputs);
    const { difference, missing } = largestDifference(vectors, name => outputs[name]?.data);
    const evidence = missing
      ? `The graph gives no "${missing}" to compare.`
      : `Largest relative difference ${difference.toExponential(1)} over ${vectors.rows} rows (allowed ${TOLERANCE}).`;
    return !missing && difference <= TOLERANCE
      ? { verdict: 'pass', evidence }
      : { verdict: 'fail', evidence, remedy: 'Export the model again with slip.register; do not edit the bundle.' };
  }
};
