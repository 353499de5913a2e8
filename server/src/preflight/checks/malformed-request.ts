import type { ModelSignature, SignatureInput } from '@slipway/contract';
import type { Check } from '../check.js';

const REQUEST_TIMEOUT_MS = 10_000;

interface Attempt {
  readonly what: string;
  readonly path: string;
  readonly body: string;
}

export const malformedRequest: Check = {
  id: 'malformed-request',
  title: 'Malformed requests get a 4xx',
  protectsFrom: 'errors that are answered with status 200, and values that are silently taken for others',
  async run(examination) {
    const url = await examination.candidate.url();
    const attempts = malformed(examination.signature, examination.subject.model);
    const wrong: string[] = [];
    for (const attempt of attempts) {
      const response = await fetch(url + attempt.path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: attempt.body,
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS)
      });
      await response.arrayBuffer();
      if (response.status < 400 || response.status > 499) wrong.push(`${attempt.what} got ${response.status}`);
    }
    return wrong.length === 0
      ? { verdict: 'pass', evidence: `${attempts.length} malformed requests, each refused with a 4xx.` }
      : {
          verdict: 'fail',
          evidence: `${wrong.join('; ')} (of ${attempts.length} malformed requests).`,
          remedy: 'Register the model with slip.register, so that its signature names and types every input.'
        };
  }
};

function malformed(signature: ModelSignature, model: string): Attempt[] {
  const first = signature.inputs[0]!;
  const good = Object.fromEntries(signature.inputs.map(input => [input.name, example(input)]));
  const infer = `/v2/models/${encodeURIComponent(model)}/infer`;
  const predict = (what: string, body: unknown): Attempt => ({ what, path: '/predict', body: JSON.stringify(body) });
  return [
    { what: 'broken JSON', path: '/predict', body: '{"' },
    predict('a list instead of an object', []),
    predict('no rows', { rows: [] }),
    predict('an unknown input', { ...good, 'no such input': 1 }),
    predict(`an object for "${first.name}"`, { ...good, [first.name]: { nested: true } }),
    ...(signature.inputs.some(input => !input.nullable) ? [predict('a missing input', {})] : []),
    ...(first.datatype === 'BYTES'
      ? [predict(`a number for the text "${first.name}"`, { ...good, [first.name]: 1 })]
      : [predict(`a text for the number "${first.name}"`, { ...good, [first.name]: 'many' })]),
    {
      what: 'a tensor whose shape and data differ',
      path: infer,
      body: JSON.stringify({ inputs: [{ name: first.name, datatype: first.datatype, shape: [3, 1], data: [] }] })
    },
    { what: 'an infer request without inputs', path: infer, body: '{}' },
    { what: 'an invocation of no known form', path: '/invocations', body: '{"rows":[]}' }
  ];
}

function example(input: SignatureInput): number | string | boolean {
  switch (input.datatype) {
    case 'BYTES':
      return 'a';
    case 'BOOL':
      return true;
    case 'FP32':
    case 'FP64':
    case 'INT32':
    case 'INT64':
      return input.range ? Math.round(input.range.min) : 0;
  }
}
