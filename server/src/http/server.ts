import Fastify, { type FastifyInstance } from 'fastify';
import type { App } from '../app.js';
import type { DataFolder } from '../data-folder.js';
import { registerMlflow } from '../mlflow/index.js';
import { holdToRules, identifyCallers, viewOf } from './access-rules.js';
import { answerErrors } from './error-answers.js';
import { EventStreams } from './event-stream.js';
import { apiHandlers } from './handlers.js';
import { registerRoutes } from './routes.js';
import { refuseForeignPages } from './security.js';

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
  readonly identity: ServerIdentity;
  readonly onError: (error: unknown) => void;
}

/** The server with every face of the control plane; it does not listen yet. */
export function createHttpServer(app: App, options: HttpOptions): FastifyInstance {
  const server = Fastify({
    logger: false,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 2000 },
    // Values of long parameters and cells are never cut: limits are those of the routes.
    requestTimeout: 0
  });
  // Everything but streams of bytes is JSON.
  server.removeContentTypeParser('text/plain');
  identifyCallers(server, app.access);
  refuseForeignPages(server, options);
  holdToRules(server, app.access);
  answerErrors(server, options.onError);
  const streams = new EventStreams(app.events);
  server.addHook('preClose', async () => streams.close());

  const everyone = { config: { access: 'public' } } as const;
  server.get('/health', everyone, async (_request, reply) => reply.type('text/plain').send('OK'));
  server.get('/version', everyone, async (_request, reply) => reply.type('text/plain').send(options.identity.version));
  server.get('/openapi.json', { config: { access: { scope: 'read', on: 'self' } } }, async () => {
    const { openApiDocument } = await import('./openapi.js');
    return openApiDocument(options.identity.version);
  });
  registerRoutes(
    server,
    app.access,
    apiHandlers(app, options.identity),
    { streamEvents: (request, reply) => streams.stream(request, reply, viewOf(app.access, request)) },
    app.stopping
  );
  registerMlflow(server, app, options.onError);
  return server;
}
