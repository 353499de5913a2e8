import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify';
import {
  fullDiskError,
  InvalidRequestError,
  NotFoundError,
  RateLimitedError,
  SlipwayError,
  TooLargeError
} from '../../platform/errors.js';

/** Turns whatever a handler or the framework threw into one of our errors, or undefined when it is an internal error. */
export function toCallerError(thrown: unknown): SlipwayError | undefined {
  const error = fullDiskError(thrown);
  if (error instanceof SlipwayError) {
    return error;
  }
  const { code, statusCode, message } = error as Partial<FastifyError>;
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return new TooLargeError('The body is larger than this route accepts.', { where: 'body' });
  }
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    return new InvalidRequestError('The body must be JSON.', {
      where: 'headers.content-type',
      remedy: 'Send `Content-Type: application/json`.'
    });
  }
  if (code === 'FST_ERR_CTP_INVALID_JSON_BODY' || error instanceof SyntaxError) {
    return new InvalidRequestError(`The body is not valid JSON: ${message ?? ''}`, { where: 'body' });
  }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new InvalidRequestError(message ?? 'The request is malformed.');
  }
  return undefined;
}

/** Sets the Retry-After header. */
export function tellWhenToRetry(error: unknown, reply: FastifyReply): void {
  if (error instanceof RateLimitedError) {
    void reply.header('retry-after', error.retryAfterS);
  }
}

/** How often the log reports a full disk. */
const FULL_DISK_EVERY_MS = 60_000;

/**
 * Tells the operator of internal errors, whose detail the caller does not see, and of a full disk.
 *
 * @returns takes what was thrown, and what the caller is told of it.
 */
export function faultReporter(onError: (error: unknown) => void): (error: unknown, known?: SlipwayError) => void {
  let toldAt = -Infinity;
  return (error, known) => {
    const now = performance.now();
    if (known === undefined) {
      onError(error);
    } else if (known.code === 'STORAGE_FULL' && now - toldAt > FULL_DISK_EVERY_MS) {
      toldAt = now;
      onError(known);
    }
  };
}

/** Errors and unknown paths of our own API. */
export function answerErrors(server: FastifyInstance, report: ReturnType<typeof faultReporter>): void {
  server.setErrorHandler(async (error, _request, reply) => {
    const known = toCallerError(error);
    report(error, known);
    tellWhenToRetry(error, reply);
    const answered =
      known ??
      new SlipwayError('INTERNAL_ERROR', 'Internal error in the metadata server.', {
        remedy: 'See its log in the data folder.'
      });
    return reply.code(answered.status).send(answered.toBody());
  });
  server.setNotFoundHandler(async (request, reply) => {
    const error = new NotFoundError(`There is no ${request.method} ${request.url.split('?', 1)[0]}.`, {
      remedy: 'See /openapi.json for what there is.'
    });
    return reply.code(error.status).send(error.toBody());
  });
}
