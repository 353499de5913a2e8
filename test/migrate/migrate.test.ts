import { cp, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DATABASES } from '../server/databases.js';
import { call, freshFolder, PYTHON, slipway, startServerProcess } from '../server/slipway-process.js';
import { copyDatabase, describeServer, describeStore, migrate, migrateAndKill, writeStore } from './migrations.js';

let folder: Awaited<ReturnType<typeof freshFolder>>;
let data: string;
let count = 0;

describe.each(DATABASES)('a folder that MLflow wrote, brought over to $name', ({ environment }) => {
  let mlruns: string;
  let env: NodeJS.ProcessEnv;
  beforeAll(async () => {
    folder = await freshFolder();
    mlruns = path.join(folder.path, 'mlruns');
    await writeStore(PYTHON, folder.path, `file://${mlruns}`);
  });
  beforeEach(async () => {
    env = await environment();
    data = path.join(folder.path, `data-${(count += 1)}`);
  });
  afterAll(() => folder.remove());

  it('is the same to the stock client, also when it was imported twice', async () => {
    const first = await migrate(mlruns, data, env);
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toMatch(/metric points +56 +56\n/);
    const second = await migrate(mlruns, data, env);
    expect(second.stdout).toBe(first.stdout);
    const theirs = await describeStore(PYTHON, folder.path, `file://${mlruns}`);
    expect(await describeServer(PYTHON, folder.path, data, env)).toEqual(theirs);
  });

  it('of which something has no place here is told to be left behind, and not that everything is here', async () => {
    const copy = path.join(folder.path, `mlruns-${count}`);
    await cp(mlruns, copy, { recursive: true });
    await mkdir(path.join(copy, '0', 'traces', 'tr-1'), { recursive: true });
    await mkdir(path.join(copy, '0', '0123456789abcdef0123456789abcdef'), { recursive: true });
    const { code, stdout } = await migrate(copy, data, env);
    expect(code).toBe(0);
    expect(stdout).toContain('Left behind: traces (1).');
    expect(stdout).toContain('Left behind: folders of runs without their meta.yaml (1).');
    expect(stdout).not.toContain('Everything is here.');
  });

  it('is complete after it was killed at any moment and run again', async () => {
    for (const moment of [250, 350, 450, 550, 700]) {
      await migrateAndKill(mlruns, data, env, moment);
    }
    const last = await migrate(mlruns, data, env);
    expect(last).toMatchObject({ code: 0 });
    expect(last.stdout).toMatch(/metric points +56 +56\n/);
    expect(last.stdout).toContain('Everything is here.');
  });
});

describe('a data folder of ours', () => {
  beforeEach(async () => {
    folder = await freshFolder();
    data = path.join(folder.path, 'old');
  });
  afterEach(() => folder.remove());

  it('moves to PostgreSQL with its files, once', async () => {
    const [, postgres] = DATABASES;
    const env = (await postgres?.environment()) ?? {};
    const old = await startServerProcess(data, ['--port', '0'], { DATABASE_URL: '' });
    const { run } = (await call(old, 'POST', '/api/2.0/mlflow/runs/create', { experiment_id: '0' })) as {
      run: { info: { run_id: string } };
    };
    const { run_id } = run.info;
    const metrics = [1, 2, 3].map(step => ({ key: 'loss', value: 1 / step, timestamp: step, step }));
    await call(old, 'POST', '/api/2.0/mlflow/runs/log-batch', { run_id, metrics });
    const file = `/api/2.0/mlflow-artifacts/artifacts/0/${run_id}/artifacts/note.txt`;
    const authorization = `Bearer ${old.token}`;
    await fetch(new URL(file, old.url), { method: 'PUT', headers: { authorization }, body: 'forty-two' });
    await old.end('SIGTERM');
    const fresh = path.join(folder.path, 'new');
    const moved = await copyDatabase(data, fresh, env);
    expect(moved).toMatchObject({ code: 0 });
    expect(moved.stdout).toMatch(/point +3 +3\n/);
    const server = await startServerProcess(fresh, ['--port', '0'], env);
    try {
      const history = `/api/2.0/mlflow/metrics/get-history?run_id=${run_id}&metric_key=loss`;
      expect(await call(server, 'GET', history)).toMatchObject({ metrics: [{ step: 1 }, { step: 2 }, { step: 3 }] });
      const headers = { authorization: `Bearer ${server.token}` };
      expect(await (await fetch(new URL(file, server.url), { headers })).text()).toBe('forty-two');
      await call(server, 'POST', '/api/2.0/mlflow/runs/log-metric', {
        run_id,
        key: 'loss',
        value: 9,
        timestamp: 9,
        step: 9
      });
      await call(server, 'POST', '/api/2.0/mlflow/runs/create', { experiment_id: '0' });
    } finally {
      await server.end('SIGTERM');
    }
    expect(await copyDatabase(data, fresh, env)).toMatchObject({ code: 1 });
    // The commands name each other.
    expect((await migrate(data, fresh, env)).stderr).toContain('slipway db copy');
  });
});

describe('a source that is not a store', () => {
  it('is refused with an explanation, and nothing is created', async () => {
    folder = await freshFolder();
    const to = path.join(folder.path, 'to');
    for (const from of [folder.path, path.join(folder.path, 'nothing'), 'sqlite:////nowhere/mlflow.db']) {
      const ended = await slipway(['mlflow', 'import', '--from', from, '--to', to]);
      expect(ended.code).toBeGreaterThan(0);
      expect(ended.stderr).not.toContain('    at ');
    }
    await folder.remove();
  });
});
