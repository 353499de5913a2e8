import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ServerFile } from '@slipway/contract';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** The program `slipway`. */
export const COMMAND = path.join(ROOT, 'server', 'bin', 'slipway.mjs');

/** The command that `npm install` puts on the path. */
export const COMMAND_OF_SHELL = path.join(ROOT, 'server', 'bin', 'slipway');

/** The Python that has MLflow's client. */
export const PYTHON = process.env['SLIPWAY_PYTHON'] ?? path.join(ROOT, '.venv', 'bin', 'python');

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end. */
export async function run(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}
): Promise<Ended> {
  const child = spawn(command, args, { cwd: options.cwd ?? ROOT, env: { ...process.env, ...options.env } });
  return collect(child);
}

/** Runs `slipway` to its end. */
export function slipway(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return run(process.execPath, [COMMAND, ...args], { env });
}

export interface ServerProcess {
  readonly child: ChildProcess;
  readonly url: string;
  readonly token: string;
  /** All that it has printed so far. */
  readonly output: () => string;
  /** Sends the signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<void>;
}

/** Starts `slipway server`, and waits until it says where it answers. */
export async function startServerProcess(
  data: string,
  args: readonly string[] = [],
  env: NodeJS.ProcessEnv = {}
): Promise<ServerProcess> {
  const child = spawn(process.execPath, ['--max-semi-space-size=8', COMMAND, 'server', '--data', data, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env }
  });
  let output = '';
  const ended = new Promise<void>(resolve => child.once('exit', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      output += chunk.toString();
      if (output.includes('metadata server: http')) {
        resolve();
      }
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    void ended.then(() => reject(new Error(`slipway server ended: ${output}`)));
  });
  const { url, token_file } = await readServerFile(data);
  return {
    child,
    url,
    token: (await readFile(token_file, 'utf8')).trim(),
    output: () => output,
    end: async signal => {
      child.kill(signal);
      await ended;
    }
  };
}

export async function readServerFile(data: string): Promise<ServerFile> {
  return ServerFile.parse(JSON.parse(await readFile(path.join(data, 'server.json'), 'utf8')));
}

/** A fresh folder whose name has a space and an umlaut, as real ones do. */
export async function freshFolder(): Promise<{ path: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'slipway größe '));
  return { path: folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** A JSON request with the token. */
export async function call(
  server: Pick<ServerProcess, 'url' | 'token'>,
  method: string,
  route: string,
  body?: unknown
): Promise<unknown> {
  const response = await fetch(new URL(route, server.url), {
    method,
    headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) })
  });
  if (!response.ok) {
    throw new Error(`${method} ${route} answered ${response.status}: ${await response.text()}`);
  }
  return response.json();
}

async function collect(child: ChildProcess): Promise<Ended> {
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('close', resolve);
    child.once('error', reject);
  });
  return { code, stdout, stderr };
}
