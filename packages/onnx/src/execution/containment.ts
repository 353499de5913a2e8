import { DATA_LOCATION, EXTERNAL_DATA, MOST_NESTED, TENSORS_WITHIN, type OnnxMessage } from '../wire/tensor-places.js';

/*
 * An ONNX file can name other files that hold its tensors, by any path: whoever loads it then reads what its author chose
 * (CVE-2022-25882, CVE-2024-27318, CVE-2024-5187, CVE-2025-51480). Models here are one file; others are refused before the
 * runtime sees them.
 */

/** The file is no ONNX model that is complete in itself. */
export class UncontainedModelError extends Error {
  constructor(why: string) {
    super(`The model was refused: ${why}.`);
    this.name = 'UncontainedModelError';
  }
}

/** @throws UncontainedModelError when a tensor lies in another file, or the bytes are no ONNX model. */
export function refuseExternalData(model: Uint8Array): void {
  walk(model, { start: 0, end: model.length }, 'model', 0);
}

interface Span {
  readonly start: number;
  readonly end: number;
}

interface Field extends Span {
  readonly number: number;
  /** Of a number; a text or a message has none. */
  readonly value: number | undefined;
}

function walk(bytes: Uint8Array, span: Span, message: OnnxMessage, depth: number): void {
  if (depth > MOST_NESTED) {
    throw new UncontainedModelError('its graphs are nested too deeply');
  }
  for (const field of fieldsOf(bytes, span)) {
    if (message === 'tensor') {
      if (field.number === EXTERNAL_DATA || (field.number === DATA_LOCATION && field.value !== 0)) {
        throw new UncontainedModelError('a tensor of it lies in another file (external data)');
      }
      continue;
    }
    const inner = TENSORS_WITHIN[message][field.number];
    if (inner !== undefined && field.value === undefined) {
      walk(bytes, field, inner, depth + 1);
    }
  }
}

function* fieldsOf(bytes: Uint8Array, { start, end }: Span): Generator<Field> {
  let at = start;
  while (at < end) {
    const tag = varint(bytes, at, end, 5);
    at = tag.next;
    const number = Math.floor(tag.value / 8);
    switch (tag.value % 8) {
      case 0: {
        const { value, next } = varint(bytes, at, end, 10);
        yield { number, value, start: at, end: next };
        at = next;
        break;
      }
      case 1:
        yield { number, value: NaN, start: at, end: at + 8 };
        at += 8;
        break;
      case 2: {
        const { value: length, next } = varint(bytes, at, end, 5);
        yield { number, value: undefined, start: next, end: bounded(next + length, end) };
        at = next + length;
        break;
      }
      case 5:
        yield { number, value: NaN, start: at, end: at + 4 };
        at += 4;
        break;
      default:
        throw notOnnx();
    }
  }
  bounded(at, end);
}

/** Numbers beyond 2^53 lose digits, which is enough to tell them from zero. */
function varint(bytes: Uint8Array, start: number, end: number, longest: number): { value: number; next: number } {
  let value = 0;
  for (let index = 0; index < longest; index += 1) {
    const byte = start + index < end ? bytes[start + index] : undefined;
    if (byte === undefined) {
      throw notOnnx();
    }
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) {
      return { value, next: start + index + 1 };
    }
  }
  throw notOnnx();
}

function bounded(at: number, end: number): number {
  if (at > end) {
    throw notOnnx();
  }
  return at;
}

function notOnnx(): UncontainedModelError {
  return new UncontainedModelError('its bytes are no ONNX model');
}
