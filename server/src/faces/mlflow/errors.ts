import type { ErrorCode } from '@slipway/contract';
import type { SlipwayError } from '../../platform/errors.js';
import { sentenceOf } from './sentences.js';

/** MLflow's error codes, with the HTTP status of each. */
const STATUS = {
  INVALID_PARAMETER_VALUE: 400,
  BAD_REQUEST: 400,
  RESOURCE_ALREADY_EXISTS: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  RESOURCE_DOES_NOT_EXIST: 404,
  ENDPOINT_NOT_FOUND: 404,
  REQUEST_TIMEOUT: 408,
  REQUEST_LIMIT_EXCEEDED: 429,
  NOT_IMPLEMENTED: 501,
  // Not 429, as MLflow has it: clients would try again for minutes, and the disk would be as full as before.
  RESOURCE_EXHAUSTED: 507,
  TEMPORARILY_UNAVAILABLE: 503,
  INTERNAL_ERROR: 500
} as const;

export type MlflowErrorCode = keyof typeof STATUS;

/** An error in the words that MLflow's clients know. */
export class MlflowError extends Error {
  readonly code: MlflowErrorCode;
  /** The field whose value is of a wrong type. */
  readonly field: string | undefined;

  constructor(code: MlflowErrorCode, message: string, field?: string) {
    super(message);
    this.name = 'MlflowError';
    this.code = code;
    this.field = field;
  }

  get status(): number {
    return STATUS[this.code];
  }

  toBody(): { error_code: MlflowErrorCode; message: string } {
    return { error_code: this.code, message: this.message };
  }
}

export const SEE_DOCS = 'See the API docs for more information about request parameters.';

export function missingParameter(name: string): MlflowError {
  return new MlflowError('INVALID_PARAMETER_VALUE', `Missing value for required parameter '${name}'. ${SEE_DOCS}`);
}

/** Messages show values, but not without end. */
const LONGEST_VALUE = 10_000;

/** As JSON, cut when it is long. */
function shown(value: unknown): string {
  try {
    const text = JSON.stringify(value) ?? 'null';
    return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
  } catch {
    // Nested too deeply to be written out.
    return '…';
  }
}

/** The field has a value of the wrong type. */
export function wrongType(name: string, value: unknown): MlflowError {
  return wrongTypeAs(name, shown(value), pythonType(value));
}

/** The same of a number that was written as a float, e.g. `9.0`. */
export function wrongFloat(name: string, float: string): MlflowError {
  return wrongTypeAs(name, float, 'float');
}

function wrongTypeAs(name: string, value: string, type: string): MlflowError {
  const message = `Invalid value ${value} for parameter '${name}' supplied:  Hint: Value was of type '${type}'. ${SEE_DOCS}`;
  return new MlflowError('INVALID_PARAMETER_VALUE', message, name);
}

/** The field's value is not allowed. @param why a sentence; without it the message ends after the value. */
export function invalidValue(name: string, value: unknown, why?: string): MlflowError {
  const what = `Invalid value ${shown(value)} for parameter '${name}' supplied`;
  return new MlflowError('INVALID_PARAMETER_VALUE', why === undefined ? `${what}.` : `${what}: ${why}`);
}

export function invalidParameter(message: string): MlflowError {
  return new MlflowError('INVALID_PARAMETER_VALUE', message);
}

/** @returns undefined for internal errors. @param known what our own API would answer. */
export function toMlflowError(error: unknown, known: SlipwayError | undefined): MlflowError | undefined {
  if (error instanceof MlflowError) {
    return error;
  }
  if (known?.where === 'headers.content-type') {
    return invalidParameter("Bad Request. Content-Type must be one of ['application/json'].");
  }
  if (known === undefined) {
    return undefined;
  }
  const code = mlflowCode(known.code);
  if (known.subject !== undefined) {
    return new MlflowError(code, sentenceOf(known.subject));
  }
  // Clients show the message and nothing else; where MLflow has a sentence of its own, it stays as it is.
  const isOurs = !OF_MLFLOW.has(code) && known.remedy !== undefined;
  return new MlflowError(code, isOurs ? `${known.message} ${known.remedy}` : known.message);
}

/** Mistakes for which MLflow has sentences, which its tests and its users' programs may look for. */
const OF_MLFLOW = new Set<MlflowErrorCode>([
  'INVALID_PARAMETER_VALUE',
  'RESOURCE_ALREADY_EXISTS',
  'RESOURCE_DOES_NOT_EXIST'
]);

function mlflowCode(code: ErrorCode): MlflowErrorCode {
  switch (code) {
    case 'INVALID_REQUEST':
    case 'INVALID_STATE':
    case 'DIGEST_MISMATCH':
    case 'BUNDLE_INVALID':
    case 'TOO_LARGE':
    case 'PREFLIGHT_FAILED':
      return 'INVALID_PARAMETER_VALUE';
    case 'ALREADY_EXISTS':
      return 'RESOURCE_ALREADY_EXISTS';
    case 'NOT_FOUND':
      return 'RESOURCE_DOES_NOT_EXIST';
    case 'UNAUTHENTICATED':
      return 'UNAUTHENTICATED';
    case 'REQUEST_TIMEOUT':
      return 'REQUEST_TIMEOUT';
    case 'RATE_LIMITED':
      return 'REQUEST_LIMIT_EXCEEDED';
    case 'STORAGE_FULL':
      return 'RESOURCE_EXHAUSTED';
    case 'FORBIDDEN_ORIGIN':
    case 'PERMISSION_DENIED':
      return 'PERMISSION_DENIED';
    case 'SERVICE_UNAVAILABLE':
      return 'TEMPORARILY_UNAVAILABLE';
    case 'CORRUPT_BLOB':
    case 'INTERNAL_ERROR':
      return 'INTERNAL_ERROR';
  }
}

/** Clients show MLflow's hint, which names the type as Python does. */
function pythonType(value: unknown): string {
  if (value === null || value === undefined) {
    return 'NoneType';
  }
  if (Array.isArray(value)) {
    return 'list';
  }
  switch (typeof value) {
    case 'string':
      return 'str';
    case 'boolean':
      return 'bool';
    case 'number':
      return Number.isInteger(value) ? 'int' : 'float';
    default:
      return 'dict';
  }
}
