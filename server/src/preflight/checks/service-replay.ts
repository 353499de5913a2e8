import { z } from 'zod';
import type { ModelSignature, TestVectors } from '@slipway/contract';
import type { Check } from '../check.js';
import { differenceOf, inWords, isEqual } from '../difference.js';

const REQUEST_TIMEOUT_MS = 10_000;
const InferAnswer = z.object({
  outputs: z.array(z.object({ name: z.string(), data: z.array(z.union([z.number(), z.string(), z.boolean()])) }))
});

export const serviceReplay: Check = {
  id: 'service-replay',
  title: 'The real service repeats the recorded answers',
  protectsFrom: 'a service that changes types, order or names on the way',
  async run(examination) {
    const vectors = await examination.vectors();
    const url = await examination.candidate.url();
    const response = await fetch(`${url}/v2/models/${encodeURIComponent(examination.subject.model)}/infer`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(inferBody(examination.signature, vectors)),
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS)
    });
    if (!response.ok) {
      return {
        verdict: 'fail',
        evidence: `The service answered ${response.status} to its own test rows: ${(await response.text()).slice(0, 300)}`,
        remedy: 'Register the model again; the test rows do not fit the signature.'
      };
    }
    const { outputs } = InferAnswer.parse(await response.json());
    const difference = differenceOf(
      vectors,
      examination.signature,
      name => outputs.find(output => output.name === name)?.data
    );
    const evidence =
      difference.missing === null
        ? `Over HTTP, ${inWords(difference, vectors)}`
        : `The service's answer lacks "${difference.missing}".`;
    return isEqual(difference)
      ? { verdict: 'pass', evidence }
      : { verdict: 'fail', evidence, remedy: 'Register the model again with slip.register.' };
  }
};

function inferBody(signature: ModelSignature, vectors: TestVectors): unknown {
  return {
    inputs: signature.inputs.map(({ name, datatype }) => ({
      name,
      datatype,
      shape: [vectors.rows, 1],
      data: vectors.inputs[name]
    }))
  };
}
