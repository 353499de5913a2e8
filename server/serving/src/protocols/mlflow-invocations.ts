import { counted } from '@slipway/wording';
import type { ModelSignature, ModelTask, SignatureOutput } from '@slipway/contract';
import {
  decodeColumns,
  type DecodedRows,
  decodeRecords,
  isTensor,
  namedValues,
  numbersOf,
  type Outputs,
  RequestError
} from '@slipway/tensor-inputs';

/* MLflow's scoring protocol (mlflow/pyfunc/scoring_server): exactly one of four forms of JSON, or CSV. */

const FORMS = ['dataframe_split', 'dataframe_records', 'instances', 'inputs'] as const;

/** Decodes the JSON body of `POST /invocations`. @throws RequestError naming the place. */
export function decodeInvocations(signature: ModelSignature, body: unknown): DecodedRows {
  if (!isObject(body)) {
    throw new RequestError(`expected an object with one of ${FORMS.join(', ')}`, 'body');
  }
  const given = FORMS.filter(form => form in body);
  if (given.length !== 1) {
    throw new RequestError(`expected exactly one of ${FORMS.join(', ')}, got ${given.join(' and ') || 'none'}`, 'body');
  }
  const form = given[0]!;
  const value = body[form];
  switch (form) {
    case 'dataframe_split':
      return decodeSplit(signature, value);
    case 'dataframe_records':
      if (!Array.isArray(value)) {
        throw new RequestError('expected a list of objects', form);
      }
      return decodeRecords(signature, value, form);
    case 'instances':
    case 'inputs':
      return decodeTensorForm(signature, value, form);
  }
}

function decodeSplit(signature: ModelSignature, value: unknown): DecodedRows {
  const place = 'dataframe_split';
  if (!isObject(value)) {
    throw new RequestError('expected an object with columns and data', place);
  }
  const { columns, data } = value;
  if (!Array.isArray(columns) || !columns.every(c => typeof c === 'string')) {
    throw new RequestError('expected a list of names', `${place}.columns`);
  }
  if (!Array.isArray(data)) {
    throw new RequestError('expected a list of rows', `${place}.data`);
  }
  const records = data.map((row: unknown, i) => {
    if (!Array.isArray(row) || row.length !== columns.length) {
      throw new RequestError(`expected a list of ${counted(columns.length, 'value')}`, `${place}.data[${i}]`);
    }
    return Object.fromEntries(columns.map((name, c) => [name, row[c] as unknown]));
  });
  return decodeRecords(signature, records, `${place}.data`);
}

/**
 * `instances`/`inputs`: records, rows in the order of the signature, or an object of columns. Where the only input is a tensor,
 * a row is that tensor, or, of images, the base64 of a file.
 */
function decodeTensorForm(signature: ModelSignature, value: unknown, place: string): DecodedRows {
  if (isObject(value)) {
    const columns = namedValues<unknown[]>();
    for (const [name, column] of Object.entries(value)) {
      if (!Array.isArray(column)) {
        throw new RequestError('expected a list', `${place}.${name}`);
      }
      const input = signature.inputs.find(candidate => candidate.name === name);
      columns[name] = input && isTensor(input) ? (column as unknown[]) : (column as unknown[]).flat(2);
    }
    return decodeColumns(signature, columns, (input, row) => `${place}.${input}${row === null ? '' : `[${row}]`}`);
  }
  if (!Array.isArray(value)) {
    throw new RequestError('expected a list of rows or an object of columns', place);
  }
  const [only, ...others] = signature.inputs;
  if (only && others.length === 0 && isTensor(only)) {
    return decodeRecords(
      signature,
      value.map((row: unknown) => (isObject(row) ? row : { [only.name]: row })),
      place
    );
  }
  const records = value.map((row: unknown, i) => {
    if (!Array.isArray(row)) {
      return row;
    }
    if (row.length !== signature.inputs.length) {
      throw new RequestError(`expected ${counted(signature.inputs.length, 'value')}`, `${place}[${i}]`);
    }
    return Object.fromEntries(signature.inputs.map((input, c) => [input.name, row[c] as unknown]));
  });
  return decodeRecords(signature, records, place);
}

/** Decodes a CSV body with a header line. @throws RequestError naming the line. */
export function decodeCsv(signature: ModelSignature, text: string): DecodedRows {
  // Spreadsheets write a mark of the encoding in front.
  const lines = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .filter(line => line.trim() !== '');
  const header = splitCsv(lines[0] ?? '');
  const records = lines.slice(1).map((line, i) => {
    const fields = splitCsv(line);
    if (fields.length !== header.length) {
      throw new RequestError(
        `has ${counted(fields.length, 'value')} where the header has ${header.length}`,
        `line ${i + 2}`
      );
    }
    return Object.fromEntries(
      header.map((name, c) => {
        const input = signature.inputs.find(candidate => candidate.name === name);
        return [
          name,
          csvValue(fields[c]!, input?.datatype === 'BYTES' || input?.format === 'image', input?.datatype === 'BOOL')
        ];
      })
    );
  });
  return decodeRecords(signature, records, 'rows');
}

function csvValue(field: string, text: boolean, flag: boolean): unknown {
  if (field === '') {
    return null;
  }
  if (text) {
    return field;
  }
  if (flag && /^(true|false)$/i.test(field)) {
    return field.toLowerCase() === 'true';
  }
  const number = Number(field);
  return Number.isNaN(number) ? field : number;
}

/** RFC 4180 fields of one line. */
function splitCsv(line: string): string[] {
  const fields = line.match(/("([^"]|"")*"|[^,]*)(,|$)/g) ?? [];
  return fields
    .map(field => field.replace(/,$/, ''))
    .slice(0, line.endsWith(',') ? undefined : Math.max(1, fields.length - 1))
    .map(field => (field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field));
}

/**
 * The answer to an invocation, an entry for each row: a label, a number, the number of a cluster; several numbers are an object,
 * as a data frame of several columns is one for MLflow.
 */
export function encodeInvocations(
  signature: ModelSignature,
  outputs: Outputs,
  rows: number
): { predictions: unknown[] } {
  const output = signature.outputs.find(candidate => candidate.role === ROLE_OF[signature.task])!;
  const values = outputs[output.name]!;
  const said = (row: number): unknown => {
    if (output.names) {
      return numbersOf(output.names, values, row);
    }
    const value = values.data[row * values.width];
    return typeof value === 'bigint' ? Number(value) : value;
  };
  return { predictions: Array.from({ length: rows }, (_, row) => said(row)) };
}

/** The output that answers for a model where there is room for one. */
const ROLE_OF: Readonly<Record<ModelTask, SignatureOutput['role']>> = {
  classification: 'label',
  regression: 'value',
  clustering: 'cluster',
  projection: 'components'
};

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
