import type { FastifyInstance } from 'fastify';
import type { Log } from '@slipway/telemetry';
import type { ServerMetrics } from '../../platform/measurements/server-metrics.js';
import type { SpanExporter } from '@slipway/telemetry/spans';
import type { Readiness } from '../../platform/measurements/readiness.js';

export interface Observers {
  readonly metrics: ServerMetrics;
  readonly log: Log;
  /** Absent: nobody collects traces. */
  readonly spans?: SpanExporter | undefined;
}

const NO_ROUTE = '(none)';

/** Counts, logs and traces every request, once its answer has gone out. Neither query nor headers are looked at. */
export function observeRequests(server: FastifyInstance, { metrics, log, spans }: Observers): void {
  server.addHook('onResponse', (request, reply, done) => {
    const { method } = request;
    // The pattern and not the address: addresses hold names and ids, and are unbounded.
    const route = request.routeOptions.url ?? NO_ROUTE;
    const status = reply.statusCode;
    metrics.observe(method, route, status, reply.elapsedTime / 1000);
    spans?.add({ method, route, status, duration: reply.elapsedTime, traceparent: traceparentOf(request.headers) });
    const level = status >= 500 ? 'warn' : 'info';
    if (log.isWritten(level)) {
      log.write(level, 'request', {
        method,
        route,
        path: log.isWritten('debug') ? request.url.split('?', 1)[0] : undefined,
        status,
        duration_ms: Math.round(reply.elapsedTime * 100) / 100,
        user: request.principal?.name,
        address: request.callerAddress
      });
    }
    done();
  });
}

/** `/metrics` for Prometheus, and `/ready`, which fails while the database does not answer or its disk is full. */
export function registerOperations(server: FastifyInstance, readiness: Readiness, { metrics }: Observers): void {
  server.get('/metrics', { config: { access: { scope: 'read', on: 'visible' } } }, async (_request, reply) =>
    reply.type('text/plain; version=0.0.4; charset=utf-8').send(await metrics.text())
  );
  server.get('/ready', { config: { access: 'public' } }, async (_request, reply) => {
    const problem = await readiness.problem();
    return reply
      .code(problem === undefined ? 200 : 503)
      .type('text/plain')
      .send(problem ?? 'OK');
  });
}

function traceparentOf(headers: NodeJS.Dict<string | string[]>): string | undefined {
  const { traceparent } = headers;
  return typeof traceparent === 'string' ? traceparent : undefined;
}
