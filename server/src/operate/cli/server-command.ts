import { appendFileSync } from 'node:fs';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import type { AuthMode } from '../../governance/access/authenticator.js';
import type { TargetPolicy } from '../../platform/webhooks/target.js';
import { Log, LOG_LEVELS, type LogLevel } from '@slipway/telemetry';
import { localPorts } from '../../local-ports.js';
import { startServer } from '../../metadata-server.js';
import { DEFAULT_RETENTION } from '../../governance/retention/retention.js';
import { artifactPlaces } from './artifact-places.js';
import { databasePlace } from './database-place.js';
import { parseAmount } from './gc-command.js';
import { dataFolder, parseOptions, parsePort, UsageError } from './options.js';
import { stopSignal } from './stop-signal.js';

export const serverHelp = `slipway server [--data DIR] [--port N] [--host H] [--allow-origin ORIGIN]...

Starts the metadata server, and runs until it is stopped.

  --data DIR             folder of all its data (default: .slipway)
  --backend-store-uri URI
                         where metadata is stored: sqlite:///path/to/file.db or postgresql://user:password@host/database
                         (default: DATABASE_URL, which other users of this machine cannot see; else SQLite in --data)
  --nfs                  the data is on a network file system: SQLite is opened for this process alone
  --port N               port; default is the one of the last start, else 18555; 0 takes any
  --host H               address to listen on (default: 127.0.0.1)
  --auth MODE            token (default): anyone with the token of the data folder; users: names and passwords, or API
                         tokens, see slipway user; none: everybody, on 127.0.0.1 only
  --allowed-hosts NAMES  names, separated by commas, under which it answers beside those of this machine; * is any
  --trusted-proxies ADDRESSES
                         proxies in front of it, as addresses or networks separated by commas: scheme, host, prefix and
                         address of callers are read from their X-Forwarded-* headers
  --webhook-targets T    public (default): webhooks lead to https and public addresses only; any: also http, and networks
                         of one's own
  --log-level LEVEL      silent, error, warn (default), info (every request) or debug; JSON lines on standard error
  --allow-origin ORIGIN  web page origin that may call it directly; may be repeated
  --artifacts-destination PLACE
                         where artifacts are kept: a folder, or s3://bucket/folder (default: in the data folder)
  --default-artifact-root PLACE
                         where clients put the artifacts of new experiments by themselves, e.g. a shared folder, which
                         this server then also reads (default: through this server)
  --artifact-quota GB    how much may be kept of artifacts, each content once (default: as much as there is room for)
  --serve-artifacts      accepted; artifacts are always served
  --keep-deleted DAYS    permanently delete deleted runs and experiments after DAYS days (default: never, see slipway gc)

Accepted as \`mlflow server\` does, but without a meaning here: --workers, --gunicorn-opts, --uvicorn-opts,
--waitress-opts, --dev (one process answers everything), --registry-store-uri (models are with everything else).
Start several servers on one PostgreSQL database, each with its own --data and all with the same
--artifacts-destination, when one is not enough.
`;

/** Options of `mlflow server` that its users have in their scripts. */
const WITHOUT_MEANING = {
  workers: { type: 'string', short: 'w' },
  'gunicorn-opts': { type: 'string' },
  'uvicorn-opts': { type: 'string' },
  'waitress-opts': { type: 'string' },
  'registry-store-uri': { type: 'string' },
  dev: { type: 'boolean' }
} as const;

/** @returns the exit code, once the server has stopped. */
export async function serverCommand(args: readonly string[]): Promise<number> {
  const known = {
    ...WITHOUT_MEANING,
    data: { type: 'string' },
    'backend-store-uri': { type: 'string' },
    nfs: { type: 'boolean' },
    port: { type: 'string', short: 'p' },
    host: { type: 'string' },
    auth: { type: 'string' },
    'allow-origin': { type: 'string', multiple: true },
    'allowed-hosts': { type: 'string' },
    'trusted-proxies': { type: 'string' },
    'webhook-targets': { type: 'string' },
    'log-level': { type: 'string' },
    'artifacts-destination': { type: 'string' },
    'default-artifact-root': { type: 'string' },
    'artifact-quota': { type: 'string' },
    'serve-artifacts': { type: 'boolean' },
    'keep-deleted': { type: 'string' }
  } as const;
  const options = parseOptions(args, known, ['gunicorn-opts', 'uvicorn-opts', 'waitress-opts']);
  const data = path.resolve(dataFolder(options.data));
  // Most of what a busy server holds is short-lived. Less would cost reads their evenness, more is memory for nothing.
  setFlagsFromString('--heap-growing-percent=150');
  const stopped = stopSignal();
  const log = openLog(readLevel(options['log-level'] ?? process.env['SLIPWAY_LOG_LEVEL']), path.join(data, 'logs'));
  const server = await startServer({
    data,
    port: parsePort(options.port),
    host: options.host,
    auth: readAuth(options.auth),
    webhooks: { targets: readTargets(options['webhook-targets']) },
    allowedOrigins: options['allow-origin'],
    allowedHosts: listOf(options['allowed-hosts']),
    trustedProxies: listOf(options['trusted-proxies']),
    database: databasePlace(options['backend-store-uri'], options.nfs),
    retention: { ...DEFAULT_RETENTION, keepDeletedDays: parseAmount('--keep-deleted', options['keep-deleted']) },
    artifacts: {
      ...artifactPlaces(options['artifacts-destination'], options['default-artifact-root']),
      quota: quotaBytes(parseAmount('--artifact-quota', options['artifact-quota']))
    },
    ports: localPorts(data),
    log,
    onError: error => log.fault(error)
  });
  if (server.busyPort !== undefined) {
    console.log(`Port ${server.busyPort} is in use; taking ${server.port}.`);
  }
  console.log(`Slipway metadata server: ${server.url} (process ${process.pid}, data in ${server.folder.root})`);
  await stopped;
  await server.close();
  return 0;
}

/** Comma-separated values. */
function listOf(text: string | undefined): string[] | undefined {
  return text
    ?.split(',')
    .map(entry => entry.trim())
    .filter(entry => entry !== '');
}

function quotaBytes(gigabytes: number | undefined): number | undefined {
  return gigabytes === undefined ? undefined : gigabytes * 1e9;
}

/** @throws UsageError */
function readTargets(text: string | undefined): TargetPolicy | undefined {
  if (text === undefined || text === 'public' || text === 'any') {
    return text;
  }
  throw new UsageError(`--webhook-targets takes public or any, not '${text}'.`);
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

/** @throws UsageError */
function readLevel(text: string | undefined): LogLevel {
  const level = LOG_LEVELS.find(each => each === (text ?? 'warn'));
  if (level === undefined) {
    throw new UsageError(`--log-level takes one of ${LOG_LEVELS.join(', ')}, not '${text}'.`);
  }
  return level;
}

/** On standard error; what is wrong also in a file of the data folder. */
function openLog(level: LogLevel, folder: string): Log {
  return new Log({
    level,
    write: (line, lineLevel) => {
      process.stderr.write(line);
      if (lineLevel === 'error' || lineLevel === 'warn') {
        try {
          appendFileSync(path.join(folder, 'server.log'), line, { mode: 0o600 });
        } catch {
          // The file is a convenience; standard error has the same line.
        }
      }
    }
  });
}
