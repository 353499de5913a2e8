import { ERROR_STATUS, type ErrorBody, type ErrorCode } from '@slipway/contract';

/** What an error is about, for protocols that tell it in sentences of their own. */
export type ErrorSubject =
  | { readonly kind: 'unknown_run' | 'deleted_run'; readonly run_id: string }
  | { readonly kind: 'deleted_experiment'; readonly experiment_id: string }
  | { readonly kind: 'taken_experiment'; readonly name: string; readonly deleted: boolean }
  | { readonly kind: 'unknown_tag'; readonly key: string; readonly of: 'run' | 'experiment'; readonly id: string }
  | {
      readonly kind: 'changed_param';
      readonly key: string;
      readonly logged: string;
      readonly value: string;
      readonly run_id: string;
    };

export interface ErrorDetails {
  /** What the user can do about it, as a sentence. */
  readonly remedy?: string;
  /** The invalid field, e.g. `body.files[0].path`. */
  readonly where?: string;
  readonly cause?: unknown;
  readonly subject?: ErrorSubject;
}

/** An error that is meant for the caller. Everything else that is thrown is an internal error and answers INTERNAL_ERROR. */
export class SlipwayError extends Error {
  readonly code: ErrorCode;
  readonly remedy: string | undefined;
  readonly where: string | undefined;
  readonly subject: ErrorSubject | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.code = code;
    this.remedy = details.remedy;
    this.where = details.where;
    this.subject = details.subject;
  }

  /** HTTP status that the contract gives to this code. */
  get status(): number {
    return ERROR_STATUS[this.code];
  }

  toBody(): ErrorBody {
    return {
      error_code: this.code,
      message: this.message,
      ...(this.remedy === undefined ? {} : { remedy: this.remedy }),
      ...(this.where === undefined ? {} : { where: this.where })
    };
  }
}

export class NotFoundError extends SlipwayError {
  constructor(message: string, details?: ErrorDetails) {
    super('NOT_FOUND', message, details);
  }
}

export class InvalidRequestError extends SlipwayError {
  constructor(message: string, details?: ErrorDetails) {
    super('INVALID_REQUEST', message, details);
  }
}

/** The request is well formed, but what it names is not in a state that allows it. */
export class InvalidStateError extends SlipwayError {
  constructor(message: string, details?: ErrorDetails) {
    super('INVALID_STATE', message, details);
  }
}

export class AlreadyExistsError extends SlipwayError {
  constructor(message: string, details?: ErrorDetails) {
    super('ALREADY_EXISTS', message, details);
  }
}

/** The bytes that arrived are not the ones that were announced. */
export class DigestMismatchError extends SlipwayError {
  constructor(message: string, details?: ErrorDetails) {
    super('DIGEST_MISMATCH', message, details);
  }
}

export class BundleInvalidError extends SlipwayError {
  constructor(message: string, details?: ErrorDetails) {
    super('BUNDLE_INVALID', message, details);
  }
}

export class ServiceUnavailableError extends SlipwayError {
  constructor(message: string, details?: ErrorDetails) {
    super('SERVICE_UNAVAILABLE', message, details);
  }
}

export class TooLargeError extends SlipwayError {
  constructor(message: string, details?: ErrorDetails) {
    super('TOO_LARGE', message, details);
  }
}

/** The disk, or what this server may use of it, is full. Reading goes on. */
export class StorageFullError extends SlipwayError {
  constructor(message: string, details?: ErrorDetails) {
    super('STORAGE_FULL', message, details);
  }
}

/** What the operating system says of a disk that takes nothing more, or not from this user. */
const FULL_DISK = new Set(['ENOSPC', 'EDQUOT']);

/** Any write to a full disk fails with this instead of the system's error; other errors stay as they are. */
export function fullDiskError(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error) || !FULL_DISK.has(String(error.code))) {
    return error;
  }
  return new StorageFullError('The disk of this server is full: nothing more can be written.', {
    remedy: 'Free up space on it, or ask its operator to. Reads continue; writes resume as soon as there is space.',
    cause: error
  });
}

/** The content of the artifact store is no longer what was stored. */
export class CorruptBlobError extends SlipwayError {
  constructor(message: string, details?: ErrorDetails) {
    super('CORRUPT_BLOB', message, details);
  }
}

/** The caller is known, but not allowed to do this. */
export class PermissionDeniedError extends SlipwayError {
  constructor(message: string, details?: ErrorDetails) {
    super('PERMISSION_DENIED', message, details);
  }
}

/** Too many requests of one kind; after `retryAfterS` seconds another one is taken. */
export class RateLimitedError extends SlipwayError {
  readonly retryAfterS: number;

  constructor(message: string, retryAfterS: number, details?: ErrorDetails) {
    super('RATE_LIMITED', message, details);
    this.retryAfterS = retryAfterS;
  }
}

/** The request did not come in time. */
export class RequestTimeoutError extends SlipwayError {
  constructor(message: string, details?: ErrorDetails) {
    super('REQUEST_TIMEOUT', message, details);
  }
}
