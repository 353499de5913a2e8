import type { Check } from '../check.js';
import { differenceOf, inWords, verdictOf } from '../difference.js';

export const onnxEqualsModel: Check = {
  id: 'onnx-equals-model',
  title: 'ONNX equals the notebook model',
  protectsFrom: 'an export that computes something other than the trained and evaluated model',
  async run(examination) {
    const vectors = await examination.vectors();
    const outputs = await examination.answers(vectors.inputs);
    const difference = differenceOf(vectors, examination.signature, name => outputs[name]?.data);
    const evidence =
      difference.missing === null
        ? inWords(difference, vectors)
        : `The graph has no output "${difference.missing}" to compare.`;
    const verdict = verdictOf(difference);
    return verdict === 'pass'
      ? { verdict, evidence }
      : { verdict, evidence, remedy: 'Export the model again with slip.register; do not edit the bundle.' };
  }
};
