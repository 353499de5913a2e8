import type { ModelSignature, SignatureInput } from '@slipway/contract';
import { isTensor, rowShape } from '@slipway/tensor-inputs';

type Schema = Readonly<Record<string, unknown>>;

/** What a service takes and answers, as an OpenAPI document made from the signature of its model. */
export function openApiDocument(service: string, version: string, signature: ModelSignature): Schema {
  const row: Schema = {
    type: 'object',
    properties: Object.fromEntries(signature.inputs.map(input => [input.name, valueSchema(input)])),
    required: signature.inputs.filter(({ nullable }) => !nullable).map(({ name }) => name),
    additionalProperties: false
  };
  const rows: Schema = { type: 'object', properties: { rows: list(row) }, required: ['rows'] };
  const records: Schema = {
    type: 'object',
    properties: { dataframe_records: list(row) },
    required: ['dataframe_records']
  };
  const tensors: Schema = {
    type: 'object',
    properties: {
      id: { type: ['string', 'null'] },
      inputs: list({
        type: 'object',
        properties: {
          name: { enum: signature.inputs.map(({ name }) => name) },
          datatype: { type: 'string' },
          shape: list({ type: 'integer' }),
          data: { type: 'array' }
        },
        required: ['name', 'datatype', 'shape', 'data']
      })
    },
    required: ['inputs']
  };
  return {
    openapi: '3.1.0',
    info: { title: service, version, description: `Predicts ${signature.target} (${signature.task}).` },
    paths: {
      '/predict': { post: operation('Predict one row, or several as `rows`', { anyOf: [row, rows] }) },
      '/invocations': { post: operation('MLflow’s scoring protocol; also CSV', records, { 'text/csv': {} }) },
      [`/v2/models/${encodeURIComponent(service)}/infer`]: { post: operation('Open Inference Protocol', tensors) },
      '/health': { get: { summary: 'Whether the service answers', responses: answers() } },
      '/metrics': { get: { summary: 'Metrics for Prometheus', responses: answers('text/plain') } }
    }
  };
}

function operation(summary: string, body: Schema, otherContent: Schema = {}): Schema {
  const content = { 'application/json': { schema: body }, ...otherContent };
  return { summary, requestBody: { required: true, content }, responses: answers() };
}

function answers(type = 'application/json'): Schema {
  return {
    '200': { description: 'The answer', content: { [type]: {} } },
    '400': { description: 'The request is wrong; `error` or `message` names the place' }
  };
}

function valueSchema(input: SignatureInput): Schema {
  const value = isTensor(input) ? nested(elementSchema(input), rowShape(input)) : elementSchema(input);
  return input.nullable ? { anyOf: [value, { type: 'null' }] } : value;
}

function elementSchema({ datatype, limits, format }: SignatureInput): Schema {
  const range = limits === undefined ? {} : { minimum: limits.min, maximum: limits.max };
  switch (datatype) {
    case 'FP32':
    case 'FP64':
      return { type: 'number', ...range };
    case 'INT32':
    case 'INT64':
      return { type: 'integer', ...range };
    case 'BOOL':
      return { type: 'boolean' };
    case 'BYTES':
      return format === 'moment' ? { type: 'string', examples: ['2024-01-31'] } : { type: 'string' };
  }
}

function nested(element: Schema, shape: readonly number[]): Schema {
  return shape.reduceRight<Schema>(
    (items, size) => ({ type: 'array', items, minItems: size, maxItems: size }),
    element
  );
}

function list(items: Schema): Schema {
  return { type: 'array', items };
}
