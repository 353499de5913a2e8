import Fastify, { type FastifyInstance } from 'fastify';
import type { App } from '../../app.js';
import type { DataFolder } from '../../platform/data-folder.js';
import { holdToRules, identifyCallers, viewOf } from '../transport/access-rules.js';
import type { Log } from '@slipway/telemetry';
import { ServerMetrics } from '../../platform/measurements/server-metrics.js';
import type { SpanExporter } from '@slipway/telemetry/spans';
import { answerErrors, faultReporter } from '../transport/error-answers.js';
import { answerBeforeBodyEnds } from '../transport/early-answers.js';
import { EventStreams } from './event-stream.js';
import { readForwarded, type TrustedProxies } from '../transport/forwarded.js';
import { apiHandlers } from './handlers.js';
import { observeRequests, registerOperations } from './operations.js';
import { limitRequests, type RequestLimits } from '../transport/request-limits.js';
import { registerRoutes } from './routes.js';
import { START_PAGE, START_PAGE_HEADERS } from './start-page.js';
import { refuseForeignPages } from '../transport/security.js';

export interface ServerIdentity {
  readonly version: string;
  readonly folder: DataFolder;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Known once the server listens. */
  readonly url: () => string;
}

export interface HttpOptions {
  readonly allowedOrigins: readonly string[];
  readonly allowedHosts: readonly string[];
  readonly trustedProxies: TrustedProxies;
  readonly identity: ServerIdentity;
  readonly onError: (error: unknown) => void;
  readonly limits: RequestLimits;
  readonly log: Log;
  readonly spans?: SpanExporter | undefined;
  /** Protocols that it speaks beside its own API. */
  readonly faces: readonly Face[];
}

/** Registers the routes of a protocol; `report` takes what was answered as an internal error. */
export type Face = (server: FastifyInstance, app: App, report: ReturnType<typeof faultReporter>) => void;

/** The server with every face of the control plane; it does not listen yet. */
export function createHttpServer(app: App, options: HttpOptions): FastifyInstance {
  const server = Fastify({
    logger: false,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 2000 },
    // Uploads take as long as they take: what is slow is told from what is large by `limitRequests`.
    requestTimeout: 0
  });
  // Everything but streams of bytes is JSON.
  server.removeContentTypeParser('text/plain');
  const streams = new EventStreams(app.events);
  const metrics = new ServerMetrics({
    version: options.identity.version,
    meter: app.meter,
    sizes: app.sizes,
    readiness: app.readiness,
    streams: () => streams.count
  });
  const observers = { metrics, log: options.log, spans: options.spans };
  readForwarded(server, options.trustedProxies, address =>
    options.log.write(
      'warn',
      `A proxy at ${address} forwards requests, but is not trusted: callers share its address in the log and in the limit on ` +
        `failed logins. Start the server with --trusted-proxies ${address}.`
    )
  );
  observeRequests(server, observers);
  identifyCallers(server, app.access);
  refuseForeignPages(server, options);
  holdToRules(server, app.access);
  limitRequests(server, options.limits);
  const report = faultReporter(options.onError);
  answerErrors(server, report);
  answerBeforeBodyEnds(server);
  server.addHook('preClose', async () => {
    streams.close();
    metrics.stop();
  });

  const everyone = { config: { access: 'public' } } as const;
  server.get('/', everyone, async (_request, reply) => reply.headers(START_PAGE_HEADERS).send(START_PAGE));
  server.get('/health', everyone, async (_request, reply) => reply.type('text/plain').send('OK'));
  server.get('/version', everyone, async (_request, reply) => reply.type('text/plain').send(options.identity.version));
  server.get('/openapi.json', { config: { access: { scope: 'read', on: 'self' } } }, async () => {
    const { openApiDocument } = await import('./openapi.js');
    return openApiDocument(options.identity.version);
  });
  registerOperations(server, app.readiness, observers);
  registerRoutes(
    server,
    app.access,
    apiHandlers(app, options.identity),
    { streamEvents: (request, reply) => streams.stream(request, reply, viewOf(app.access, request)) },
    app.stopping
  );
  options.faces.forEach(face => face(server, app, report));
  return server;
}
