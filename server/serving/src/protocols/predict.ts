import type { ModelSignature, PredictAnswer, SignatureOutput } from '@slipway/contract';
import {
  decodeColumns,
  type DecodedRows,
  namedValues,
  type Outputs,
  type OutputValues,
  RequestError,
  valueNamed
} from '@slipway/tensor-inputs';

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

/** One prediction per row: what the outputs of the model say, each under its own name. */
export function encodePredictions(
  signature: ModelSignature,
  outputs: Outputs,
  rows: number
): PredictAnswer['predictions'] {
  // The label is what most readers look for.
  const ordered = signature.outputs.toSorted((a, b) => Number(b.role === 'label') - Number(a.role === 'label'));
  return Array.from({ length: rows }, (_, row) =>
    Object.assign({}, ...ordered.map(output => saidOf(signature, output, outputs[output.name]!, row)))
  ) as PredictAnswer['predictions'];
}

function saidOf(
  { labels }: ModelSignature,
  output: SignatureOutput,
  values: OutputValues,
  row: number
): PredictAnswer['predictions'][number] {
  const numbers = (names: readonly string[]): Record<string, number> => numbersOf(names, values, row);
  switch (output.role) {
    case 'label':
      return { label: String(values.data[row]) };
    case 'value':
      return output.names ? { values: numbers(output.names) } : { value: Number(values.data[row * values.width]) };
    case 'probabilities':
      return labels ? { probabilities: numbers(labels) } : {};
    case 'cluster':
      return { cluster: Number(values.data[row]) };
    case 'distances':
      return { distances: numbers(output.names ?? []) };
    case 'components':
      return { components: numbers(output.names ?? []) };
  }
}

/** The numbers of one row by their names. */
export function numbersOf(
  names: readonly string[],
  { data, width }: OutputValues,
  row: number
): Record<string, number> {
  return Object.fromEntries(names.map((name, i) => [name, Number(data[row * width + i])]));
}
