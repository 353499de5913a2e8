import {
  type Answer,
  type Body,
  ErrorBody,
  type Operation,
  type Params,
  type Query,
  routes,
  type Routes,
  type RouteSpec
} from '@slipway/contract';
import type { z } from 'zod';
import { ContractError, RefusedError, UnreachableError } from './errors.js';
import { type PathValues, requestPath } from './request-path.js';
import { messageOf } from '@slipway/wording';

/** Sends one request; `path` starts with `/api/`. In JupyterLab this goes through its own server. */
export type Transport = (path: string, init: RequestInit) => Promise<Response>;

/** Operations that take and give JSON. */
export type JsonOperation = {
  [O in Operation]: Routes[O]['answer'] extends z.ZodType ? (Routes[O] extends { body: 'bytes' } ? never : O) : never;
}[Operation];

type Part<Name extends string, Value> = [Value] extends [undefined] ? unknown : { readonly [N in Name]: Value };
type OptionalPart<Name extends string, Value> = [Value] extends [undefined]
  ? unknown
  : { readonly [N in Name]?: Value };

/** What one operation needs: exactly the parts that its route declares. */
export type CallInput<O extends JsonOperation> = Part<'params', Params<O>> &
  OptionalPart<'query', Query<O>> &
  Part<'body', Body<O>> & { readonly signal?: AbortSignal };

/** Typed calls made from the contract's table of routes. */
export class SlipwayClient {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /**
   * Calls one operation and gives its parsed answer.
   *
   * @throws RefusedError when the server refused; UnreachableError when no Slipway server answered; ContractError when the
   * answer has another form; the signal's reason when it was aborted.
   */
  async call<O extends JsonOperation>(operation: O, input: CallInput<O>): Promise<Answer<O>> {
    const route: RouteSpec = routes[operation];
    const { signal, body, ...values } = input as PathValues & { body?: unknown; signal?: AbortSignal };
    const init: RequestInit = { method: route.method, headers: { Accept: 'application/json' }, signal: signal ?? null };
    if (body !== undefined) {
      init.body = JSON.stringify(body);
      init.headers = { Accept: 'application/json', 'Content-Type': 'application/json' };
    }
    const response = await this.#send(requestPath(route, values), init);
    const json = await readJson(response);
    if (!(typeof route.answer === 'object' && 'safeParse' in route.answer)) {
      throw new ContractError(operation, 'it is a stream');
    }
    const parsed = route.answer.safeParse(json);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      throw new ContractError(operation, issue ? `${issue.path.join('.')}: ${issue.message}` : 'unknown');
    }
    return parsed.data as Answer<O>;
  }

  /**
   * Opens the live event stream and gives its bytes.
   *
   * @param lastEventId the id of the last event seen, to get what was missed since.
   * @throws as `call` does.
   */
  async openEvents(lastEventId: string | null, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    const route: RouteSpec = routes.streamEvents;
    // The proxy of JupyterLab streams only what asks for exactly this type; everything else it buffers whole.
    const headers: Record<string, string> = { Accept: 'text/event-stream' };
    if (lastEventId !== null) {
      headers['Last-Event-ID'] = lastEventId;
    }
    const response = await this.#send(requestPath(route, {}), { method: route.method, headers, signal });
    const type = response.headers.get('Content-Type') ?? '';
    if (!type.startsWith('text/event-stream') || response.body === null) {
      throw new UnreachableError(`The event stream was answered with "${type}".`);
    }
    return response.body;
  }

  /** Reads the bytes of a blob. @throws as `call` does. */
  async readBlob(sha256: string, signal?: AbortSignal): Promise<Uint8Array> {
    const route: RouteSpec = routes.getBlob;
    const path = requestPath(route, { params: { sha256 } });
    const response = await this.#send(path, { method: route.method, signal: signal ?? null });
    return new Uint8Array(await response.arrayBuffer());
  }

  /** Stores bytes under their SHA-256. @throws as `call` does. */
  async putBlob(sha256: string, content: Uint8Array<ArrayBuffer>): Promise<void> {
    const route: RouteSpec = routes.putBlob;
    await this.#send(requestPath(route, { params: { sha256 } }), {
      method: route.method,
      headers: { 'Content-Type': 'application/octet-stream' },
      body: content
    });
  }

  async #send(path: string, init: RequestInit): Promise<Response> {
    let response: Response;
    try {
      response = await this.#transport(path, init);
    } catch (reason) {
      if (init.signal?.aborted) {
        throw init.signal.reason;
      }
      throw new UnreachableError(messageOf(reason), { cause: reason });
    }
    if (!response.ok) {
      const refused = ErrorBody.safeParse(await response.json().catch(() => null));
      // A proxy's or a login page's own answer is not an answer of our server.
      throw refused.success
        ? new RefusedError(response.status, refused.data)
        : new UnreachableError(`HTTP ${response.status} from the proxy`);
    }
    return response;
  }
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch (reason) {
    throw new UnreachableError('The answer is not JSON: a proxy or a login page answered.', { cause: reason });
  }
}
