import { counted } from '@slipway/wording';
import type { ModelSignature, SignatureInput, TensorType } from '@slipway/contract';
import { namedValues, valueNamed } from '../named-values.js';
import { isTensor, rowSize } from '../row-shape.js';
import { fitsNumber, rangeText } from './number-range.js';
import { RequestError } from './request-error.js';
import { decodeTensor, type PendingImage } from './tensor-values.js';

/** Values of one input for all rows of a request, in the element type that the graph reads. */
export type InputValues = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array | string[];

/** Rows of a request, decoded and checked. */
export interface DecodedRows {
  readonly rows: number;
  readonly inputs: Readonly<Record<string, InputValues>>;
  /** Images that are still to be decoded. */
  readonly images?: readonly PendingImage[];
}

/** Outputs of the graph for the same rows: flat, row-major, with the width of one row. */
export interface OutputValues {
  readonly width: number;
  readonly data: Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array | string[];
}
export type Outputs = Readonly<Record<string, OutputValues>>;

/** A request with more rows is refused. */
export const MAX_ROWS = 10_000;
/** The same for numbers of tensors: a small request of small image files may ask for many. */
export const MAX_TENSOR_NUMBERS = 1 << 24;

/**
 * Decodes named columns after the signature.
 *
 * @param columns one array per input, all of one length; `null` is a missing value.
 * @param at says where a value is in the request, for messages.
 * @throws RequestError naming the place and what was expected there.
 */
export function decodeColumns(
  signature: ModelSignature,
  columns: Readonly<Record<string, readonly unknown[]>>,
  at: (input: string, row: number | null) => string
): DecodedRows {
  const known = signature.inputs.map(input => input.name);
  for (const name of Object.keys(columns)) {
    if (!known.includes(name)) {
      throw new RequestError(`the model has no input "${name}"; its inputs are ${known.join(', ')}`, at(name, null));
    }
  }
  const first = valueNamed(columns, known[0]!);
  const rows = first?.length ?? 0;
  refuseSize(signature, rows);
  const inputs = namedValues<InputValues>();
  const images: PendingImage[] = [];
  for (const input of signature.inputs) {
    const values = valueNamed(columns, input.name);
    if (values === undefined) {
      throw new RequestError(`the input "${input.name}" is missing`, at(input.name, null));
    }
    if (values.length !== rows) {
      throw new RequestError(
        `has ${counted(values.length, 'row')} where "${known[0]}" has ${rows}`,
        at(input.name, null)
      );
    }
    const place = (row: number): string => at(input.name, row);
    if (isTensor(input)) {
      const tensor = decodeTensor(input, values, place);
      inputs[input.name] = tensor.values;
      images.push(...tensor.images);
    } else {
      inputs[input.name] = decodeInput(input, values, place);
    }
  }
  if (rows === 0) {
    throw new RequestError('there are no rows');
  }
  return images.length > 0 ? { rows, inputs, images } : { rows, inputs };
}

/** Before anything is made of them. */
function refuseSize(signature: ModelSignature, rows: number): void {
  const numbers = numbersInRow(signature);
  const most = numbers === 0 ? MAX_ROWS : Math.max(1, Math.min(MAX_ROWS, Math.floor(MAX_TENSOR_NUMBERS / numbers)));
  if (rows > most) {
    throw new RequestError(`${counted(rows, 'row')} are too many; send at most ${most} at a time`);
  }
}

/** Numbers of one row that are parts of tensors. */
export function numbersInRow(signature: ModelSignature): number {
  return signature.inputs.filter(isTensor).reduce((sum, input) => sum + rowSize(input), 0);
}

function decodeInput(input: SignatureInput, values: readonly unknown[], at: (row: number) => string): InputValues {
  const refuse = (value: unknown, row: number): never => {
    throw new RequestError(`expected ${expectation(input, value)}, got ${describe(value)}`, at(row));
  };
  switch (input.datatype) {
    case 'FP32':
    case 'FP64': {
      const out = input.datatype === 'FP32' ? new Float32Array(values.length) : new Float64Array(values.length);
      values.forEach((value, row) => {
        if (typeof value === 'number' && fitsNumber(value, input)) {
          out[row] = value;
        } else if (value === null && input.nullable) {
          out[row] = NaN;
        } else {
          refuse(value, row);
        }
      });
      return out;
    }
    case 'INT32':
      return Int32Array.from(values, (value, row) => {
        if (typeof value !== 'number' || !fitsNumber(value, input)) {
          refuse(value, row);
        }
        return value as number;
      });
    case 'INT64':
      return BigInt64Array.from(values, (value, row) => {
        if (typeof value !== 'number' || !fitsNumber(value, input)) {
          refuse(value, row);
        }
        return BigInt(value as number);
      });
    case 'BOOL':
      return Uint8Array.from(values, (value, row) => {
        if (typeof value !== 'boolean') {
          refuse(value, row);
        }
        return value ? 1 : 0;
      });
    case 'BYTES':
      return values.map((value, row) => {
        if (typeof value === 'string' && fits(value, input)) {
          return value;
        }
        if (value === null && input.nullable) {
          return '';
        }
        return refuse(value, row);
      });
  }
}

const WORDS: Record<TensorType, string> = {
  FP32: 'a number',
  FP64: 'a number',
  INT32: 'a whole number',
  INT64: 'a whole number',
  BOOL: 'true or false',
  BYTES: 'a text'
};

/** A day, or a time of it, as data frames write them. */
const MOMENT = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}:\d{2}(?:\.\d+)?Z?)?$/;

function fits(value: string, { format }: SignatureInput): boolean {
  return format === undefined || (MOMENT.test(value) && !Number.isNaN(Date.parse(value.replace(' ', 'T'))));
}

function expectation(input: SignatureInput, value: unknown): string {
  if (input.format === 'moment') {
    return 'a date such as 2024-01-31, or a time such as 2024-01-31T18:30:00';
  }
  return `${WORDS[input.datatype]}${rangeText(input, value)}${input.nullable ? ' or null' : ''}`;
}

function describe(value: unknown): string {
  if (value === undefined) {
    return 'nothing';
  }
  if (value === null) {
    return 'null';
  }
  if (Array.isArray(value)) {
    return 'a list';
  }
  if (typeof value === 'object') {
    return 'an object';
  }
  return JSON.stringify(value)?.slice(0, 60) ?? String(value);
}

/** Joins the rows of several requests into one. */
export function joinRows(signature: ModelSignature, parts: readonly DecodedRows[]): DecodedRows {
  if (parts.length === 1) {
    return parts[0]!;
  }
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  const inputs = namedValues<InputValues>();
  for (const input of signature.inputs) {
    const { name } = input;
    const size = rowSize(input);
    const sample = parts[0]!.inputs[name]!;
    if (Array.isArray(sample)) {
      inputs[name] = parts.flatMap(part => part.inputs[name] as string[]);
      continue;
    }
    const joined = emptyLike(sample, rows * size);
    let at = 0;
    for (const part of parts) {
      setAt(joined, part.inputs[name]!, at);
      at += part.rows * size;
    }
    inputs[name] = joined;
  }
  return { rows, inputs };
}

type NumericArray = Exclude<InputValues, string[]>;

function emptyLike(sample: NumericArray, length: number): NumericArray {
  if (sample instanceof Float32Array) {
    return new Float32Array(length);
  }
  if (sample instanceof Float64Array) {
    return new Float64Array(length);
  }
  if (sample instanceof Int32Array) {
    return new Int32Array(length);
  }
  if (sample instanceof BigInt64Array) {
    return new BigInt64Array(length);
  }
  return new Uint8Array(length);
}

function setAt(target: NumericArray, source: InputValues, at: number): void {
  if (target instanceof BigInt64Array) {
    target.set(source as BigInt64Array, at);
  } else {
    target.set(source as Float32Array, at);
  }
}

/** The outputs of `rows` rows from `start` on. */
export function sliceOutputs(outputs: Outputs, start: number, rows: number): Outputs {
  return Object.fromEntries(
    Object.entries(outputs).map(([name, { width, data }]) => {
      return [name, { width, data: data.slice(start * width, (start + rows) * width) }];
    })
  );
}
