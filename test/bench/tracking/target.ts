import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createServer as createProbe, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '..', '..', '..');
const START_MS = 180_000;

/** A tracking server under measurement, reached by MLflow's REST API. */
export interface Target {
  readonly url: string;
  /** Empty: it asks for none. */
  readonly token: string;
  /** From being started until `/health` answered. */
  readonly startMs: number;
  /** Memory of its processes, in bytes. */
  memory(): number;
  stop(): Promise<void>;
}

/** Our server on a fresh data folder. @param database URL of a PostgreSQL database; absent: SQLite. */
export async function startSlipway(database?: string): Promise<Target> {
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-bench-'));
  const program = path.join(ROOT, 'server', 'bin', 'slipway.mjs');
  const port = await freePort();
  const target = await start(
    process.execPath,
    // As the program's first line has it.
    ['--max-semi-space-size=8', program, 'server', '--data', folder, '--port', String(port)],
    { ...process.env, ...(database === undefined ? {} : { DATABASE_URL: database }) },
    folder,
    port
  );
  return { ...target, token: readFileSync(path.join(folder, 'token'), 'utf8').trim() };
}

/** MLflow's own server from PyPI on a fresh SQLite database. @param python an interpreter that has it. */
export async function startMlflow(python: string): Promise<Target> {
  const folder = mkdtempSync(path.join(tmpdir(), 'mlflow-bench-'));
  const port = await freePort();
  return start(
    python,
    ['-m', 'mlflow', 'server', '--host', '127.0.0.1', '--port', String(port), '--backend-store-uri']
      .concat([`sqlite:///${path.join(folder, 'mlflow.db')}`])
      .concat(['--artifacts-destination', path.join(folder, 'artifacts')]),
    process.env,
    folder,
    port
  );
}

/** A server of Node's that reads requests and stores nothing: what HTTP and the driver alone cost here. */
export async function startNothing(): Promise<Target> {
  const server: Server = createServer((request, response) => {
    request.resume().once('end', () => response.end('{}'));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    token: '',
    startMs: 0,
    memory: () => 0,
    stop: async () => {
      server.closeAllConnections();
      server.close();
    }
  };
}

async function start(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  folder: string,
  port: number
): Promise<Target> {
  const began = performance.now();
  const child = spawn(command, args, { cwd: folder, env, stdio: 'ignore', detached: true });
  const url = `http://127.0.0.1:${port}`;
  while (!(await healthy(url))) {
    if (child.exitCode !== null || performance.now() - began > START_MS) {
      await end(child, folder);
      throw new Error(`${path.basename(command)} ${args.slice(0, 3).join(' ')} … did not start.`);
    }
    await new Promise(resolve => setTimeout(resolve, 10));
  }
  const startMs = performance.now() - began;
  return {
    url,
    token: '',
    startMs,
    memory: () => memoryOf(child.pid ?? 0),
    stop: () => end(child, folder)
  };
}

async function healthy(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/health`)).ok;
  } catch {
    return false;
  }
}

/** Resident memory of a process and of everything it started, from Linux's own figures. */
function memoryOf(pid: number): number {
  try {
    const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
    return pages * 4096 + children.reduce((sum, child) => sum + memoryOf(Number(child)), 0);
  } catch {
    return 0;
  }
}

async function end(child: ChildProcess, folder: string): Promise<void> {
  if (child.exitCode === null && child.pid !== undefined) {
    const gone = new Promise(resolve => child.once('exit', resolve));
    // mlflow's workers are processes of their own, in its group.
    process.kill(-child.pid, 'SIGTERM');
    await gone;
  }
  rmSync(folder, { recursive: true, force: true });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createProbe();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
