import type { Revision } from '@slipway/contract';
import { Counter, exposition, Histogram, Reading } from '@slipway/telemetry';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** Seconds, as OpenTelemetry recommends for HTTP. */
const LATENCY_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const NO_ROUTE = '(none)';

/** What a service tells Prometheus: requests by route and status with their times, and predictions by version. */
export class ServiceMetrics {
  readonly #requests = new Histogram(
    'http_server_request_duration_seconds',
    'Time from the arrival of a request to the end of its answer.',
    LATENCY_BUCKETS
  );
  readonly #predictions = new Counter('slipway_predictions_total', 'Requests answered with predictions.');
  readonly #rows = new Counter('slipway_predicted_rows_total', 'Rows predicted.');
  readonly #memory = new Reading('process_resident_memory_bytes', 'Memory in use.', 'gauge', () => [
    { value: process.memoryUsage.rss() }
  ]);

  predicted({ model, version }: Revision, rows: number): void {
    const labels = { model, version: String(version) };
    this.#predictions.add(1, labels);
    this.#rows.add(rows, labels);
  }

  text(): Promise<string> {
    return exposition([this.#requests, this.#predictions, this.#rows, this.#memory]);
  }

  /** Observes every request of a service, and serves `/metrics`. */
  serve(app: FastifyInstance): void {
    app.addHook('onResponse', (request: FastifyRequest, reply, done) => {
      const { method } = request;
      const route = request.routeOptions.url ?? NO_ROUTE;
      this.#requests.observe(reply.elapsedTime / 1000, `${method} ${route} ${reply.statusCode}`, () => ({
        http_request_method: method,
        http_route: route,
        http_response_status_code: String(reply.statusCode)
      }));
      done();
    });
    app.get('/metrics', async (_request, reply) =>
      reply.type('text/plain; version=0.0.4; charset=utf-8').send(await this.text())
    );
  }
}
