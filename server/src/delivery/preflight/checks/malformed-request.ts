import { SCORING_FILE, type ModelSignature, type SignatureInput } from '@slipway/contract';
import { isTensor, rowShape, rowSize } from '@slipway/tensor-inputs';
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
  protectsFrom: 'errors answered with status 200, and values silently converted to others',
  async run(examination) {
    const url = await examination.candidate.url();
    const { signature, subject } = examination;
    const scored = subject.bundle.files.some(file => file.path === SCORING_FILE);
    const attempts = malformed(signature, subject.model, scored);
    const wrong: string[] = [];
    for (const attempt of attempts) {
      const response = await fetch(url + attempt.path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: attempt.body,
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS)
      });
      await response.arrayBuffer();
      if (response.status < 400 || response.status > 499) {
        wrong.push(`${attempt.what} got ${response.status}`);
      }
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

/** A scoring module may take rows that the model itself would refuse; what it makes of them is refused by the model. */
function malformed(signature: ModelSignature, model: string, scored: boolean): Attempt[] {
  const first = signature.inputs[0]!;
  const good = Object.fromEntries(signature.inputs.map(input => [input.name, example(input)]));
  const wrong = first.datatype === 'BYTES' ? 1 : 'many';
  const infer = (what: string, inputs: unknown): Attempt => {
    return { what, path: `/v2/models/${encodeURIComponent(model)}/infer`, body: JSON.stringify({ inputs }) };
  };
  const tensor = (name: string, shape: number[], data: unknown[]): unknown => {
    return { name, datatype: first.datatype, shape, data };
  };
  const predict = (what: string, body: unknown): Attempt => ({ what, path: '/predict', body: JSON.stringify(body) });
  const rows = [
    predict('an unknown input', { ...good, 'no such input': 1 }),
    predict(`an object for "${first.name}"`, { ...good, [first.name]: { nested: true } }),
    predict(`${JSON.stringify(wrong)} for "${first.name}"`, { ...good, [first.name]: wrong }),
    ...(isTensor(first) ? [predict(`one number for "${first.name}"`, { ...good, [first.name]: [0] })] : []),
    ...(first.format === 'image' ? [predict('a damaged image', { ...good, [first.name]: DAMAGED_IMAGE })] : []),
    ...(signature.inputs.some(input => !input.nullable) ? [predict('a missing input', {})] : [])
  ];
  return [
    { what: 'broken JSON', path: '/predict', body: '{"' },
    predict('a list instead of an object', []),
    predict('no rows', { rows: [] }),
    ...(scored ? [] : rows),
    infer('a tensor of the wrong type', [tensor(first.name, [1, ...rowShape(first)], wrongRow(first, wrong))]),
    infer('a tensor whose shape and data differ', [tensor(first.name, [3, ...rowShape(first)], [])]),
    infer('a tensor for an unknown input', [tensor('no such input', [1, 1], [1])]),
    infer('an infer request without tensors', undefined),
    { what: 'an invocation in an unknown format', path: '/invocations', body: '{"rows":[]}' }
  ];
}

/** The beginning of a PNG file. */
const DAMAGED_IMAGE = 'iVBORw0KGgoAAAANSUhEUg==';

function wrongRow(input: SignatureInput, wrong: unknown): unknown[] {
  return Array.from({ length: rowSize(input) }, () => wrong);
}

function example(input: SignatureInput): number | string | boolean | number[] {
  if (isTensor(input)) {
    return Array.from({ length: rowSize(input) }, () => 0);
  }
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
