import type { ServerEvent } from '@slipway/contract';
import type { Transport } from '../src/client.js';

/** An answer to one request: a value is sent as JSON with status 200. */
export type FakeAnswer = Response | object;

/** What one test server knows to answer, by `METHOD /path` without the query. */
export type FakeRoutes = Record<string, (request: FakeRequest) => FakeAnswer | Promise<FakeAnswer>>;

export interface FakeRequest {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Headers;
  readonly body: unknown;
  readonly signal: AbortSignal | null;
}

/** An answer of JSON with a status. */
export function jsonResponse(value: object, status = 200): Response {
  return new Response(JSON.stringify(value), { status, headers: { 'Content-Type': 'application/json' } });
}

/**
 * Acts as the metadata server behind JupyterLab's proxy: it answers from a table, streams events, and can be away. Its
 * `transport` is what `SlipwayClient` takes.
 */
export class FakeServer {
  readonly requests: string[] = [];
  readonly streams: FakeRequest[] = [];
  isAway = false;
  readonly #routes: FakeRoutes;
  readonly #open = new Set<ReadableStreamDefaultController<Uint8Array>>();
  #eventId = 0;

  constructor(routes: FakeRoutes = {}) {
    this.#routes = routes;
  }

  readonly transport: Transport = async (path, init) => {
    const url = new URL(path, 'http://server');
    const request: FakeRequest = {
      path: url.pathname,
      query: url.searchParams,
      headers: new Headers(init.headers),
      body: typeof init.body === 'string' ? (JSON.parse(init.body) as unknown) : undefined,
      signal: init.signal ?? null
    };
    this.requests.push(`${init.method} ${path}`);
    await Promise.resolve();
    init.signal?.throwIfAborted();
    if (this.isAway) {
      return new Response('could not connect', { status: 503 });
    }
    if (url.pathname === '/api/v1/events') {
      return this.#stream(request);
    }
    const route = this.#routes[`${init.method} ${url.pathname}`];
    if (route === undefined) {
      return jsonResponse({ error_code: 'NOT_FOUND', message: `No ${path}.` }, 404);
    }
    const answer = await route(request);
    return answer instanceof Response ? answer : jsonResponse(answer);
  };

  /** Sends an event to every open stream. */
  emit(event: ServerEvent): void {
    this.#eventId += 1;
    this.send(`id: ${this.#eventId}\ndata: ${JSON.stringify(event)}\n\n`);
  }

  /** Sends raw text to every open stream. */
  send(text: string): void {
    for (const stream of this.#open) {
      stream.enqueue(new TextEncoder().encode(text));
    }
  }

  /** Goes offline: open streams break and nothing answers until `comeBack`. */
  goAway(): void {
    this.isAway = true;
    for (const stream of this.#open) {
      stream.error(new TypeError('network error'));
    }
    this.#open.clear();
  }

  comeBack(): void {
    this.isAway = false;
  }

  /** Ends the open streams in good order, as a proxy does that limits how long an answer may take. */
  endStreams(): void {
    for (const stream of this.#open) {
      stream.close();
    }
    this.#open.clear();
  }

  get openStreams(): number {
    return this.#open.size;
  }

  #stream(request: FakeRequest): Response {
    this.streams.push(request);
    const open = this.#open;
    let own: ReadableStreamDefaultController<Uint8Array>;
    const body = new ReadableStream<Uint8Array>({
      start: controller => {
        own = controller;
        open.add(controller);
        request.signal?.addEventListener('abort', () => {
          if (open.delete(controller)) {
            controller.error(request.signal?.reason);
          }
        });
      },
      cancel: () => {
        open.delete(own);
      }
    });
    return new Response(body, { headers: { 'Content-Type': 'text/event-stream' } });
  }
}
