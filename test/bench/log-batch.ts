import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { LightClient } from './light-client.ts';
import { median, type Measurement } from './measurement.ts';
import { startServer } from './processes.ts';

const POINTS = 1000;
const BATCHES = 150;
const CLIENTS = 2;
const ROUNDS = 3;

/**
 * Metric points per second through `POST runs/log-batch`, 1 000 in each request, two clients, every answer on disk;
 * beside the same points written straight into a SQLite table, 1 000 in each fsynced transaction.
 */
export async function logBatch(): Promise<Measurement> {
  const ours: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    bare.push(bareInserts());
    ours.push(await throughServer());
  }
  return {
    name: 'log-batch of 1 000 metrics, 2 clients, fsynced',
    unit: 'points/s',
    value: median(ours),
    baseline: median(bare),
    baselineName: 'bare node:sqlite inserts, no HTTP'
  };
}

async function throughServer(): Promise<number> {
  const server = await startServer();
  try {
    const runs = await Promise.all(Array.from({ length: CLIENTS }, () => createRun(server.url, server.token)));
    const clients = await Promise.all(runs.map(() => LightClient.open(server.url)));
    const started = performance.now();
    await Promise.all(
      clients.map(async (client, i) => {
        for (let batch = 0; batch < BATCHES; batch++) {
          const request = LightClient.post(
            server.url,
            '/api/2.0/mlflow/runs/log-batch',
            body(runs[i]!, batch),
            server.token
          );
          const status = await client.send(request);
          if (status !== 200) {
            throw new Error(`log-batch answered ${status}`);
          }
        }
      })
    );
    const seconds = (performance.now() - started) / 1000;
    clients.forEach(client => client.close());
    return (CLIENTS * BATCHES * POINTS) / seconds;
  } finally {
    await server.stop();
  }
}

async function createRun(url: string, token: string): Promise<string> {
  const response = await fetch(`${url}/api/2.0/mlflow/runs/create`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ experiment_id: '0', start_time: Date.now() })
  });
  const answer = (await response.json()) as { run: { info: { run_id: string } } };
  return answer.run.info.run_id;
}

function body(runId: string, batch: number): string {
  const metrics = Array.from({ length: POINTS }, (_, i) => ({
    key: `m${i % 5}`,
    value: Math.sin(i + batch),
    timestamp: 1_700_000_000_000 + batch,
    step: batch * POINTS + i
  }));
  return JSON.stringify({ run_id: runId, metrics });
}

function bareInserts(): number {
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-bench-'));
  const database = new DatabaseSync(path.join(folder, 'bare.db'));
  try {
    database.exec('pragma journal_mode=wal; pragma synchronous=full');
    database.exec(
      'create table point(sid int, step int, ts int, value real, primary key(sid, step, ts, value)) without rowid'
    );
    const insert = database.prepare('insert or ignore into point values(?, ?, ?, ?)');
    const batches = CLIENTS * BATCHES;
    const started = performance.now();
    for (let batch = 0; batch < batches; batch++) {
      database.exec('begin immediate');
      for (let i = 0; i < POINTS; i++) {
        insert.run(i % 5, batch * POINTS + i, 1_700_000_000_000 + batch, Math.sin(i + batch));
      }
      database.exec('commit');
    }
    return (batches * POINTS) / ((performance.now() - started) / 1000);
  } finally {
    database.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
