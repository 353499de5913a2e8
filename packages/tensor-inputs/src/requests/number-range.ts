import type { SignatureInput, TensorType } from '@slipway/contract';

interface Range {
  readonly min: number;
  readonly max: number;
}

/** The largest number of 32 bits with a fraction (IEEE 754). */
const LARGEST_FLOAT = 3.4028234663852886e38;

const RANGES: Readonly<Partial<Record<TensorType, Range>>> = {
  FP32: { min: -LARGEST_FLOAT, max: LARGEST_FLOAT },
  INT32: { min: -(2 ** 31), max: 2 ** 31 - 1 },
  INT64: { min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER }
};

/** Whether the graph can hold a number as it is: others would wrap around, or become infinite. */
export function fitsNumber(value: number, input: Pick<SignatureInput, 'datatype' | 'limits'>): boolean {
  const range = rangeOf(input);
  const isWhole = input.datatype === 'INT32' || input.datatype === 'INT64';
  return (
    Number.isFinite(value) &&
    (!isWhole || Number.isInteger(value)) &&
    (range === undefined || (value >= range.min && value <= range.max))
  );
}

/** The range for a message about a value, where it matters: ` from 0 to 255`. */
export function rangeText(input: Pick<SignatureInput, 'datatype' | 'limits'>, value: unknown): string {
  const range = rangeOf(input);
  const isBeyond = range !== undefined && typeof value === 'number' && (value < range.min || value > range.max);
  return range !== undefined && (isBeyond || input.limits !== undefined) ? ` from ${range.min} to ${range.max}` : '';
}

function rangeOf({ datatype, limits }: Pick<SignatureInput, 'datatype' | 'limits'>): Range | undefined {
  return limits ?? RANGES[datatype];
}
