import { fieldSpans, readVarint, WireFormatError } from '../wire/protobuf.js';
import { DATA_LOCATION, EXTERNAL_DATA, MOST_NESTED, TENSORS_WITHIN, type OnnxMessage } from '../wire/tensor-places.js';

/*
 * An ONNX file can name other files that hold its tensors, by any path: a program that loads it then reads what its author chose
 * (CVE-2022-25882, CVE-2024-27318, CVE-2024-5187, CVE-2025-51480). Models here are one file; others are refused before the
 * runtime sees them.
 */

/** The file is not an ONNX model that is complete in itself. */
export class UncontainedModelError extends Error {
  constructor(why: string) {
    super(`The model was rejected: ${why}.`);
    this.name = 'UncontainedModelError';
  }
}

/** @throws UncontainedModelError when a tensor is in another file, or the bytes are not an ONNX model. */
export function refuseExternalData(model: Uint8Array): void {
  try {
    walk(model, { start: 0, end: model.length }, 'model', 0);
  } catch (error) {
    throw error instanceof WireFormatError ? new UncontainedModelError('its bytes are not an ONNX model') : error;
  }
}

interface Span {
  readonly start: number;
  readonly end: number;
}

function walk(bytes: Uint8Array, span: Span, message: OnnxMessage, depth: number): void {
  if (depth > MOST_NESTED) {
    throw new UncontainedModelError('its graphs are nested too deeply');
  }
  for (const field of fieldSpans(bytes, span.start, span.end)) {
    if (message === 'tensor') {
      const isElsewhere = field.wire === 0 && readVarint(bytes, field.start, field.end).value !== 0n;
      if (field.number === EXTERNAL_DATA || (field.number === DATA_LOCATION && isElsewhere)) {
        throw new UncontainedModelError('a tensor of it is in another file (external data)');
      }
      continue;
    }
    const inner = TENSORS_WITHIN[message][field.number];
    if (inner !== undefined && field.wire === 2) {
      walk(bytes, field, inner, depth + 1);
    }
  }
}
