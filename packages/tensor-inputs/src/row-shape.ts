import type { SignatureInput } from '@slipway/contract';

type Shaped = Pick<SignatureInput, 'shape'>;

/** Shape of one row of an input, without the row dimension. */
export function rowShape({ shape }: Shaped): number[] {
  return shape.slice(1);
}

/** Numbers in one row of an input. */
export function rowSize(input: Shaped): number {
  return sizeOf(rowShape(input));
}

/** How many numbers a tensor of this shape has. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Whether a row of the input is a list of numbers rather than one value: its shape is not [-1, 1] or [-1]. */
export function isTensor({ shape }: Shaped): boolean {
  return shape.length > 2 || (shape[1] ?? 1) > 1;
}

/** A shape in words, e.g. 28×28×1. */
export function shapeText(shape: readonly number[]): string {
  return shape.join('×');
}

/** Type of an input in words, e.g. FP32, or FP32 28×28×1 image. */
export function inputType(input: SignatureInput): string {
  const shape = isTensor(input) ? ` ${shapeText(rowShape(input))}` : '';
  return `${input.datatype}${shape}${input.format === 'image' ? ' image' : ''}`;
}

/** Why a value is not a row of a tensor; completes "expected …, got …". */
export class RowShapeError extends Error {
  constructor(
    readonly expected: string,
    readonly got: string
  ) {
    super(`expected ${expected}, got ${got}`);
    this.name = 'RowShapeError';
  }
}

/**
 * The numbers of one row, which is given flat, or nested as its shape says.
 *
 * @param shape of one row, e.g. [28, 28, 1].
 * @returns row-major, as many as the shape says; not checked to be numbers.
 * @throws RowShapeError for other values, another number of them, or another nesting.
 */
export function flatRow(value: unknown, shape: readonly number[]): ArrayLike<unknown> {
  const size = sizeOf(shape);
  const expected = `${size} numbers, flat or nested as ${shapeText(shape)}`;
  if (ArrayBuffer.isView(value) && 'length' in value) {
    const numbers = value as unknown as ArrayLike<unknown>;
    if (numbers.length === size) {
      return numbers;
    }
    throw new RowShapeError(expected, `${numbers.length}`);
  }
  if (!Array.isArray(value)) {
    throw new RowShapeError(expected, wordFor(value));
  }
  const given = nestingOf(value);
  if (given.length === 1) {
    if (value.length === size) {
      return value;
    }
    throw new RowShapeError(expected, `${value.length}`);
  }
  const nested = given.length === shape.length && given.every((length, axis) => length === shape[axis]);
  // Lists within lists beyond the shape stay as they are, and are not numbers.
  const flat = nested ? (value as unknown[]).flat(shape.length - 1) : [];
  if (!nested || flat.length !== size) {
    throw new RowShapeError(expected, `a list nested as ${shapeText(given)}`);
  }
  return flat;
}

/** Depth to which a nesting is described. */
const DEEPEST = 8;

/** Lengths of the first lists at each depth. */
function nestingOf(value: readonly unknown[]): number[] {
  const lengths: number[] = [];
  for (let inner: unknown = value; Array.isArray(inner) && lengths.length < DEEPEST; inner = inner[0]) {
    lengths.push(inner.length);
  }
  return lengths;
}

function wordFor(value: unknown): string {
  if (value === undefined) {
    return 'nothing';
  }
  if (value === null) {
    return 'null';
  }
  if (typeof value === 'object') {
    return 'an object';
  }
  return JSON.stringify(value)?.slice(0, 60) ?? String(value);
}
