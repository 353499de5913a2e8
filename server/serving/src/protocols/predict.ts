import type { ModelSignature } from '@slipway/contract';
import { type DecodedRows, decodeRecords, RequestError } from '@slipway/tensor-inputs';

/** Rows of a `POST /predict` body: the body itself, or `{ "rows": [ … ] }` unless the model has an input of that name. */
export function predictRows(signature: ModelSignature, body: unknown): { rows: readonly unknown[]; path: string } {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new RequestError('expected an object of named inputs, or { "rows": [ … ] }', 'body');
  }
  const named = signature.inputs.some(input => input.name === 'rows');
  if (named || !('rows' in body)) {
    return { rows: [body], path: '' };
  }
  if (!Array.isArray(body.rows)) {
    throw new RequestError('expected a list of objects', 'rows');
  }
  return { rows: body.rows, path: 'rows' };
}

/** Decodes the body of `POST /predict`. @throws RequestError naming the place. */
export function decodePredict(signature: ModelSignature, body: unknown): DecodedRows {
  const { rows, path } = predictRows(signature, body);
  return decodeRecords(signature, rows, path);
}
