import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { type BundleFile, routes, ServerFile } from '@slipway/contract';
import { nodePath, ROOT } from '../harness/places.js';
import { startProcess, type TestProcess, waitFor } from '../harness/processes.js';

const PROGRAM = path.join(ROOT, 'server', 'bin', 'slipway.mjs');

/** A real metadata server on a folder of its own. */
export interface TestMetadataServer {
  readonly url: string;
  readonly port: number;
  readonly token: string;
  readonly process: TestProcess;
  /** Ends it, and the supervisor and services that it has started. */
  stop(): Promise<void>;
  /** Sends JSON and gives the answer's JSON. @throws Error when it is refused. */
  send(method: string, route: string, body?: unknown): Promise<unknown>;
  /** Stores bytes and gives what a bundle says of them. */
  upload(name: string, bytes: Uint8Array): Promise<BundleFile>;
}

/** Starts `slipway server` with its data in `data`; `port` 0 takes a free one. */
export async function startMetadataServer(data: string, port = 0): Promise<TestMetadataServer> {
  const started = startProcess({
    command: nodePath(),
    args: [PROGRAM, 'server', '--data', data, '--port', String(port)],
    folder: ROOT
  });
  const server = await waitFor(started, 'The metadata server', async () => {
    const found = ServerFile.parse(JSON.parse(await readFile(path.join(data, 'server.json'), 'utf8')));
    const health = await fetch(new URL('/health', found.url));
    return health.ok && found.pid !== undefined ? found : null;
  });
  const token = (await readFile(server.token_file, 'utf8')).trim();
  const call = async (method: string, route: string, body: string | Uint8Array | undefined, type: string) => {
    const response = await fetch(new URL(route, server.url), {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': type }) },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : Uint8Array.from(body) })
    });
    if (!response.ok) {
      throw new Error(`${method} ${route}: ${response.status} ${await response.text()}`);
    }
    return response.json() as Promise<unknown>;
  };
  return {
    url: server.url,
    port: Number(new URL(server.url).port),
    token,
    process: started,
    stop: async () => {
      await promisify(execFile)(nodePath(), [PROGRAM, 'stop', '--data', data]);
      await started.stop();
    },
    send: (method, route, body) =>
      call(method, route, body === undefined ? undefined : JSON.stringify(body), 'application/json'),
    upload: async (name, bytes) => {
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      await call('PUT', routes.putBlob.path.replace('{sha256}', sha256), bytes, 'application/octet-stream');
      return { path: name, sha256, size: bytes.length };
    }
  };
}
