import type { SignatureInput } from '@slipway/contract';
import { flatRow, RowShapeError, rowShape, rowSize, shapeText } from '../row-shape.js';
import { imageBytes } from '../image-text.js';
import { ImageError } from '../images.js';
import { fitsNumber, rangeText } from './number-range.js';
import { RequestError } from './request-error.js';

/** Numbers of a tensor input for all rows of a request, row-major. */
export type TensorValues = Float32Array | Float64Array | Int32Array | BigInt64Array;

/** An image file given for a row, to be decoded before the graph is asked. */
export interface PendingImage {
  readonly input: string;
  readonly row: number;
  readonly file: Uint8Array;
  /** Where it is in the request. */
  readonly place: string;
}

/**
 * Decodes the rows of a tensor input: numbers, flat or nested as the shape says; for pixels also image files as base64.
 *
 * @returns the numbers, zeros where an image is still to be decoded, and these images.
 * @throws RequestError naming the place and what was expected there.
 */
export function decodeTensor(
  input: SignatureInput,
  rows: readonly unknown[],
  at: (row: number) => string
): { values: TensorValues; images: PendingImage[] } {
  const [shape, size] = [rowShape(input), rowSize(input)];
  const values = emptyTensor(input, rows.length * size);
  const images: PendingImage[] = [];
  rows.forEach((value, row) => {
    if (input.format === 'image' && typeof value === 'string') {
      images.push({ input: input.name, row, file: fileOf(value, at(row)), place: at(row) });
      return;
    }
    const numbers = rowOf(input, value, shape, at(row));
    for (let i = 0; i < size; i++) {
      const number = numbers[i];
      if (!isElement(number, input)) {
        throw new RequestError(`expected ${elementText(input, number)}, got ${textOf(number)}`, `${at(row)}[${i}]`);
      }
      if (values instanceof BigInt64Array) {
        values[row * size + i] = BigInt(number);
      } else {
        values[row * size + i] = number;
      }
    }
  });
  return { values, images };
}

function rowOf(input: SignatureInput, value: unknown, shape: readonly number[], place: string): ArrayLike<unknown> {
  try {
    return flatRow(value, shape);
  } catch (error) {
    if (!(error instanceof RowShapeError)) {
      throw error;
    }
    const image = 'an image file (PNG, JPEG) as base64, or ';
    throw new RequestError(
      `expected ${input.format === 'image' ? image : ''}${error.expected}, got ${error.got}`,
      place
    );
  }
}

function fileOf(text: string, place: string): Uint8Array {
  try {
    return imageBytes(text);
  } catch (error) {
    if (!(error instanceof ImageError)) {
      throw error;
    }
    throw new RequestError(`the text ${error.message}`, place);
  }
}

function emptyTensor({ name, datatype, shape }: SignatureInput, length: number): TensorValues {
  switch (datatype) {
    case 'FP32':
      return new Float32Array(length);
    case 'FP64':
      return new Float64Array(length);
    case 'INT32':
      return new Int32Array(length);
    case 'INT64':
      return new BigInt64Array(length);
    case 'BOOL':
    case 'BYTES':
      throw new Error(
        `The signature says that ${name} holds ${datatype} of the shape ${shapeText(shape)}, which no service takes.`
      );
  }
}

function isElement(value: unknown, input: SignatureInput): value is number {
  if (typeof value !== 'number') {
    return false;
  }
  return input.format === 'image' ? value >= 0 && value <= 255 : fitsNumber(value, input);
}

function elementText(input: SignatureInput, value: unknown): string {
  if (input.format === 'image') {
    return 'a pixel from 0 to 255';
  }
  const { datatype } = input;
  return `${datatype === 'INT32' || datatype === 'INT64' ? 'a whole number' : 'a number'}${rangeText(input, value)}`;
}

function textOf(value: unknown): string {
  return Array.isArray(value) ? 'a list' : (JSON.stringify(value)?.slice(0, 60) ?? 'nothing');
}
