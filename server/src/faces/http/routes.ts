import { routes, type Operation, type RouteSpec } from '@slipway/contract';
import type { FastifyInstance, FastifyReply, RouteHandlerMethod } from 'fastify';
import type { z } from 'zod';
import { InvalidRequestError } from '../../platform/errors.js';
import type { StoredFile } from '../../platform/artifacts/stored-file.js';
import type { Access } from '../../governance/access/access.js';
import type { View } from '../../governance/access/view.js';
import { zodMessage } from '../../platform/zod-message.js';
import { viewOf } from '../transport/access-rules.js';
import type { Handlers, StreamHandlers } from './api-types.js';
import { sendStoredFile } from '../transport/stored-file.js';
import { bytesOf } from '../transport/early-answers.js';

/** A batch of two thousand records with long cells is a few megabytes. */
const MAX_JSON_BYTES = 64 * 1024 * 1024;

type LooseHandler = (request: {
  params: unknown;
  query: unknown;
  body: unknown;
  view: View;
  address: string;
  signal: AbortSignal;
}) => Promise<unknown>;

/** Registers every route of the contract, with its rule. @param stopping aborts when the server stops. */
export function registerRoutes(
  server: FastifyInstance,
  access: Access,
  handlers: Handlers,
  streams: StreamHandlers,
  stopping: AbortSignal
): void {
  const operations = Object.keys(routes) as Operation[];
  const takesBytes = (operation: Operation): boolean => specOf(operation).body === 'bytes';
  const register = (scope: FastifyInstance, operation: Operation): void => {
    const spec = specOf(operation);
    scope.route({
      method: spec.method,
      url: spec.path.replace(/\{(\w+)\}/g, ':$1'),
      bodyLimit: MAX_JSON_BYTES,
      config: { access: spec.access },
      handler:
        operation in streams
          ? streams[operation as keyof StreamHandlers]
          : // The record's type ties each operation to its own request and answer; a loop over it cannot.
            answer(spec, handlers[operation as keyof Handlers] as unknown as LooseHandler, access, stopping)
    });
  };
  void server.register(async scope => {
    for (const operation of operations.filter(each => !takesBytes(each))) {
      register(scope, operation);
    }
  });
  void server.register(async scope => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    for (const operation of operations.filter(takesBytes)) {
      register(scope, operation);
    }
  });
}

function specOf(operation: Operation): RouteSpec {
  return routes[operation];
}

function answer(spec: RouteSpec, handler: LooseHandler, access: Access, stopping: AbortSignal): RouteHandlerMethod {
  return async (request, reply) => {
    const result = await handler({
      params: check(spec.params, request.params, 'params'),
      query: check(spec.query, request.query, 'query'),
      body: spec.body === 'bytes' ? bytesOf(request) : check(spec.body, request.body, 'body'),
      view: viewOf(access, request),
      address: request.callerAddress,
      get signal() {
        return AbortSignal.any([stopping, goneSignal(reply)]);
      }
    });
    if (spec.answer === 'bytes') {
      const file = result as StoredFile;
      return sendStoredFile(request, reply, file, file.tag);
    }
    return reply.send(result);
  };
}

function check(schema: z.ZodType | undefined, value: unknown, part: string): unknown {
  if (schema === undefined) {
    return undefined;
  }
  const parsed = schema.safeParse(value ?? {});
  if (!parsed.success) {
    const { path, message } = zodMessage(parsed.error);
    throw new InvalidRequestError(`${part}${path}: ${message}`, { where: `${part}${path}` });
  }
  return parsed.data;
}

/** Aborts when the caller closes the connection before it has its answer. */
function goneSignal(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  return gone.signal;
}
