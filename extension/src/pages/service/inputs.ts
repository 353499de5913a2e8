import type { ColumnProfile, ModelSignature, SignatureInput } from '@slipway/contract';
import { tensorShape } from '../../display/tensor.js';

/** Values of the test form's fields by input name. */
export type InputTexts = Readonly<Record<string, string>>;

/** One row of named inputs, as `POST /predict` takes it. */
export type InputRow = Readonly<Record<string, number | string | boolean | null | readonly unknown[]>>;

/** Tensors with more values are not filled in. */
const MOST_SHOWN = 256;

/**
 * The form's initial values, a typical row: the median or the most frequent value where the training data's
 * profile is known, else the middle of the training range.
 */
export function defaultTexts(signature: ModelSignature, profiles: readonly ColumnProfile[]): InputTexts {
  return Object.fromEntries(
    signature.inputs.map(input => [
      input.name,
      defaultText(
        input,
        profiles.find(({ name }) => name === input.name)
      )
    ])
  );
}

function defaultText(input: SignatureInput, profile: ColumnProfile | undefined): string {
  const { datatype, range } = input;
  const shape = tensorShape(input);
  if (shape !== null) {
    return tensorText(input, shape);
  }
  switch (datatype) {
    case 'BOOL':
      return 'false';
    case 'BYTES':
      return profile?.top[0]?.value ?? '';
    case 'INT32':
    case 'INT64':
      return String(Math.round(middle(range, profile)));
    case 'FP32':
    case 'FP64':
      return String(roundWithin(middle(range, profile), range));
  }
}

/** An image is chosen; of a small tensor each number is the middle of the training range. */
function tensorText({ format, range }: SignatureInput, shape: readonly number[]): string {
  const size = shape.reduce((product, length) => product * length, 1);
  if (format === 'image' || size > MOST_SHOWN) {
    return '';
  }
  const value = roundWithin(middle(range, undefined), range);
  const nested = (axis: number): unknown =>
    axis === shape.length ? value : Array.from({ length: shape[axis]! }, () => nested(axis + 1));
  return JSON.stringify(nested(0));
}

function middle(range: SignatureInput['range'], profile: ColumnProfile | undefined): number {
  return profile?.quartiles?.[1] ?? (range === null ? 0 : (range.min + range.max) / 2);
}

/** Rounded to what matters within the range: 0.0000104 between -1 and 1 is 0. */
function roundWithin(value: number, range: SignatureInput['range']): number {
  if (range === null || range.max === range.min) {
    return Number(value.toPrecision(3));
  }
  const decimals = Math.min(12, Math.max(0, 3 - Math.ceil(Math.log10(range.max - range.min))));
  return Number(value.toFixed(decimals));
}

/** The row that the texts mean. An empty field is a missing value; a text that is not a number is sent as text. */
export function readInputs(signature: ModelSignature, texts: InputTexts): InputRow {
  return Object.fromEntries(signature.inputs.map(input => [input.name, readInput(input, textOf(texts, input.name))]));
}

/** What was typed for an input, which may be named like a member of every object. */
export function textOf(texts: InputTexts, name: string): string {
  return (Object.hasOwn(texts, name) ? texts[name] : undefined) ?? '';
}

function readInput(input: SignatureInput, text: string): InputRow[string] {
  const trimmed = text.trim();
  if (tensorShape(input) !== null) {
    return readTensor(trimmed);
  }
  const { datatype } = input;
  switch (datatype) {
    case 'BYTES':
      return text === '' ? null : text;
    case 'BOOL':
      return trimmed === '' ? null : trimmed === 'true';
    case 'INT32':
    case 'INT64':
    case 'FP32':
    case 'FP64': {
      if (trimmed === '') {
        return null;
      }
      const value = Number(trimmed.replace(',', '.'));
      return Number.isFinite(value) ? value : trimmed;
    }
  }
}

/** Numbers as JSON, or an image as data URL; other texts are sent as they are. */
function readTensor(text: string): InputRow[string] {
  if (text === '') {
    return null;
  }
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : text;
  } catch {
    return text;
  }
}

const IMAGE_URL = /"data:image\/[^"]*"/;

/** The command that sends the same request from a terminal; an image is read from a file there. */
export function curlCommand(url: string, row: InputRow): string {
  const body = JSON.stringify(row).replaceAll("'", `'\\''`);
  const parts = body.split(IMAGE_URL);
  if (parts.length > 1) {
    const pieces = parts
      .map(part => `printf %s '${part}'`)
      .join(`; printf '"'; base64 < image.png | tr -d '\\n'; printf '"'; `);
    return `{ ${pieces}; } |\n  curl -s ${url}/predict -H 'Content-Type: application/json' -d @-`;
  }
  return `curl -s ${url}/predict \\\n  -H 'Content-Type: application/json' \\\n  -d '${body}'`;
}
