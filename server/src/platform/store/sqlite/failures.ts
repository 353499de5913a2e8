import { ServiceUnavailableError, SlipwayError, StorageFullError } from '../../errors.js';
import { messageOf } from '@slipway/wording';

/* https://www.sqlite.org/rescode.html */
const READONLY = 8;
const IOERR = 10;
const FULL = 13;
const CANTOPEN = 14;
const IOERR_SHMSIZE = 4874;

/** What a failure of SQLite's means to the caller; an internal error stays as it is. */
export function toOurError(error: unknown): unknown {
  const code = codeOf(error);
  if (code === undefined || error instanceof SlipwayError) {
    return error;
  }
  if (code === FULL || code === IOERR_SHMSIZE) {
    return new StorageFullError('The disk of the database is full: nothing more can be written.', {
      remedy:
        'Free up space on it, e.g. by moving backups elsewhere. Reads continue; writes resume as soon as there is space.',
      cause: error
    });
  }
  // The lower byte is the kind, the others say more of it.
  if ([READONLY, IOERR, CANTOPEN].includes(code & 0xff)) {
    return new ServiceUnavailableError(`The disk of the database reports an error: ${messageOf(error)}.`, {
      remedy: 'Check that its folder is writable and its disk is healthy; then send the request again.',
      cause: error
    });
  }
  return error;
}

function codeOf(error: unknown): number | undefined {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode : undefined;
}
