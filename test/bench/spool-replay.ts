import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { NewRecord } from '@slipway/recording/spool';
import { RecordSource } from '../../packages/recording/dist/sending/record-source.js';
import { Recorder } from '../../packages/recording/dist/spool/recorder.js';
import { Sender } from '../../packages/recording/dist/sending/sender.js';
import { postRecords } from '../../packages/recording/dist/sending/transport.js';
import type { Measurement } from './measurement.ts';
import { startServer } from './processes.ts';

const RECORDS = 10_000;
const BATCH = 500;
const LIMIT_MS = 60_000;

/**
 * Seconds until a server that was away has 10 000 records of a notebook's spool, each with ten metric points. The same
 * records from memory, posted in the same batches, are the baseline.
 */
export async function spoolReplay(): Promise<Measurement> {
  const directory = mkdtempSync(path.join(tmpdir(), 'slipway-bench-'));
  const warn = (message: string): void => console.error(message);
  const sessionId = 'bench-replay';
  const recorder = new Recorder({ sessionId, directory, warn });
  for (const record of recordsOfRun()) {
    recorder.record(record);
  }
  const server = await startServer();
  process.env['SLIPWAY_URL'] = server.url;
  process.env['SLIPWAY_TOKEN'] = server.token;
  const source = new RecordSource(recorder.spoolFile, warn);
  const sender = new Sender({ sessionId, directory, source, keepAliveMs: null, warn });
  const start = performance.now();
  void sender.run();
  if (!(await sender.flush(LIMIT_MS))) {
    throw new Error('The records were not sent within a minute.');
  }
  const replayed = (performance.now() - start) / 1000;
  sender.stop();
  const direct = await postDirectly(server);
  delete process.env['SLIPWAY_URL'];
  delete process.env['SLIPWAY_TOKEN'];
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
  return {
    name: '10 000 spooled records replayed',
    unit: 's',
    value: replayed,
    baseline: direct,
    baselineName: 'the same records posted from memory'
  };
}

async function postDirectly(server: { url: string; token: string }): Promise<number> {
  const records = recordsOfRun().map((record, i) => ({ ...record, seq: i + 1, at: Date.now() }));
  const start = performance.now();
  for (let i = 0; i < records.length; i += BATCH) {
    const result = await postRecords(server, { session_id: 'bench-direct', records: records.slice(i, i + BATCH) });
    if (result.kind !== 'stored') {
      throw new Error(`The server answered ${result.kind}.`);
    }
  }
  return (performance.now() - start) / 1000;
}

function recordsOfRun(): NewRecord[] {
  const now = Date.now();
  const run_id = randomBytes(16).toString('hex');
  const session = {
    kernel: 'slipway',
    language: 'typescript',
    notebook_path: '',
    started_at: now,
    pid: 1,
    environment: null
  };
  const start = { experiment_name: 'bench', name: 'replay', start_time: now, user: 'bench', tags: [] };
  const logged = Array.from({ length: RECORDS - 2 }, (_, i): NewRecord => {
    const metrics = Array.from({ length: 10 }, (_, k) => ({
      key: 'loss',
      value: 1 / (i + 1),
      step: i * 10 + k,
      timestamp: now
    }));
    return { type: 'run.logged', run_id, metrics, params: [], tags: [] };
  });
  return [{ type: 'session.started', session }, { type: 'run.started', run_id, ...start }, ...logged];
}
