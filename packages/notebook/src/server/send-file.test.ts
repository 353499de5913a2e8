import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sendFile } from './send-file.js';

describe('sending a file', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-send-file-test-'));
  const file = path.join(folder, 'some.bin');
  let server: http.Server;
  let arrived = '';
  beforeAll(async () => {
    writeFileSync(file, Buffer.alloc(3_000_000, 'slipway'));
    server = http.createServer((request, response) => {
      if (request.url === '/full') {
        return void response.writeHead(413).end('too large');
      }
      const hash = createHash('sha256');
      request.on('data', (data: Buffer) => hash.update(data));
      request.on('end', () => {
        arrived = hash.digest('hex');
        response.end(request.headers['content-length']);
      });
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });
  const url = (name: string): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}/${name}`;

  it('brings every byte of it', async () => {
    const answer = await sendFile(url('blob'), {}, file);
    expect(await answer.text()).toBe('3000000');
    expect(arrived).toBe(createHash('sha256').update(Buffer.alloc(3_000_000, 'slipway')).digest('hex'));
  });

  it('gives the answer of a server that refuses before all has arrived', async () => {
    const answer = await sendFile(url('full'), {}, file);
    expect([answer.status, await answer.text()]).toEqual([413, 'too large']);
  });

  it('fails when nobody is there', async () => {
    await expect(sendFile('http://127.0.0.1:9/blob', {}, file)).rejects.toThrow('ECONNREFUSED');
  });
});
