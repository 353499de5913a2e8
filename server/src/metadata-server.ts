import { createServer } from 'node:net';
import type { AuthMode } from './governance/access/authenticator.js';
import { openApp, type AppOptions, type ArtifactPlaces, type DatabasePlace, type WebhookSettings } from './app.js';
import { DataFolder } from './platform/data-folder.js';
import { InvalidStateError } from './platform/errors.js';
import { exclusiveLock } from './platform/store/exclusive-lock.js';
import type { GuardedRoute } from './faces/transport/access-rules.js';
import { GracefulStop } from './faces/transport/graceful-stop.js';
import { DEFAULT_LIMITS, type RequestLimits } from './faces/transport/request-limits.js';
import { createHttpServer } from './faces/http/server.js';
import { registerMlflow } from './faces/mlflow/index.js';
import { isPostgresUrl } from './platform/store/database-url.js';
import type { RetentionSettings } from './governance/retention/retention.js';
import { Log } from '@slipway/telemetry';
import type { SpanExporter } from '@slipway/telemetry/spans';
import { VERSION } from './platform/version.js';
import { TrustedProxies } from './faces/transport/forwarded.js';

export interface ServerOptions {
  /** The data folder; it is made when it does not exist. */
  readonly data: string;
  /** 0: any free port. Absent: that of the last start, else the default. */
  readonly port?: number | undefined;
  readonly host?: string | undefined;
  /** Default: `token`. `none` is refused on an address that others can reach. */
  readonly auth?: AuthMode | undefined;
  readonly allowedOrigins?: readonly string[] | undefined;
  /** Names, beside those of this machine, under which it answers. */
  readonly allowedHosts?: readonly string[] | undefined;
  /** Addresses and networks of proxies whose `X-Forwarded-*` headers are believed. */
  readonly trustedProxies?: readonly string[] | undefined;
  readonly database?: DatabasePlace | undefined;
  readonly artifacts?: ArtifactPlaces | undefined;
  readonly retention?: RetentionSettings | undefined;
  readonly webhooks?: WebhookSettings | undefined;
  readonly ports?: Pick<AppOptions, 'preflight' | 'releaser'>;
  readonly limits?: Partial<RequestLimits> | undefined;
  /** Absent: nothing is logged. */
  readonly log?: Log | undefined;
  /** Internal errors, for the log. */
  readonly onError: (error: unknown) => void;
}

export interface RunningServer {
  readonly url: string;
  readonly port: number;
  /** The port that was asked for or kept, when another process had it. */
  readonly busyPort: number | undefined;
  readonly token: string;
  /** What it answers, and who may call it. */
  readonly routes: readonly GuardedRoute[];
  readonly folder: DataFolder;
  close(): Promise<void>;
}

export const DEFAULT_PORT = 18_555;
const PORTS_TO_TRY = 100;

/**
 * Starts the metadata server on a data folder. When it resolves, it answers, and `server.json` says where.
 *
 * @throws InvalidStateError when another server works on the folder, or a newer version wrote its database; and for a server
 *   without authentication on an address that others can reach.
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  refuseOpenToOthers(options);
  const proxies = new TrustedProxies(options.trustedProxies ?? []);
  const folder = await DataFolder.create(options.data);
  const unlock = await lockAll(folder, options.database);
  try {
    return await listen(folder, options, proxies, unlock);
  } catch (error) {
    await unlock();
    throw error;
  }
}

/** A SQLite file outside the data folder has one server, too; a PostgreSQL database may have many. */
async function lockAll(folder: DataFolder, database: DatabasePlace | undefined): Promise<() => Promise<void>> {
  const unlock = await folder.lock();
  const file = database?.address;
  if (file === undefined || isPostgresUrl(file)) {
    return unlock;
  }
  try {
    const unlockFile = await exclusiveLock(`${file}.lock`, {
      place: file,
      remedy: 'Use that one, or name another database with --backend-store-uri.'
    });
    return async () => {
      await unlockFile();
      await unlock();
    };
  } catch (error) {
    await unlock();
    throw error;
  }
}

async function listen(
  folder: DataFolder,
  options: ServerOptions,
  trustedProxies: TrustedProxies,
  unlock: () => Promise<void>
): Promise<RunningServer> {
  const host = options.host ?? '127.0.0.1';
  const wanted = options.port ?? (await folder.keptPort()) ?? DEFAULT_PORT;
  const port = wanted === 0 ? 0 : await firstFreePort(host, wanted);
  const token = await folder.token();
  const startedAt = Date.now();
  const log = options.log ?? new Log({ level: 'silent', write: () => undefined });
  log.hide(token);
  if (await folder.isOpenToOthers()) {
    log.write('warn', `Other users of this machine can look into ${folder.root}. Close it: chmod 700 ${folder.root}`);
  }
  const spans = await openSpans(options.onError);
  const app = await openApp({
    folder,
    access: { mode: options.auth ?? 'token', ownerToken: token },
    onError: options.onError,
    database: options.database,
    artifacts: options.artifacts,
    retention: options.retention,
    webhooks: options.webhooks,
    ...options.ports
  });
  let url = '';
  const server = createHttpServer(app, {
    faces: [registerMlflow],
    allowedOrigins: options.allowedOrigins ?? [],
    allowedHosts: options.allowedHosts ?? [],
    trustedProxies,
    identity: { version: VERSION, folder, startedAt, url: () => url },
    onError: options.onError,
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    log,
    spans
  });
  const stop = new GracefulStop(server);
  const close = async (): Promise<void> => {
    await stop.close();
    await spans?.stop();
    await app.close();
    await unlock();
  };
  try {
    url = (await server.listen({ host, port })).replace('[::1]', 'localhost');
  } catch (error) {
    await close();
    throw error;
  }
  const listening = Number(new URL(url).port);
  await folder.keepPort(listening);
  await folder.writeServerFile({
    url,
    pid: process.pid,
    token_file: folder.tokenFile,
    started_at: startedAt,
    version: VERSION
  });
  const busyPort = wanted === 0 || listening === wanted ? undefined : wanted;
  return { url, port: listening, busyPort, token, routes: server.guardedRoutes, folder, close };
}

/** Loaded only where a collector is named. */
async function openSpans(onError: (error: unknown) => void): Promise<SpanExporter | undefined> {
  if (!Object.keys(process.env).some(name => name.startsWith('OTEL_EXPORTER_OTLP_'))) {
    return undefined;
  }
  const { spanTarget, SpanExporter } = await import('@slipway/telemetry/spans');
  const target = spanTarget(process.env);
  return target === undefined ? undefined : new SpanExporter(target, onError);
}

function refuseOpenToOthers({ auth, host = '127.0.0.1' }: ServerOptions): void {
  if (auth === 'none' && !/^(localhost|127(\.\d{1,3}){3}|::1)$/.test(host)) {
    throw new InvalidStateError(`A server that asks nobody who they are does not listen on ${host}.`, {
      remedy: 'Leave --auth out, or use --auth users; --auth none is for 127.0.0.1 only.'
    });
  }
}

/** The first port from `wanted` on that nobody listens on. */
async function firstFreePort(host: string, wanted: number): Promise<number> {
  for (let port = wanted; port < wanted + PORTS_TO_TRY && port < 65_536; port += 1) {
    if (await isFree(host, port)) {
      return port;
    }
  }
  return 0;
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise(resolve => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ host, port, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}
