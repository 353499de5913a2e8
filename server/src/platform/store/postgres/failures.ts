import {
  InvalidRequestError,
  InvalidStateError,
  ServiceUnavailableError,
  SlipwayError,
  StorageFullError
} from '../../errors.js';
import { messageOf } from '@slipway/wording';

/** Two transactions were in each other's way, and one of them was undone: a retry may succeed. */
const COLLISIONS = new Set(['40001', '40P01', '23505']);
const NETWORK = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EPIPE', 'EHOSTUNREACH']);
const LOST = /connection terminated|timeout exceeded when trying to connect|timeout expired|not queryable/i;

/** A collision with another server on the same database. */
export function isCollision(error: unknown): boolean {
  return COLLISIONS.has(codeOf(error));
}

/** A value that the database cannot hold: only the operation that brought it fails. */
export function isRefusedValue(error: unknown): boolean {
  const code = codeOf(error);
  return /^22...$/.test(code) || code === '23502';
}

/** What a failure of the database means to the caller; an internal error stays as it is. */
export function toOurError(error: unknown): unknown {
  if (error instanceof SlipwayError) {
    return error;
  }
  const code = codeOf(error);
  if (code === '53100') {
    return new StorageFullError('The disk of the PostgreSQL database is full: nothing more can be written.', {
      remedy: 'Free up space on it. Reads continue; writes resume as soon as there is space.',
      cause: error
    });
  }
  if (isUnreachable(error, code)) {
    return new ServiceUnavailableError('The PostgreSQL database does not answer.', {
      remedy: 'The server reconnects by itself when the database is available; then send the request again.',
      cause: error
    });
  }
  if (/^28...$/.test(code) || code === '3D000' || code === '42501') {
    return new InvalidStateError(`PostgreSQL refused access: ${messageOf(error)}.`, {
      remedy: 'Check user, password and database name in DATABASE_URL, and that the user may create tables.',
      cause: error
    });
  }
  if (code === '40001' || code === '40P01') {
    return new ServiceUnavailableError('Another server changed the same rows at the same time; nothing was changed.', {
      remedy: 'Send the request again.',
      cause: error
    });
  }
  if (isRefusedValue(error) && code !== '23502') {
    return new InvalidRequestError(`A value cannot be stored: ${messageOf(error)}.`, { cause: error });
  }
  return error;
}

/** The server shut down, restarts, is full, or cannot be reached. */
function isUnreachable(error: unknown, code: string): boolean {
  return NETWORK.has(code) || /^(08|53|57P0)/.test(code) || code === '25006' || LOST.test(messageOf(error));
}

function codeOf(error: unknown): string {
  if (error instanceof AggregateError) {
    return codeOf(error.errors[0]);
  }
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
