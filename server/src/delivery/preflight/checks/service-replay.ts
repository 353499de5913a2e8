import { z } from 'zod';
import type { ModelSignature, TestVectors } from '@slipway/contract';
import { numbersInRow } from '@slipway/tensor-inputs';
import type { Check } from '../check.js';
import { differenceOf, inWords, verdictOf } from '../difference.js';

const REQUEST_TIMEOUT_MS = 10_000;
/** Numbers of tensors in one request, which a service takes as text of at most 8 MiB. */
const MOST_NUMBERS = 250_000;
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
    const { signature, subject } = examination;
    const numbers = numbersInRow(signature);
    const step = numbers === 0 ? vectors.rows : Math.max(1, Math.floor(MOST_NUMBERS / numbers));
    const answers = new Map<string, (number | string | boolean)[]>();
    for (let from = 0; from < vectors.rows; from += step) {
      const response = await fetch(`${url}/v2/models/${encodeURIComponent(subject.model)}/infer`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(inferBody(signature, vectors, from, Math.min(from + step, vectors.rows))),
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
      for (const { name, data } of outputs) {
        answers.set(name, [...(answers.get(name) ?? []), ...data]);
      }
    }
    const difference = differenceOf(vectors, signature, name => answers.get(name));
    const evidence =
      difference.missing === null
        ? `Over HTTP, ${inWords(difference, vectors)}`
        : `The service's answer lacks "${difference.missing}".`;
    const verdict = verdictOf(difference);
    return verdict === 'pass'
      ? { verdict, evidence }
      : { verdict, evidence, remedy: 'Register the model again with slip.register.' };
  }
};

/** The rows from `from` up to `to` as an infer request. */
function inferBody(signature: ModelSignature, vectors: TestVectors, from: number, to: number): unknown {
  return {
    inputs: signature.inputs.map(({ name, datatype, shape }) => ({
      name,
      datatype,
      shape: [to - from, ...shape.slice(1)],
      data: vectors.inputs[name]!.slice(from, to).flat()
    }))
  };
}
