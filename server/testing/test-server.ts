import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { startServer, type RunningServer, type ServerOptions } from '../src/metadata-server.js';
import { freshDatabase, isExclusive } from './test-database.js';

export interface TestServer {
  readonly server: RunningServer;
  readonly folder: string;
  /** Internal errors that were reported while the test ran. */
  readonly faults: unknown[];
  /** A request with the token; a plain object is sent as JSON. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** Uploads bytes. @returns what a file list says of them. */
  upload(content: string | Uint8Array): Promise<{ sha256: string; size: number }>;
  stop(): Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body; tests say what they expect in it. */
  readonly json: unknown;
}

/** A real server on a fresh data folder and a free port, for tests. */
export async function startTestServer(options: Partial<ServerOptions> = {}): Promise<TestServer> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'slipway-test-'));
  const faults: unknown[] = [];
  const database = { address: await freshDatabase(), exclusive: isExclusive() };
  const server = await startServer({
    data: folder,
    database,
    port: 0,
    onError: error => faults.push(error),
    ...options
  });
  const call: TestServer['call'] = async (method, route, body, headers = {}) => {
    const bytes = body instanceof Uint8Array;
    const response = await fetch(new URL(route, server.url), {
      method,
      headers: {
        authorization: `Bearer ${server.token}`,
        ...(body === undefined ? {} : { 'content-type': bytes ? 'application/octet-stream' : 'application/json' }),
        ...headers
      },
      ...(body === undefined ? {} : { body: bytes ? Uint8Array.from(body) : JSON.stringify(body) })
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: parseOrUndefined(text) };
  };
  return {
    server,
    folder,
    faults,
    call,
    upload: async content => {
      const bytes = Buffer.from(content);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const answer = await call('PUT', `/api/v1/blobs/${sha256}`, bytes);
      if (answer.status !== 200) {
        throw new Error(`The upload was refused: ${answer.text}`);
      }
      return { sha256, size: bytes.length };
    },
    stop: async () => {
      await server.close();
      await rm(folder, { recursive: true, force: true });
    }
  };
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
