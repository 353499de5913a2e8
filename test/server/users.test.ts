import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  freshFolder,
  PYTHON,
  run,
  slipway,
  startServerProcess,
  type Ended,
  type ServerProcess
} from './slipway-process.js';

const COUNT = fileURLToPath(new URL('../mlflow/count_experiments.py', import.meta.url));
const COMMAND = fileURLToPath(new URL('../../server/bin/slipway.mjs', import.meta.url));
const PASSWORD = 'correct horse battery';

let folder: Awaited<ReturnType<typeof freshFolder>>;
let data: string;
let server: ServerProcess;

beforeAll(async () => {
  folder = await freshFolder();
  data = path.join(folder.path, '.slipway');
  server = await startServerProcess(data, ['--port', '0', '--auth', 'users']);
});
afterAll(async () => {
  await server.end('SIGTERM');
  await folder.remove();
});

const command = (...args: string[]): Promise<Ended> => slipway([...args, '--data', data]);

/** Runs a command that reads a password from its standard input. */
function withPassword(password: string, ...args: string[]): Promise<Ended> {
  const child = spawn(process.execPath, [COMMAND, ...args, '--data', data], { stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.end(`${password}\n`);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise(resolve => child.once('close', code => resolve({ code, stdout, stderr })));
}

/** What the stock MLflow client sees. */
function mlflow(env: NodeJS.ProcessEnv): Promise<Ended> {
  const none = { MLFLOW_TRACKING_USERNAME: '', MLFLOW_TRACKING_PASSWORD: '', MLFLOW_TRACKING_TOKEN: '' };
  return run(PYTHON, [COUNT], {
    cwd: folder.path,
    env: { ...none, MLFLOW_HTTP_REQUEST_MAX_RETRIES: '1', MLFLOW_TRACKING_URI: server.url, ...env }
  });
}

describe('slipway user, project and token', () => {
  it('add users, projects and roles, and show them', async () => {
    expect(await withPassword(PASSWORD, 'user', 'add', 'ada')).toMatchObject({ code: 0, stdout: 'ada\n' });
    expect((await command('project', 'add', 'credit')).code).toBe(0);
    expect((await command('user', 'grant', 'ada', 'viewer', '--project', 'credit')).code).toBe(0);
    expect((await command('user', 'list')).stdout).toBe('ada  viewer in credit\n');
    expect((await command('project', 'list')).stdout).toContain('credit  ada (viewer)');
  });

  it('let the stock MLflow client in by password and by token, to what its user may see', async () => {
    for (const name of ['credit.churn', 'hidden']) {
      await fetch(new URL('/api/2.0/mlflow/experiments/create', server.url), {
        method: 'POST',
        headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ name })
      });
    }
    const byPassword = await mlflow({ MLFLOW_TRACKING_USERNAME: 'ada', MLFLOW_TRACKING_PASSWORD: PASSWORD });
    expect(JSON.parse(byPassword.stdout)).toEqual({ experiments: 1 });
    const { stdout: token } = await command('token', 'create', '--user', 'ada', '--scope', 'read');
    const byToken = await mlflow({ MLFLOW_TRACKING_TOKEN: token.trim() });
    expect(JSON.parse(byToken.stdout)).toEqual({ experiments: 1 });
    expect((await mlflow({ MLFLOW_TRACKING_USERNAME: 'ada', MLFLOW_TRACKING_PASSWORD: 'wrong' })).stderr).toContain(
      'no valid credentials'
    );
  });

  it('end a token and a user at once', async () => {
    const created = await command('token', 'create', '--user', 'ada', '--scope', 'read');
    const id = (await command('token', 'list')).stdout.split(/\s/, 1)[0] ?? '';
    expect((await command('token', 'revoke', id)).code).toBe(0);
    const status = async (secret: string): Promise<number> =>
      (await fetch(new URL('/api/v1/me', server.url), { headers: { authorization: `Bearer ${secret}` } })).status;
    expect(await status(created.stdout.trim())).toBe(401);
    expect((await command('user', 'remove', 'ada')).code).toBe(0);
    expect((await command('user', 'list')).stdout).toBe('');
  });

  it('refuse a short password and unknown words, and say what is right', async () => {
    expect(await withPassword('short', 'user', 'add', 'bob')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('at least 12 characters') as string
    });
    expect((await command('user', 'grant', 'bob', 'king')).stderr).toContain('viewer, developer, approver, admin');
    expect((await command('token', 'create', '--user', 'bob', '--scope', 'all')).stderr).toContain('read, log');
    expect((await command('user', 'passwd')).code).toBe(2);
  });

  it('keep passwords and tokens out of the database’s plain text and of what the server prints', async () => {
    const secret = 'a password that must not show';
    await withPassword(secret, 'user', 'add', 'eve');
    const { stdout: token } = await command('token', 'create', '--user', 'eve', '--scope', 'read');
    const stored = Buffer.concat([
      await readFile(path.join(data, 'slipway.db')),
      await readFile(path.join(data, 'slipway.db-wal'))
    ]);
    for (const text of [secret, token.trim(), token.trim().slice(-43)]) {
      expect(stored.includes(text)).toBe(false);
      expect(server.output()).not.toContain(text);
    }
  });
});

describe('slipway server without authentication', () => {
  it('does not start where others can reach it', async () => {
    const ended = await slipway([
      'server',
      '--data',
      path.join(folder.path, 'open'),
      '--auth',
      'none',
      '--host',
      '0.0.0.0'
    ]);
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining('--auth users') as string });
  });
});
