import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RecordingNotebook } from '../../../notebook/testing/notebook-double.js';
import { data } from '../datasets/data.js';

let folder: string;
let server: Server;
let url: string;
let credentials: string | undefined;
const answers: Record<string, { status?: number; type?: string; body?: string; location?: string }> = {
  '/rain.csv': { body: 'day,rain\n1,0.5\n2,0\n' },
  '/export?id=7': { type: 'text/csv; charset=utf-8', body: 'day,rain\n3,1\n' },
  '/rows': { type: 'application/json', body: '[{"day":1,"rain":0.5}]' },
  '/moved': { status: 302, location: '/rain.csv' },
  '/page': { type: 'text/html', body: '<html></html>' },
  '/private.csv': { status: 403 }
};

beforeAll(async () => {
  delete process.env['SLIPWAY_URL'];
  folder = mkdtempSync(path.join(tmpdir(), 'slipway-sources-'));
  // Of its own, so that what is left behind in it is ours.
  mkdirSync(path.join(folder, 'temporary'));
  process.env['TMPDIR'] = path.join(folder, 'temporary');
  server = createServer((request, response) => {
    credentials = request.headers.authorization;
    const { status = 200, type, body = '', location } = answers[request.url ?? ''] ?? { status: 404 };
    response.writeHead(status, { ...(type ? { 'content-type': type } : {}), ...(location ? { location } : {}) });
    response.end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  RecordingNotebook.install(folder);
});

function write(name: string, text: string): void {
  mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
  writeFileSync(path.join(folder, name), text);
}

describe('a pattern', () => {
  it('reads all files that match, under one another by column name, in the order of their names', async () => {
    write('days/2024-02.csv', 'rain,day\n2,b\n');
    write('days/2024-01.csv', 'day,rain\na,1\n');
    write('days/2024-03.csv', 'day,rain,wind\nc,3,9\n');
    write('days/notes.txt', 'x\n1\n');
    const frame = await data('days', 'days/2024-*.csv');
    expect(await frame.rows()).toEqual([
      { day: 'a', rain: 1, wind: null },
      { day: 'b', rain: 2, wind: null },
      { day: 'c', rain: 3, wind: 9 }
    ]);
    expect(frame.lineage.source).toBe('days/2024-*.csv');
  });

  it('reads the files that came since, too', async () => {
    write('grow/1.csv', 'a\n1\n');
    expect((await data('grow', 'grow/**/*.csv')).rowCount).toBe(1);
    write('grow/deeper/2.csv', 'a\n2\n');
    expect((await data('grow', 'grow/**/*.csv')).rowCount).toBe(2);
  });

  it('that matches nothing, or what does not belong together, is refused', async () => {
    write('mixed/a.csv', 'a\n1\n');
    write('mixed/b.json', '[{"a":1}]');
    write('odd/a.csv', 'a\n1\n');
    write('odd/b.csv', 'a,b\n1\n');
    await expect(data('x', 'nothing/*.csv')).rejects.toMatchObject({ code: 'DATA_NOT_FOUND' });
    await expect(data('x', 'mixed/*')).rejects.toThrow('files of different formats: csv, json');
    await expect(data('x', 'odd/*.csv')).rejects.toThrow('"odd/b.csv" line 2, column "b" is missing');
  });
});

describe('an address', () => {
  const leftBehind = (): string[] => readdirSync(tmpdir()).filter(name => name.startsWith('slipway-download-'));

  it('is fetched and read; the format is that of its name, or what the server says', async () => {
    const before = leftBehind().length;
    expect((await data('rain', `${url}/rain.csv`)).rowCount).toBe(2);
    expect(await (await data('rain', `${url}/export?id=7`)).rows()).toEqual([{ day: 3, rain: 1 }]);
    expect(await (await data('rain', `${url}/rows`)).rows()).toEqual([{ day: 1, rain: 0.5 }]);
    expect((await data('rain', `${url}/moved`)).rowCount).toBe(2);
    expect(leftBehind().length).toBe(before);
  });

  it('with a password sends it, and is on record without it', async () => {
    const frame = await data('rain', `${url.replace('//', '//ann:hunter2@')}/rain.csv`);
    expect(credentials).toBe(`Basic ${Buffer.from('ann:hunter2').toString('base64')}`);
    expect(frame.lineage.source).toContain('//ann:***@');
  });

  it('that gives no data is refused in words', async () => {
    await expect(data('x', `${url}/missing.csv`)).rejects.toMatchObject({ code: 'DATA_NOT_FOUND' });
    await expect(data('x', `${url}/private.csv`)).rejects.toThrow('was answered with 403 Forbidden');
    await expect(data('x', `${url}/page`)).rejects.toThrow('which is not read');
    await expect(data('x', 'http://127.0.0.1:1/x.csv')).rejects.toThrow('Nobody answers');
  });
});
