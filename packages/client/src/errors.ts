import type { ErrorBody, ErrorCode } from '@slipway/contract';
import { messageOf } from '@slipway/wording';

/** What every failed call is: a stable code, what happened and, where known, what to do. */
export abstract class CallError extends Error {
  abstract readonly code: ErrorCode;
  readonly remedy: string | undefined;

  constructor(message: string, remedy?: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.remedy = remedy;
  }
}

/** The server understood the request and refused it; code, message and remedy are the server's own. */
export class RefusedError extends CallError {
  readonly code: ErrorCode;
  readonly status: number;
  readonly where: string | undefined;

  constructor(status: number, body: ErrorBody) {
    super(body.message, body.remedy);
    this.code = body.error_code;
    this.status = status;
    this.where = body.where;
  }
}

/**
 * No Slipway server answered: no network, JupyterLab stopped, or its proxy found no metadata server. `detail` is for the log
 * and for titles.
 */
export class UnreachableError extends CallError {
  readonly code = 'SERVICE_UNAVAILABLE';
  readonly detail: string;

  constructor(detail: string, options?: ErrorOptions) {
    super('The Slipway server is not reachable.', 'Start it with `slipway server`, and try again.', options);
    this.detail = detail;
  }
}

/** The server answered, but not as the contract says: most often two incompatible versions. */
export class ContractError extends CallError {
  readonly code = 'INTERNAL_ERROR';

  constructor(operation: string, detail: string) {
    super(
      `The answer to ${operation} does not have the agreed form: ${detail}`,
      'Server and client are probably of different versions: restart JupyterLab and reload the page.'
    );
  }
}

/**
 * The error of a failed call as one of ours; anything foreign becomes an `UnreachableError`, since only the network can
 * throw it.
 */
export function asCallError(reason: unknown): CallError {
  if (reason instanceof CallError) {
    return reason;
  }
  return new UnreachableError(messageOf(reason), { cause: reason });
}
