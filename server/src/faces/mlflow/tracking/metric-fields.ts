import type { KeyValue } from '@slipway/contract';
import path from 'node:path';
import type { MetricEntry } from '../../../platform/store/operations.js';
import { invalidParameter, invalidValue, missingParameter, MlflowError, wrongType } from '../errors.js';
import type { JsonObject } from '../request.js';

const MAX_METRICS = 1000;
const MAX_PARAMS_AND_TAGS = 100;
const MAX_ENTITIES = 1000;
const MAX_KEY = 250;
const MAX_PARAM_VALUE = 6000;
const MAX_TAG_VALUE = 8000;
const NAME = /^[/\p{L}\p{N}_.\- :]*$/u;
const PLAIN_NAME = /^[\w-]+$/;

/*
 * Written out by hand rather than as schemas: this runs for every point that is logged, takes a fiftieth of the time, and
 * gives MLflow's own texts.
 */

/**
 * @param index place in the list of a batch, for the messages; undefined for a single metric.
 * @throws MlflowError
 */
export function readMetric(metric: JsonObject, index?: number): MetricEntry {
  const { key, value, timestamp, step } = metric;
  if (key === undefined || key === null || key === '') {
    throw missingParameter(field(index, 'key'));
  }
  if (value === undefined || value === null) {
    throw missingParameter(field(index, 'value'));
  }
  if (timestamp === undefined || timestamp === null) {
    throw missingParameter(field(index, 'timestamp'));
  }
  if (typeof key !== 'string') {
    throw wrongType(field(index, 'key'), key);
  }
  if (key.length > MAX_KEY || !PLAIN_NAME.test(key)) {
    checkName('Metric name', key, field(index, 'name'));
  }
  const time = integerOf(timestamp) ?? throwWrongType(index, 'timestamp', timestamp);
  if (time < 0) {
    throw invalidValue(
      field(index, 'timestamp'),
      timestamp,
      `metric '${key}' (value=${pythonNumber(value)}). Timestamp must be a nonnegative long (64-bit integer) `
    );
  }
  const number = metricValueOf(value);
  if (number === undefined && index === undefined) {
    throw wrongType('value', value);
  }
  if (number === undefined) {
    const why = `(timestamp=${time}). Please specify value as a valid double (64-bit floating point)`;
    throw invalidValue(field(index, 'value'), value, why);
  }
  return {
    key,
    value: number,
    timestamp: time,
    step: step === undefined || step === null ? 0 : (integerOf(step) ?? throwWrongType(index, 'step', step))
  };
}

/** @throws MlflowError when there are more than one request may carry. */
export function checkBatchSize(metrics: number, params: number, tags: number): void {
  checkLimit('metrics', MAX_METRICS, metrics);
  checkLimit('params', MAX_PARAMS_AND_TAGS, params);
  checkLimit('tags', MAX_PARAMS_AND_TAGS, tags);
  checkLimit('metrics, params, and tags', MAX_ENTITIES, metrics + params + tags);
}

/** Names checked, long values cut, as MLflow's server does. @param at the field of a single one. @throws MlflowError */
export function checkParams(params: readonly KeyValue[], at?: string): KeyValue[] {
  const seen = new Set<string>();
  const twice: string[] = [];
  const checked = params.map(({ key, value }, index) => {
    checkName('Param key', key, at ?? `params[${index}].key`);
    if (seen.has(key)) {
      twice.push(key);
    }
    seen.add(key);
    return { key, value: cut(value, MAX_PARAM_VALUE, (at ?? `params[${index}].key`).replace(/key$/, 'value')) };
  });
  if (twice.length > 0) {
    throw invalidParameter(
      `Duplicate parameter keys have been submitted: [${twice.map(key => `'${key}'`).join(', ')}]. Please ensure ` +
        'the request contains only one param value per param key.'
    );
  }
  return checked;
}

/** @throws MlflowError */
export function checkTags(tags: readonly KeyValue[], at?: string): KeyValue[] {
  return tags.map(({ key, value }, index) => {
    const field = at ?? `tags[${index}].key`;
    checkName(field, key, field);
    return { key, value: cut(value, MAX_TAG_VALUE, field.replace(/key$/, 'value')) };
  });
}

/** @throws MlflowError */
export function checkLength(what: string, text: string, most: number): void {
  if (text.length > most) {
    throw invalidParameter(`'${what}' exceeds the maximum length of ${most} characters`);
  }
}

/** MLflow's own variable decides whether a value that is too long is cut, which is the default, or refused. @throws MlflowError */
function cut(value: string, most: number, at: string): string {
  if (value.length > most && /^(false|0)$/i.test(process.env['MLFLOW_TRUNCATE_LONG_VALUES'] ?? '')) {
    checkLength(at, value, most);
  }
  return value.slice(0, most);
}

/** Tags of experiments, by MLflow's rules for them. @throws MlflowError */
export function checkExperimentTag({ key, value }: KeyValue): KeyValue {
  checkName('key', key, 'key');
  return { key, value };
}

/** @param what how a too long name is called in the message. */
export function checkName(what: string, name: string, at: string): void {
  checkLength(what, name, MAX_KEY);
  if (PLAIN_NAME.test(name)) {
    return;
  }
  if (!NAME.test(name)) {
    throw invalidValue(
      at,
      name,
      'Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and slashes (/).'
    );
  }
  const resolved = path.posix.normalize(name);
  if (resolved !== name || resolved === '.' || resolved.startsWith('..') || resolved.startsWith('/')) {
    throw invalidValue(
      at,
      name,
      'Names may be treated as files in certain cases, and must not resolve to other names when treated as such. ' +
        `This name would resolve to '${resolved}'`
    );
  }
}

/** As Python shows a float. */
function pythonNumber(value: unknown): string {
  return Number.isInteger(value) ? `${String(value)}.0` : String(value);
}

function metricValueOf(value: unknown): MetricEntry['value'] | undefined {
  if (value === 'NaN') {
    return value;
  }
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number' || Number.isNaN(number)) {
    return undefined;
  }
  // As MLflow's own server stores infinities.
  return Math.min(Number.MAX_VALUE, Math.max(-Number.MAX_VALUE, number));
}

function integerOf(value: unknown): number | undefined {
  if (Number.isSafeInteger(value)) {
    return value as number;
  }
  const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : NaN;
  return Number.isSafeInteger(number) ? number : undefined;
}

function throwWrongType(index: number | undefined, name: string, value: unknown): never {
  throw wrongType(field(index, name), value);
}

function checkLimit(what: string, limit: number, given: number): void {
  if (given > limit) {
    throw new MlflowError(
      'INVALID_PARAMETER_VALUE',
      `A batch logging request can contain at most ${limit} ${what}. Got ${given} ${what}. ` +
        `Please split up ${what} across multiple requests and try again.`
    );
  }
}

function field(index: number | undefined, name: string): string {
  return index === undefined ? name : `metrics[${index}].${name}`;
}
