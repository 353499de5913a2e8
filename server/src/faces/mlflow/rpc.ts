import { Readable } from 'node:stream';
import type { AccessRule } from '@slipway/contract';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Access } from '../../governance/access/access.js';
import type { View } from '../../governance/access/view.js';
import { viewOf } from '../transport/access-rules.js';
import { invalidParameter } from './errors.js';
import { checkFields, fieldChecks } from './field-order.js';
import { isJsonObject, RpcRequest, type JsonObject } from './request.js';
import { prefixOf, withOwnDefault, withOwnNames, withWholeNames, workspaceOf } from './workspaces.js';

export type RpcMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One remote procedure of MLflow. */
export interface Rpc {
  readonly method: RpcMethod;
  /** Below the version, e.g. `/mlflow/runs/create`; `:name` is a field of the request. */
  readonly path: string;
  readonly version?: '2.0' | '3.0';
  /** Who may call it; its places are fields of the request. */
  readonly access: AccessRule;
  /** Of a successful answer; 200 when it is not said. */
  readonly status?: 201 | 204;
  /** Only under the prefix for browsers. */
  readonly browsersOnly?: boolean;
  /**
   * @param view what the caller may see.
   * @param address of the caller in the network.
   * @returns the answer's fields; absent fields are left out.
   */
  handle(request: RpcRequest, view: View, address: string): Promise<object>;
}

/** An answer with one field whose JSON comes in pieces. */
export class PiecewiseAnswer {
  readonly stream: Readable;

  /** @param fields the others. */
  constructor(name: string, pieces: AsyncIterable<string>, fields: object) {
    const others = Object.entries(fields).map(([field, value]) => `,${JSON.stringify(field)}:${JSON.stringify(value)}`);
    this.stream = Readable.from(PiecewiseAnswer.#text(name, pieces, others.join('')), { objectMode: false });
  }

  static async *#text(name: string, pieces: AsyncIterable<string>, others: string): AsyncGenerator<string> {
    yield `{${JSON.stringify(name)}:`;
    yield* pieces;
    yield `${others}}`;
  }
}

/** Every procedure is served for clients and, under the second prefix, for browsers. */
const PREFIXES = ['/api', '/ajax-api'];
/** MLflow's own limit for log-batch is 1 MB; models' signatures and dataset profiles are larger. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;

export function registerRpcs(server: FastifyInstance, access: Access, rpcs: readonly Rpc[]): void {
  for (const rpc of rpcs) {
    const checks = fieldChecks(rpc.method, rpc.path);
    const wholeFields = (request: FastifyRequest): JsonObject =>
      withOwnDefault(
        withWholeNames(fieldsOf(request), rpc.path, prefixOf(workspaceOf(request))),
        request.workspaceDefault
      );
    for (const prefix of rpc.browsersOnly === true ? ['/ajax-api'] : PREFIXES) {
      server.route({
        method: rpc.method,
        url: `${prefix}/${rpc.version ?? '2.0'}${rpc.path}`,
        bodyLimit: MAX_BODY_BYTES,
        config: { access: rpc.access, fieldsOf: wholeFields },
        handler: async (request: FastifyRequest, reply: FastifyReply) => {
          const isQuery = request.method === 'GET';
          const given = wholeFields(request);
          const prefixOfNames = prefixOf(workspaceOf(request));
          checkFields(given, checks, isQuery);
          const fields = new RpcRequest(given, isQuery, prefixOfNames);
          const answer = await rpc.handle(fields, viewOf(access, request), request.callerAddress);
          return answer instanceof PiecewiseAnswer
            ? reply.type('application/json; charset=utf-8').send(answer.stream)
            : reply
                .code(rpc.status ?? 200)
                .send(rpc.status === 204 ? null : withOwnNames(answer, rpc.path, prefixOfNames));
        }
      });
    }
  }
}

/** All fields of a request, wherever they are in it. @throws MlflowError */
export function fieldsOf(request: FastifyRequest): JsonObject {
  const named = request.params as JsonObject;
  const given = request.method === 'GET' ? request.query : request.body;
  // Old clients send a JSON text of a JSON text.
  const fields: unknown = typeof given === 'string' && given !== '' ? JSON.parse(given) : given || {};
  if (!isJsonObject(fields)) {
    throw invalidParameter('The request body must be a JSON object.');
  }
  return { ...withRunId(fields), ...named };
}

/** The fields in a request's URL. */
export function addressFields(request: FastifyRequest): JsonObject {
  return { ...withRunId(request.query as JsonObject), ...(request.params as JsonObject) };
}

/** The older name of `run_id` counts where that is absent, so that rules and handlers read the same. */
function withRunId(fields: JsonObject): JsonObject {
  const { run_uuid = null, ...rest } = fields;
  return run_uuid === null ? rest : { ...rest, run_id: fields['run_id'] ?? run_uuid };
}
