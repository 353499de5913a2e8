import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { data } from '../../packages/frames/dist/index.js';
import { RecordingNotebook } from '../../packages/notebook/testing/notebook-double.js';
import { temporaryFolder } from '../harness/temporary-folder.js';
import { call, startServerProcess, type ServerProcess } from '../server/slipway-process.js';

let server: ServerProcess;
let folder: string;
beforeAll(async () => {
  folder = temporaryFolder('slipway-versions-');
  server = await startServerProcess(path.join(folder, '.slipway'), ['--port', '0']);
  process.env['SLIPWAY_URL'] = server.url;
  process.env['SLIPWAY_TOKEN'] = server.token;
  RecordingNotebook.install(folder);
});
afterAll(async () => {
  delete process.env['SLIPWAY_URL'];
  delete process.env['SLIPWAY_TOKEN'];
  await server.end('SIGTERM');
});

it('one file is one version, whether or not a column orders its rows in time', async () => {
  await writeFile(path.join(folder, 'rain.csv'), 'day,rain\n2024-01-03,2\n2024-01-01,0\n2024-01-02,1\n2024-01-02,5\n');
  const plain = await data('rain', 'rain.csv');
  const ordered = await data('rain', 'rain.csv', { time: 'day' });
  expect([plain.version, ordered.version]).toEqual([
    { name: 'rain', version: 1 },
    { name: 'rain', version: 1 }
  ]);
  expect((await plain.values(['rain']))[0]).toEqual([2, 0, 1, 5]);
  expect((await ordered.values(['rain']))[0]).toEqual([0, 1, 5, 2]);
  const again = await data('rain', 'rain.csv', { time: 'day' });
  expect(again.version).toEqual(ordered.version);
});

it('other rows, and other types of the same rows, are other versions', async () => {
  await writeFile(path.join(folder, 'rain.csv'), 'day,rain\n2024-01-03,2\n2024-01-01,0\n2024-01-02,1\n2024-01-02,6\n');
  expect((await data('rain', 'rain.csv')).version?.version).toBe(2);
  expect((await data('rain', 'rain.csv', { schema: { rain: 'string' } })).version?.version).toBe(3);
});

it('infinite numbers are registered with their count and a check', async () => {
  await writeFile(path.join(folder, 'infinite.csv'), 'x\n1.5\ninf\n-Infinity\n3\n');
  const frame = await data('infinite', 'infinite.csv');
  expect(frame.version).toEqual({ name: 'infinite', version: 1 });
  const derived = await (await frame.derive('y', '1 / (x - 3)')).save('derived');
  expect(derived.version).toEqual({ name: 'derived', version: 1 });
  const version = (await call(server, 'GET', '/api/v1/datasets/infinite/versions/1')) as {
    profile: { min: number; max: number }[];
    checks: { id: string; verdict: string; evidence: string }[];
  };
  expect(version.profile[0]).toMatchObject({ min: 1.5, max: 3 });
  expect(version.checks.find(({ id }) => id === 'no-infinite-values')).toMatchObject({
    verdict: 'warn',
    evidence: 'Infinite: x 2.'
  });
});
