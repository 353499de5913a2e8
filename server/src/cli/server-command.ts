import { appendFileSync } from 'node:fs';
import path from 'node:path';
import type { AuthMode } from '../access/authenticator.js';
import { localPorts } from '../local-ports.js';
import { startServer } from '../metadata-server.js';
import { artifactPlaces } from './artifact-places.js';
import { dataFolder, parseOptions, parsePort, UsageError } from './options.js';
import { stopSignal } from './stop-signal.js';

export const serverHelp = `slipway server [--data DIR] [--port N] [--host H] [--allow-origin ORIGIN]...

Starts the metadata server, and runs until it is stopped.

  --data DIR             folder of all its data (default: .slipway)
  --port N               port; default is the one of the last start, else 18555; 0 takes any
  --host H               address to listen on (default: 127.0.0.1)
  --auth MODE            token (default): whoever holds the token of the data folder; users: names and passwords, or API
                         tokens, see slipway user; none: everybody, on 127.0.0.1 only
  --allowed-hosts NAMES  names, separated by commas, under which it answers beside those of this machine; * is any
  --allow-origin ORIGIN  web page origin that may call it directly; may be repeated
  --artifacts-destination PLACE
                         where artifacts are kept: a folder, or s3://bucket/folder (default: in the data folder)
  --default-artifact-root PLACE
                         where clients put the artifacts of new experiments by themselves, e.g. a shared folder, which
                         this server then also reads (default: through this server)
  --serve-artifacts      accepted; artifacts are always served
`;

/** @returns the exit code, once the server has stopped. */
export async function serverCommand(args: readonly string[]): Promise<number> {
  const options = parseOptions(args, {
    data: { type: 'string' },
    port: { type: 'string' },
    host: { type: 'string' },
    auth: { type: 'string' },
    'allow-origin': { type: 'string', multiple: true },
    'allowed-hosts': { type: 'string' },
    'artifacts-destination': { type: 'string' },
    'default-artifact-root': { type: 'string' },
    'serve-artifacts': { type: 'boolean' }
  });
  const data = path.resolve(dataFolder(options.data));
  const stopped = stopSignal();
  const server = await startServer({
    data,
    port: parsePort(options.port),
    host: options.host,
    auth: readAuth(options.auth),
    allowedOrigins: options['allow-origin'],
    allowedHosts: options['allowed-hosts']?.split(',').map(host => host.trim()),
    artifacts: artifactPlaces(options['artifacts-destination'], options['default-artifact-root']),
    ports: localPorts(data),
    onError: error => report(path.join(data, 'logs'), error)
  });
  if (server.busyPort !== undefined) {
    console.log(`Port ${server.busyPort} is in use; taking ${server.port}.`);
  }
  console.log(`Slipway metadata server: ${server.url} (process ${process.pid}, data in ${server.folder.root})`);
  await stopped;
  await server.close();
  return 0;
}

/** @throws UsageError */
function readAuth(text: string | undefined): AuthMode | undefined {
  switch (text) {
    case undefined:
    case 'none':
    case 'token':
    case 'users':
      return text;
    default:
      throw new UsageError(`--auth takes none, token or users, not '${text}'.`);
  }
}

function report(folder: string, error: unknown): void {
  const text = `${new Date().toISOString()} ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`;
  process.stderr.write(text);
  try {
    appendFileSync(path.join(folder, 'server.log'), text, { mode: 0o600 });
  } catch {
    // The log is a convenience; standard error has the same text.
  }
}
