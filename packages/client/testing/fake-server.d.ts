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
export declare function jsonResponse(value: object, status?: number): Response;
/**
 * Stands for the metadata server behind JupyterLab's proxy: it answers from a table, streams events, and can be away. Its
 * `transport` is what `SlipwayClient` takes.
 */
export declare class FakeServer {
  #private;
  readonly requests: string[];
  readonly streams: FakeRequest[];
  isAway: boolean;
  constructor(routes?: FakeRoutes);
  readonly transport: Transport;
  /** Sends an event to every open stream. */
  emit(event: ServerEvent): void;
  /** Sends raw text to every open stream. */
  send(text: string): void;
  /** Dies: open streams break and nothing answers until `comeBack`. */
  goAway(): void;
  comeBack(): void;
  /** Ends the open streams in good order, as a proxy does that limits how long an answer may take. */
  endStreams(): void;
  get openStreams(): number;
}
