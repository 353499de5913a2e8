import type { ModelSignature } from '@slipway/contract';
import { namedValues, valueNamed } from '../named-values.js';
import { RequestError } from './request-error.js';
import { decodeColumns, type DecodedRows } from './tensors.js';

/** Turns records (one object per row) into columns; `path` names the list in messages. */
export function decodeRecords(signature: ModelSignature, records: readonly unknown[], path: string): DecodedRows {
  const place = (row: number): string => (path ? `${path}[${row}]` : '');
  const columns = namedValues<unknown[]>();
  for (const input of signature.inputs) {
    columns[input.name] = [];
  }
  records.forEach((record, row) => {
    if (typeof record !== 'object' || record === null || Array.isArray(record)) {
      throw new RequestError('expected an object with one value per input', place(row) || 'body');
    }
    for (const name of Object.keys(record)) {
      if (!Object.hasOwn(columns, name)) {
        const known = Object.keys(columns).join(', ');
        throw new RequestError(`the model has no input "${name}"; its inputs are ${known}`, join(place(row), name));
      }
    }
    for (const input of signature.inputs) {
      const value = valueNamed(record as Record<string, unknown>, input.name);
      if (value === undefined && !input.nullable) {
        throw new RequestError(`the input "${input.name}" is missing`, join(place(row), input.name));
      }
      columns[input.name]!.push(value ?? null);
    }
  });
  return decodeColumns(signature, columns, (input, row) => join(row === null ? '' : place(row), input));
}

function join(place: string, name: string): string {
  return place ? `${place}.${name}` : name;
}
