import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify';
import {
  InvalidRequestError,
  NotFoundError,
  RateLimitedError,
  SlipwayError,
  TooLargeError
} from '../../platform/errors.js';

/** Turns whatever a handler or the framework threw into one of our errors, or undefined when it is a fault of ours. */
export function toCallerError(error: unknown): SlipwayError | undefined {
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

/** Says in the header that clients look at when to come back. */
export function tellWhenToRetry(error: unknown, reply: FastifyReply): void {
  if (error instanceof RateLimitedError) {
    void reply.header('retry-after', error.retryAfterS);
  }
}

/** Errors and unknown paths of our own API; `onError` hears of faults of ours, whose detail the caller does not see. */
export function answerErrors(server: FastifyInstance, onError: (error: unknown) => void): void {
  server.setErrorHandler(async (error, _request, reply) => {
    const known = toCallerError(error);
    if (known === undefined) {
      onError(error);
    }
    tellWhenToRetry(error, reply);
    const answered =
      known ??
      new SlipwayError('INTERNAL_ERROR', 'An internal fault of the metadata server.', {
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
