import path from 'node:path';
import { promisify } from 'node:util';
import { execFile } from 'node:child_process';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { temporaryFolder } from '../harness/temporary-folder.js';
import { call, startServerProcess, type ServerProcess } from '../server/slipway-process.js';

let server: ServerProcess;
beforeAll(async () => {
  server = await startServerProcess(path.join(temporaryFolder('slipway-large-'), '.slipway'), ['--port', '0']);
});
afterAll(() => server.end('SIGTERM'));

it('a frame of hundreds of megabytes is registered with less than 150 MB beside it', async () => {
  const rows = 2_500_000;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [path.join(import.meta.dirname, 'register-large-frame.ts'), String(rows)],
    { env: { ...process.env, SLIPWAY_URL: server.url, SLIPWAY_TOKEN: server.token } }
  );
  const told = JSON.parse(stdout) as { version: number | null; frameMegabytes: number; extraMegabytes: number };
  expect(told.version).toBe(1);
  expect(told.frameMegabytes).toBeGreaterThan(200);
  expect(told.extraMegabytes).toBeLessThan(150);
  const version = (await call(server, 'GET', '/api/v1/datasets/large/versions/1')) as {
    row_count: number;
    content_sha256: string;
  };
  expect(version.row_count).toBe(rows);
  // The server hashed what arrived.
  const blob = await fetch(`${server.url}/api/v1/blobs/${version.content_sha256}`, {
    headers: { authorization: `Bearer ${server.token}`, range: 'bytes=0-3' }
  });
  expect(await blob.text()).toBe('PAR1');
});
