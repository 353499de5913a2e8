import {
  CallError,
  RefusedError,
  SlipwayClient,
  UnreachableError,
  type CallInput,
  type JsonOperation,
  type Transport
} from '@slipway/client';
import type { Answer, ErrorCode } from '@slipway/contract';
import { findServer } from '@slipway/recording/sending';
import { SlipwayError } from '../errors/errors.js';
import { sendFile } from './send-file.js';

/** How often and how long a call waits for a server that is just restarting. */
const ATTEMPTS = 3;
const RETRY_DELAY_MS = 400;

/** Sends one request to a server whose address and token are known. */
type Request = (url: string, headers: Record<string, string>) => Promise<Response>;

/**
 * Calls one operation of the metadata server and returns its parsed answer.
 *
 * @throws SlipwayError SERVER_UNREACHABLE when no server is found or it does not answer after three attempts;
 * SERVER_REFUSED with the server's own words when it answers an error.
 */
export function call<O extends JsonOperation>(
  directory: string,
  operation: O,
  input: CallInput<O>
): Promise<Answer<O>> {
  return inOurWords(() => clientOf(directory).call(operation, input));
}

/** Saves the work for a server that was never started. @throws SlipwayError SERVER_UNREACHABLE when none is to be found. */
export function requireServer(directory: string): void {
  if (!findServer(directory)) {
    throw unreachable();
  }
}

/** Uploads bytes under their SHA-256. Same errors as `call`. */
export function uploadBlob(directory: string, sha256: string, bytes: Uint8Array): Promise<void> {
  return inOurWords(() => clientOf(directory).putBlob(sha256, new Uint8Array(bytes)));
}

/** Uploads a file under its SHA-256, read as it is sent, so that its size does not matter. Same errors as `call`. */
export function uploadFile(directory: string, sha256: string, file: string): Promise<void> {
  const transport: Transport = path =>
    withServer(directory, undefined, (url, headers) =>
      sendFile(url + path, { ...headers, 'content-type': 'application/octet-stream' }, file)
    );
  return inOurWords(() => new SlipwayClient(transport).putBlob(sha256, new Uint8Array()));
}

/** The bytes of a blob. Same errors as `call`. */
export function downloadBlob(directory: string, sha256: string): Promise<Uint8Array> {
  return inOurWords(() => clientOf(directory).readBlob(sha256));
}

function clientOf(directory: string): SlipwayClient {
  return new SlipwayClient((path, init) =>
    withServer(directory, init.signal, (url, headers) =>
      fetch(url + path, { ...init, headers: { ...(init.headers as Record<string, string> | undefined), ...headers } })
    )
  );
}

/** @throws what the last attempt threw. */
async function withServer(
  directory: string,
  signal: AbortSignal | null | undefined,
  request: Request
): Promise<Response> {
  let failure: unknown = new Error('No server was found.');
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (attempt > 0) {
      await new Promise(resolve => setTimeout(resolve, RETRY_DELAY_MS * attempt));
    }
    // Looked up at each attempt: a restarted server may have another address or token.
    const server = findServer(directory);
    if (!server) {
      break;
    }
    try {
      return await request(server.url, { authorization: `Bearer ${server.token}` });
    } catch (error) {
      if (signal?.aborted) {
        throw error;
      }
      failure = error;
    }
  }
  throw failure;
}

/** The code with which the server refused a call; null for every other error. */
export function refusalCode(error: unknown): ErrorCode | null {
  return error instanceof SlipwayError && error.cause instanceof RefusedError ? error.cause.code : null;
}

async function inOurWords<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UnreachableError) {
      throw unreachable(error.cause);
    }
    if (error instanceof RefusedError) {
      const { code, message, remedy, where } = error;
      throw new SlipwayError('SERVER_REFUSED', `${message}${where ? ` (${where})` : ''} [${code}]`, {
        ...(remedy === undefined ? {} : { remedy }),
        cause: error
      });
    }
    if (error instanceof CallError) {
      throw new SlipwayError('SERVER_REFUSED', error.message, { cause: error });
    }
    throw error;
  }
}

function unreachable(cause?: unknown): SlipwayError {
  return new SlipwayError('SERVER_UNREACHABLE', 'The Slipway server does not answer.', {
    remedy: 'Start it with `npm start` (or `slipway server`) and run the cell again; nothing was lost.',
    cause
  });
}
