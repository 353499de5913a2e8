import Fastify, { type FastifyInstance } from 'fastify';
import type { App } from '../app.js';
import type { DataFolder } from '../data-folder.js';
import { registerMlflow } from '../mlflow/index.js';
import { answerErrors } from './error-answers.js';
import { EventStreams } from './event-stream.js';
import { apiHandlers } from './handlers.js';
import { registerRoutes } from './routes.js';
import { secure } from './security.js';

export interface ServerIdentity {
  readonly version: string;
  readonly folder: DataFolder;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Known once the server listens. */
  readonly url: () => string;
}

export interface HttpOptions {
  readonly token: string;
  readonly allowedOrigins: readonly string[];
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
  secure(server, options);
  answerErrors(server, options.onError);
  const streams = new EventStreams(app.events);
  server.addHook('preClose', async () => streams.close());

  server.get('/health', async (_request, reply) => reply.type('text/plain').send('OK'));
  server.get('/version', async (_request, reply) => reply.type('text/plain').send(options.identity.version));
  server.get('/openapi.json', async () => {
    const { openApiDocument } = await import('./openapi.js');
    return openApiDocument(options.identity.version);
  });
  registerRoutes(
    server,
    apiHandlers(app, options.identity),
    { streamEvents: (request, reply) => streams.stream(request, reply) },
    app.stopping
  );
  registerMlflow(server, app, options.onError);
  return server;
}
