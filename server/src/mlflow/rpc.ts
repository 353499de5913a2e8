import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { invalidParameter } from './errors.js';
import { isJsonObject, RpcRequest, type JsonObject } from './request.js';

export type RpcMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One remote procedure of MLflow. */
export interface Rpc {
  readonly method: RpcMethod;
  /** Below the version, e.g. `/mlflow/runs/create`; `:name` is a field of the request. */
  readonly path: string;
  readonly version?: '2.0' | '3.0';
  /** Only under the prefix for browsers. */
  readonly browsersOnly?: boolean;
  /** @returns the answer's fields; absent fields are left out. */
  handle(request: RpcRequest): Promise<object>;
}

/** Every procedure is served for clients and, under the second prefix, for browsers. */
const PREFIXES = ['/api', '/ajax-api'];
/** MLflow's own limit for log-batch is 1 MB; models' signatures and dataset profiles are larger. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;

export function registerRpcs(server: FastifyInstance, rpcs: readonly Rpc[]): void {
  for (const rpc of rpcs) {
    for (const prefix of rpc.browsersOnly === true ? ['/ajax-api'] : PREFIXES) {
      server.route({
        method: rpc.method,
        url: `${prefix}/${rpc.version ?? '2.0'}${rpc.path}`,
        bodyLimit: MAX_BODY_BYTES,
        handler: async (request: FastifyRequest, reply: FastifyReply) =>
          reply.send(await rpc.handle(new RpcRequest(fieldsOf(request), request.method === 'GET')))
      });
    }
  }
}

function fieldsOf(request: FastifyRequest): JsonObject {
  const named = request.params as JsonObject;
  const given = request.method === 'GET' ? request.query : request.body;
  // Old clients send a JSON text of a JSON text.
  const fields: unknown = typeof given === 'string' && given !== '' ? JSON.parse(given) : given || {};
  if (!isJsonObject(fields)) {
    throw invalidParameter('The request body must be a JSON object.');
  }
  return { ...fields, ...named };
}
