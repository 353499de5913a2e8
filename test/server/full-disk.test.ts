import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { COMMAND } from './slipway-process.js';

/** A small disk of the test's own, in a namespace that ends with its process; not every machine allows one. */
const MOUNT = 'mount -t tmpfs -o size=48m tmpfs "$1"';
const hasDisks =
  process.platform === 'linux' &&
  spawnSync('unshare', ['-Ur', '-m', 'sh', '-c', MOUNT, 'sh', mkdtempSync(path.join(os.tmpdir(), 'disk-'))]).status ===
    0;

const CHUNK = Buffer.alloc(4096);

describe.skipIf(!hasDisks)('a server whose disk is full', () => {
  let shell: ChildProcess;
  let place: string;
  let output = '';
  /** The disk, as it is seen from outside of its namespace. */
  const onDisk = (...names: string[]): string => path.join(`/proc/${shell.pid}/root${place}`, ...names);
  const ballast = (): string => onDisk('ballast');

  beforeAll(async () => {
    place = mkdtempSync(path.join(os.tmpdir(), 'slipway-disk-'));
    // The second one is the restart.
    const script = `${MOUNT} && for round in 1 2; do "$2" "$3" server --data "$1/data" --port 0 --log-level warn; done`;
    shell = spawn('unshare', ['-Ur', '-m', 'sh', '-c', script, 'sh', place, process.execPath, COMMAND], {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true
    });
    const read = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    shell.stdout?.on('data', read);
    shell.stderr?.on('data', read);
    await started(1);
    await ask('POST', '/api/2.0/mlflow/experiments/create', { name: 'before' });
    fill();
  });
  afterAll(async () => {
    const ended = new Promise(resolve => shell.once('exit', resolve));
    // The shell and its server.
    process.kill(-(shell.pid ?? NaN), 'SIGKILL');
    await ended;
    rmSync(place, { recursive: true, force: true });
  });

  function serverFile(): { url: string; pid: number } {
    return JSON.parse(readFileSync(onDisk('data', 'server.json'), 'utf8')) as { url: string; pid: number };
  }

  async function started(times: number): Promise<void> {
    await vi.waitFor(() => expect(output.split('metadata server: http').length - 1, output).toBe(times), {
      timeout: 60_000
    });
  }

  function fill(): void {
    for (;;) {
      try {
        appendFileSync(ballast(), CHUNK);
      } catch (error) {
        expect(error).toMatchObject({ code: 'ENOSPC' });
        return;
      }
    }
  }

  async function ask(
    method: string,
    route: string,
    body?: unknown
  ): Promise<{ status: number; text: string; seconds: number }> {
    const since = performance.now();
    const bytes = body instanceof Uint8Array;
    const response = await fetch(serverFile().url + route, {
      method,
      headers: {
        authorization: `Bearer ${readFileSync(onDisk('data', 'token'), 'utf8').trim()}`,
        ...(body === undefined ? {} : { 'content-type': bytes ? 'application/octet-stream' : 'application/json' })
      },
      ...(body === undefined ? {} : { body: bytes ? Uint8Array.from(body) : JSON.stringify(body) })
    });
    return { status: response.status, text: await response.text(), seconds: (performance.now() - since) / 1000 };
  }

  const reads = async (): Promise<void> => {
    const experiment = await ask('GET', '/api/2.0/mlflow/experiments/get-by-name?experiment_name=before');
    expect([experiment.status, experiment.text]).toEqual([200, expect.stringContaining('"before"')]);
  };

  /** The log of the database has some room of its own; that is used up first. */
  const refusedWrite = async (): Promise<{ status: number; text: string }> => {
    for (let attempt = 0; ; attempt += 1) {
      const tags = [{ key: 'k', value: 'x'.repeat(4000) }];
      const answer = await ask('POST', '/api/2.0/mlflow/experiments/create', {
        name: `${Date.now()}-${attempt}`,
        tags
      });
      if (answer.status !== 200) {
        return answer;
      }
    }
  };

  it('tells every writer so at once, with what to do, and reads on', async () => {
    const write = await refusedWrite();
    expect(write.status).toBe(507);
    expect(JSON.parse(write.text)).toMatchObject({ error_code: 'RESOURCE_EXHAUSTED' });
    expect(write.text).toContain('full');
    const upload = await ask('PUT', `/api/v1/blobs/${'0'.repeat(64)}`, Buffer.alloc(3_000_000));
    expect(upload.status).toBe(507);
    expect(JSON.parse(upload.text)).toMatchObject({
      error_code: 'STORAGE_FULL',
      remedy: expect.stringContaining('Free up space') as string
    });
    expect(upload.seconds).toBeLessThan(5);
    await reads();
  });

  it('is not ready, says how much is free, and has the cause in its log', async () => {
    expect(await ask('GET', '/ready')).toMatchObject({ status: 503, text: expect.stringContaining('full') as string });
    expect((await ask('GET', '/health')).status).toBe(200);
    expect((await ask('GET', '/metrics')).text).toMatch(/^slipway_disk_free_bytes\{place="database"\} \d{1,5}$/m);
    expect(output).toContain('database or disk is full');
  });

  it('starts again on it and reads, and writes as soon as there is space', async () => {
    process.kill(serverFile().pid, 'SIGTERM');
    await started(2);
    fill();
    await reads();
    expect((await refusedWrite()).status).toBe(507);
    truncateSync(ballast(), 0);
    expect(existsSync(ballast())).toBe(true);
    expect((await ask('POST', '/api/2.0/mlflow/experiments/create', { name: 'after' })).status).toBe(200);
    expect((await ask('GET', '/ready')).text).toBe('OK');
  });
});

describe.skipIf(!hasDisks)('a backup that is larger than the disk', () => {
  it('is refused before anything is restored, with what is needed and what is free', () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'slipway-restore-'));
    const [place, backup] = [path.join(folder, 'disk'), path.join(folder, 'backup')];
    mkdirSync(place);
    const run = (...args: string[]) =>
      spawnSync(process.execPath, [COMMAND, ...args], { encoding: 'utf8', env: { ...process.env, DATABASE_URL: '' } });
    // A store with a file of 60 MB, which the disk of 48 MB cannot hold.
    const mlruns = path.join(folder, 'mlruns', '0');
    mkdirSync(mlruns, { recursive: true });
    const times = 'creation_time: 1\nlast_update_time: 1\nlifecycle_stage: active\n';
    writeFileSync(path.join(mlruns, 'meta.yaml'), `experiment_id: '0'\nname: Default\nartifact_location: ''\n${times}`);
    const artifacts = path.join(mlruns, '0123456789abcdef0123456789abcdef', 'artifacts');
    mkdirSync(artifacts, { recursive: true });
    writeFileSync(
      path.join(path.dirname(artifacts), 'meta.yaml'),
      `run_id: 0123456789abcdef0123456789abcdef\nrun_name: large\nstatus: 3\nstart_time: 1\nend_time: 2\n${times}`
    );
    writeFileSync(path.join(artifacts, 'large.bin'), Buffer.alloc(60_000_000));
    const data = path.join(folder, 'data');
    expect(run('mlflow', 'import', '--from', path.dirname(mlruns), '--to', data)).toMatchObject({ status: 0 });
    expect(run('backup', '--data', data, '--to', backup)).toMatchObject({ status: 0 });
    const script = `${MOUNT} && "$2" "$3" restore --from "$4" --data "$1/data"; code=$?; ls "$1/data"; exit $code`;
    const args = ['-Ur', '-m', 'sh', '-c', script, 'sh', place, process.execPath, COMMAND, backup];
    const restore = spawnSync('unshare', args, { encoding: 'utf8', env: { ...process.env, DATABASE_URL: '' } });
    expect([restore.status, restore.stderr]).toEqual([
      1,
      expect.stringMatching(/Not enough disk space for the artifacts: 60000000 bytes are needed in .*, \d+ are free\./)
    ]);
    expect(restore.stdout).not.toMatch(/slipway\.db|restore-/);
    rmSync(folder, { recursive: true, force: true });
  });
});
