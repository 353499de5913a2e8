import { rm } from 'node:fs/promises';
import path from 'node:path';
import { routes } from '@slipway/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startPostgres, type PostgresServer } from '../../server/testing/postgres-server.js';
import { startTestS3, type TestS3 } from '../../server/testing/s3-server.js';
import { call, freshFolder, slipway, startServerProcess, type ServerProcess } from './slipway-process.js';

let folder: Awaited<ReturnType<typeof freshFolder>>;
let data: string;
let backup: string;
let server: ServerProcess;
beforeEach(async () => {
  folder = await freshFolder();
  data = path.join(folder.path, '.slipway');
  backup = path.join(folder.path, 'my backup');
  server = await startServerProcess(data, ['--port', '0']);
});
afterEach(async () => {
  await server.end('SIGTERM');
  await folder.remove();
});

async function logRun(name: string, on = server): Promise<string> {
  const created = (await call(on, 'POST', '/api/2.0/mlflow/runs/create', { experiment_id: '0', run_name: name })) as {
    run: { info: { run_id: string } };
  };
  const { run_id } = created.run.info;
  await call(on, 'POST', '/api/2.0/mlflow/runs/log-metric', { run_id, key: 'm', value: 1, timestamp: 1, step: 0 });
  const response = await fetch(`${on.url}/api/2.0/mlflow-artifacts/artifacts/0/${run_id}/artifacts/note.txt`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${on.token}` },
    body: `note of ${name}`
  });
  expect(response.status).toBe(200);
  return run_id;
}

async function note(run_id: string, on = server): Promise<string> {
  const response = await fetch(`${on.url}/get-artifact?run_id=${run_id}&path=note.txt`, {
    headers: { authorization: `Bearer ${on.token}` }
  });
  return response.text();
}

async function names(on = server): Promise<string[]> {
  const { runs } = routes.listRuns.answer.parse(await call(on, 'GET', '/api/v1/runs'));
  return runs.map(run => run.name).sort();
}

describe('a backup of a running server', () => {
  it('is brought back in its place, and what came later is kept aside', async () => {
    const kept = await logRun('kept');
    expect(await slipway(['backup', '--data', data, '--to', backup])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('1 run') as string
    });
    await logRun('later');
    const restore = await slipway(['restore', '--data', data, '--from', backup]);
    expect([restore.code, restore.stderr]).toEqual([0, '']);
    expect(restore.stdout).toContain('start it again');
    server = await startServerProcess(data);
    expect(await names()).toEqual(['kept']);
    expect(await note(kept)).toBe('note of kept');
  });

  it('is itself a folder that a server can work on', async () => {
    const kept = await logRun('kept');
    await slipway(['backup', '--data', data, '--to', backup]);
    const other = await startServerProcess(backup, ['--port', '0']);
    try {
      expect(await names(other)).toEqual(['kept']);
      expect(await note(kept, other)).toBe('note of kept');
    } finally {
      await other.end('SIGTERM');
    }
  });

  it('moves to PostgreSQL and S3, and from there back to a folder', async () => {
    const kept = await logRun('kept');
    await slipway(['backup', '--data', data, '--to', backup]);
    const [postgres, s3]: [PostgresServer, TestS3] = await Promise.all([startPostgres(), startTestS3()]);
    const grown = path.join(folder.path, 'grown');
    const places = {
      ...s3.environment,
      DATABASE_URL: postgres.url,
      MLFLOW_ARTIFACTS_DESTINATION: `s3://${s3.bucket}/a`
    };
    try {
      const restore = await slipway(['restore', '--data', grown, '--from', backup], places);
      expect([restore.code, restore.stderr]).toEqual([0, '']);
      const large = await startServerProcess(grown, ['--port', '0'], places);
      await logRun('on postgres', large);
      expect([await names(large), await note(kept, large)]).toEqual([['kept', 'on postgres'], 'note of kept']);
      const second = path.join(folder.path, 'second backup');
      expect((await slipway(['backup', '--data', grown, '--to', second], places)).code).toBe(0);
      await large.end('SIGTERM');
      const small = await startServerProcess(second, ['--port', '0']);
      expect([await names(small), await note(kept, small)]).toEqual([['kept', 'on postgres'], 'note of kept']);
      await small.end('SIGTERM');
    } finally {
      await Promise.all([postgres.stop(), s3.stop()]);
    }
  });

  it('that is damaged does not stop the server that it should be restored to', async () => {
    await logRun('kept');
    await slipway(['backup', '--data', data, '--to', backup]);
    await rm(path.join(backup, 'blobs'), { recursive: true });
    await logRun('later');
    // Its files are still in the store of the server; in another one they are missing.
    const elsewhere = path.join(folder.path, 'other artifacts');
    const restore = await slipway(['restore', '--data', data, '--from', backup, '--artifacts-destination', elsewhere]);
    expect([restore.code, restore.stdout]).toEqual([1, '']);
    expect(restore.stderr).toContain('is damaged');
    expect(await names()).toEqual(['kept', 'later']);
    expect(server.child.exitCode).toBeNull();
  });

  it('is refused without a place, and from a folder that is not a backup', async () => {
    expect(await slipway(['backup', '--data', data])).toMatchObject({ code: 2 });
    const restore = await slipway(['restore', '--data', data, '--from', data]);
    expect([restore.code, restore.stderr]).toEqual([1, expect.stringContaining('no complete backup')]);
    expect(await names()).toEqual([]);
  });
});

describe('slipway gc', () => {
  it('gives back what deleted runs had, when it is told to', async () => {
    await logRun('kept');
    const gone = await logRun('gone');
    await call(server, 'POST', '/api/2.0/mlflow/runs/delete', { run_id: gone });
    const gc = (...args: string[]) => slipway(['gc', '--data', data, ...args]);
    expect((await gc('--grace', '0')).stdout).toBe('Gone: 0 runs, 0 experiments, 0 files (0.0 MB).\n');
    expect((await gc('--grace', '0', '--deleted-before', '0', '--dry-run')).stdout).toContain('Would go: 1 run');
    expect((await gc('--grace', '0', '--deleted-before', '0')).stdout).toContain(
      'Gone: 1 run, 0 experiments, 1 file ('
    );
    expect(await names()).toEqual(['kept']);
    expect(await gc('--grace', 'soon')).toMatchObject({ code: 2 });
  });
});
