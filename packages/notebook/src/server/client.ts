import { ErrorBody, routes, type Answer, type Body, type Operation, type Params, type Query } from '@slipway/contract';
import { z } from 'zod';
import { SlipwayError } from '../errors/errors.js';
import { findServer } from '@slipway/recording/sending';
import { sendFile } from './send-file.js';

/** Arguments of one operation of the contract. */
export interface CallInput<O extends Operation> {
  params?: Params<O>;
  query?: Query<O>;
  body?: Body<O>;
  signal?: AbortSignal;
}

/** How often and how long a call waits for a server that is just restarting. */
const ATTEMPTS = 3;
const RETRY_DELAY_MS = 400;

/**
 * Calls one operation of the metadata server and returns its parsed answer.
 *
 * @throws SlipwayError SERVER_UNREACHABLE when no server is found or it does not answer after three attempts;
 * SERVER_REFUSED with the server's own words when it answers an error.
 */
export async function call<O extends Operation>(
  directory: string,
  operation: O,
  input: CallInput<O>
): Promise<Answer<O>> {
  const route = routes[operation];
  const answer = await send(directory, route.method, fillPath(route.path, input.params, input.query), {
    body: input.body === undefined ? undefined : JSON.stringify(input.body),
    headers: input.body === undefined ? {} : { 'content-type': 'application/json' },
    signal: input.signal
  });
  const schema: unknown = route.answer;
  if (!(schema instanceof z.ZodType)) throw new TypeError(`${operation} answers a stream; it cannot be parsed.`);
  return schema.parse(await answer.json()) as Answer<O>;
}

/** Saves the work for a server that was never started. @throws SlipwayError SERVER_UNREACHABLE when none is to be found. */
export function requireServer(directory: string): void {
  if (!findServer(directory)) throw unreachable();
}

/** Uploads bytes under their SHA-256. */
export async function uploadBlob(directory: string, sha256: string, bytes: Uint8Array): Promise<void> {
  const path = fillPath(routes.putBlob.path, { sha256 }, undefined);
  await send(directory, 'PUT', path, {
    body: new Blob([new Uint8Array(bytes)]),
    headers: { 'content-type': 'application/octet-stream' }
  });
}

/** Uploads a file under its SHA-256, read as it is sent, so that its size does not matter. */
export async function uploadFile(directory: string, sha256: string, file: string): Promise<void> {
  const path = fillPath(routes.putBlob.path, { sha256 }, undefined);
  await send(directory, 'PUT', path, { body: { file }, headers: { 'content-type': 'application/octet-stream' } });
}

/** The bytes of a blob. */
export async function downloadBlob(directory: string, sha256: string): Promise<ArrayBuffer> {
  const path = fillPath(routes.getBlob.path, { sha256 }, undefined);
  const answer = await send(directory, 'GET', path, { body: undefined, headers: {} });
  return answer.arrayBuffer();
}

function fillPath(path: string, params: unknown, query: unknown): string {
  const values = (params ?? {}) as Record<string, string | number>;
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(values[name])));
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries((query ?? {}) as Record<string, unknown>)) {
    if (value !== undefined && value !== null) search.set(key, String(value));
  }
  const text = search.toString();
  return text ? `${filled}?${text}` : filled;
}

interface Request {
  body: string | Blob | { readonly file: string } | undefined;
  headers: Record<string, string>;
  signal?: AbortSignal | undefined;
}

async function send(directory: string, method: string, path: string, request: Request): Promise<Response> {
  let failure: unknown;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (attempt > 0) await new Promise(resolve => setTimeout(resolve, RETRY_DELAY_MS * attempt));
    // Looked up at each attempt: a restarted server may have another address or token.
    const server = findServer(directory);
    if (!server) break;
    let response: Response;
    try {
      const headers = { ...request.headers, authorization: `Bearer ${server.token}` };
      const { body, signal } = request;
      response =
        typeof body === 'object' && 'file' in body
          ? await sendFile(server.url + path, headers, body.file)
          : await fetch(server.url + path, {
              method,
              headers,
              ...(body === undefined ? {} : { body }),
              ...(signal ? { signal } : {})
            });
    } catch (error) {
      if (request.signal?.aborted) throw error;
      failure = error;
      continue;
    }
    if (!response.ok) throw await refusal(response);
    return response;
  }
  throw unreachable(failure);
}

function unreachable(cause?: unknown): SlipwayError {
  return new SlipwayError('SERVER_UNREACHABLE', 'The Slipway server does not answer.', {
    remedy: 'Start it with `npm start` (or `slipway server`) and run the cell again; nothing was lost.',
    cause
  });
}

async function refusal(response: Response): Promise<SlipwayError> {
  const text = await response.text();
  let parsed;
  try {
    parsed = ErrorBody.safeParse(JSON.parse(text));
  } catch {
    parsed = undefined;
  }
  if (!parsed?.success) return new SlipwayError('SERVER_REFUSED', `The server answered ${response.status}: ${text}`);
  const { error_code, message, remedy, where } = parsed.data;
  return new SlipwayError('SERVER_REFUSED', `${message}${where ? ` (${where})` : ''} [${error_code}]`, { remedy });
}
