import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { freshFolder, startServerProcess, type ServerProcess } from './slipway-process.js';

/** SLIPWAY_LOAD_MINUTES shortens it while one works on it. */
const MINUTES = Number(process.env['SLIPWAY_LOAD_MINUTES'] ?? 30);
const CLIENTS = 8;
/** Pause of each client between requests: the test looks for growth, not speed. */
const REST_MS = 50;
const SAMPLE_MS = 5000;
const MEGABYTE = 1024 * 1024;

const api = '/api/2.0/mlflow';

/** One client's work, over and over: it logs, reads, searches, deletes, and sends files. */
async function work(server: ServerProcess, until: number, failures: string[]): Promise<number> {
  let requests = 0;
  const send = async (method: string, route: string, body?: unknown): Promise<unknown> => {
    requests += 1;
    await new Promise(resolve => setTimeout(resolve, REST_MS));
    const bytes = body instanceof Uint8Array;
    const response = await fetch(server.url + route, {
      method,
      headers: {
        authorization: `Bearer ${server.token}`,
        ...(body === undefined ? {} : { 'content-type': bytes ? 'application/octet-stream' : 'application/json' })
      },
      ...(body === undefined ? {} : { body: bytes ? Uint8Array.from(body) : JSON.stringify(body) })
    });
    if (!response.ok) {
      failures.push(`${method} ${route}: ${response.status} ${await response.text()}`);
      return {};
    }
    const type = response.headers.get('content-type') ?? '';
    return type.includes('json') ? response.json() : response.arrayBuffer();
  };
  for (let turn = 0; Date.now() < until; turn += 1) {
    const created = (await send('POST', `${api}/runs/create`, { experiment_id: '0', start_time: Date.now() })) as {
      run: { info: { run_id: string } };
    };
    const { run_id } = created.run.info;
    for (let batch = 0; batch < 5; batch += 1) {
      const metrics = Array.from({ length: 900 }, (_, index) => ({
        key: `m${index % 5}`,
        value: Math.sin(index),
        timestamp: Date.now(),
        step: batch * 900 + index
      }));
      const params = [{ key: `p${batch}`, value: String(turn % 7) }];
      await send('POST', `${api}/runs/log-batch`, { run_id, metrics, params, tags: [] });
      await send('POST', `${api}/runs/log-metric`, {
        run_id,
        key: 'loss',
        value: 1 / (batch + 1),
        timestamp: 1,
        step: batch
      });
    }
    const search = {
      experiment_ids: ['0'],
      filter: "params.p1 = '3' and metrics.m0 < 0.5",
      order_by: ['metrics.loss']
    };
    await send('POST', `${api}/runs/search`, { ...search, max_results: 50 });
    await send('GET', `${api}/metrics/get-history?run_id=${run_id}&metric_key=m0`);
    await send('GET', `/api/v1/runs/${run_id}/metrics?points=200`);
    await send('GET', '/api/v1/runs?limit=50');
    const file = randomBytes(64 * 1024);
    const sha256 = createHash('sha256').update(file).digest('hex');
    await send('PUT', `/api/v1/blobs/${sha256}`, file);
    await send('POST', `/api/v1/runs/${run_id}/artifacts`, { path: 'weights.bin', sha256 });
    await send('GET', `/get-artifact?run_id=${run_id}&path=weights.bin`);
    await send('POST', `${api}/runs/update`, { run_id, status: 'FINISHED', end_time: Date.now() });
    if (turn % 3 !== 0) {
      await send('POST', `${api}/runs/delete`, { run_id });
    }
    if (turn % 10 === 9) {
      await send('POST', '/api/v1/garbage-collections', { deleted_before_days: 0, grace_hours: 0.001 });
    }
  }
  return requests;
}

/** Resident memory, as the operating system counts it. */
async function memoryOf(pid: number): Promise<number> {
  const [, pages = '0'] = (await readFile(`/proc/${pid}/statm`, 'utf8')).split(' ');
  return Number(pages) * 4096;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

it(`a server under mixed load for ${MINUTES} minutes needs no more memory at the end than after the first third`, async () => {
  const folder = await freshFolder();
  const server = await startServerProcess(path.join(folder.path, '.slipway'), ['--port', '0']);
  const samples: number[] = [];
  const sampling = setInterval(() => {
    memoryOf(server.child.pid ?? 0).then(
      bytes => samples.push(bytes / MEGABYTE),
      () => undefined
    );
  }, SAMPLE_MS);
  try {
    const until = Date.now() + MINUTES * 60_000;
    const failures: string[] = [];
    const counts = await Promise.all(Array.from({ length: CLIENTS }, () => work(server, until, failures)));
    const third = Math.floor(samples.length / 3);
    const [early, late] = [median(samples.slice(third, 2 * third)), median(samples.slice(2 * third))];
    const requests = counts.reduce((sum, count) => sum + count, 0);
    console.log(
      `${requests} requests; memory ${early.toFixed(0)} MB in the second third, ${late.toFixed(0)} MB in the last, ` +
        `${Math.max(...samples).toFixed(0)} MB at most`
    );
    expect(failures.slice(0, 5)).toEqual([]);
    expect(late).toBeLessThan(early * 1.1);
  } finally {
    clearInterval(sampling);
    await server.end('SIGTERM');
    await folder.remove();
  }
});
