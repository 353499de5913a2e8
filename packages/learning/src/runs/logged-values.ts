import { inspect } from 'node:util';
import type { MetricValue, NamedMetric } from '@slipway/contract';

/** What a run can keep, or why it cannot. */
export type Checked<T> = { readonly value: T } | { readonly refusal: string };

const MAX_KEY_LENGTH = 250;

/** A metric point as it goes on record; code that is not type-checked can hand over anything. */
export function checkedPoint(key: unknown, value: unknown, step: unknown, timestamp: number): Checked<NamedMetric> {
  const refusal = keyRefusal(key) ?? valueRefusal(value) ?? stepRefusal(step);
  return refusal === null
    ? { value: { key: key as string, value: metricValue(value as number), step: step as number, timestamp } }
    : { refusal };
}

/** A parameter or tag as it goes on record. */
export function checkedPair(key: unknown, value: unknown): Checked<{ key: string; value: string }> {
  const refusal = keyRefusal(key) ?? (value === undefined || value === null ? `its value is ${String(value)}` : null);
  return refusal === null ? { value: { key: key as string, value: textOf(value) } } : { refusal };
}

/** Progress between 0 and 1. */
export function fractionRefusal(fraction: unknown): string | null {
  return typeof fraction === 'number' && fraction >= 0 && fraction <= 1
    ? null
    : `its fraction is ${shown(fraction)}, not a number from 0 to 1`;
}

function keyRefusal(key: unknown): string | null {
  if (typeof key !== 'string') {
    return `its name is ${shown(key)}, not a text`;
  }
  if (key === '') {
    return 'its name is empty';
  }
  return key.length > MAX_KEY_LENGTH
    ? `its name has ${key.length} characters, and ${MAX_KEY_LENGTH} are allowed`
    : null;
}

function valueRefusal(value: unknown): string | null {
  switch (typeof value) {
    case 'number':
      return null;
    case 'bigint':
      return `its value is the bigint ${value}n. Write Number(…) around it`;
    case 'string':
      return Number.isFinite(Number(value)) && value.trim() !== ''
        ? `its value is the text ${shown(value)}. Write Number(…) around it`
        : `its value is the text ${shown(value)}, not a number`;
    case 'boolean':
      return `its value is ${value}. Log 1 or 0`;
    case 'object':
      return value !== null && 'dataSync' in value
        ? 'its value is a tensor. Write (await tensor.data())[0]'
        : `its value is ${shown(value)}, not a number`;
    default:
      return `its value is ${shown(value)}, not a number`;
  }
}

function stepRefusal(step: unknown): string | null {
  // As the contract has it, without the time that a schema takes the first time.
  return Number.isSafeInteger(step) ? null : `its step is ${shown(step)}, and a step is a whole number up to 2^53`;
}

/** Infinities and NaN have no form in JSON. */
function metricValue(value: number): MetricValue {
  if (Number.isFinite(value)) {
    return value;
  }
  return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
}

function textOf(value: unknown): string {
  if (typeof value === 'object' && value !== null) {
    try {
      return JSON.stringify(value);
    } catch {
      return inspect(value);
    }
  }
  return String(value);
}

function shown(value: unknown): string {
  const text = inspect(value, { breakLength: Number.POSITIVE_INFINITY, depth: 0 });
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
