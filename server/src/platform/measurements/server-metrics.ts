import { readdirSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { WriteMeter } from './metered-store.js';
import { exposition, Histogram, Reading } from '@slipway/telemetry';
import type { Readiness } from './readiness.js';
import type { StoreSizes } from './store-sizes.js';

/** Seconds, as OpenTelemetry recommends for HTTP. */
const LATENCY_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
const LOOP_RESOLUTION_MS = 20;

export interface MetricSources {
  readonly version: string;
  readonly meter: WriteMeter;
  readonly sizes: StoreSizes;
  readonly readiness: Readiness;
  /** Readers of live events. */
  readonly streams: () => number;
}

/** Everything that `/metrics` tells. */
export class ServerMetrics {
  readonly #requests = new Histogram(
    'http_server_request_duration_seconds',
    'Time from the arrival of a request to the end of its answer.',
    LATENCY_BUCKETS
  );
  readonly #loop = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
  readonly #metrics: Parameters<typeof exposition>[0];

  constructor(sources: MetricSources) {
    this.#loop.enable();
    this.#metrics = [
      this.#requests,
      sources.meter.writes,
      sources.meter.points,
      ...storeReadings(sources),
      ...processReadings(sources.version),
      new Reading('nodejs_eventloop_lag_p99_seconds', 'Of the delays since the last reading.', 'gauge', () => {
        const p99 = this.#loop.percentile(99) / 1e9 - LOOP_RESOLUTION_MS / 1000;
        this.#loop.reset();
        return [{ value: Math.max(0, p99) }];
      })
    ];
  }

  /** @param duration seconds. */
  observe(method: string, route: string, status: number, duration: number): void {
    this.#requests.observe(duration, `${method} ${route} ${status}`, () => ({
      http_request_method: method,
      http_route: route,
      http_response_status_code: String(status)
    }));
  }

  text(): Promise<string> {
    return exposition(this.#metrics);
  }

  stop(): void {
    this.#loop.disable();
  }
}

function storeReadings({ meter, sizes, readiness, streams }: MetricSources): Reading[] {
  const size = (name: string, help: string, field: keyof Awaited<ReturnType<StoreSizes['recent']>>): Reading =>
    new Reading(name, help, 'gauge', async () => [{ value: (await sizes.recent())[field] }]);
  return [
    new Reading('slipway_write_queue_depth', 'Operations waiting for their commit.', 'gauge', () => [
      { value: meter.waiting }
    ]),
    new Reading('slipway_event_streams', 'Connected readers of live events.', 'gauge', () => [{ value: streams() }]),
    size('slipway_database_bytes', 'Size of the database, with the log of SQLite.', 'database_bytes'),
    new Reading('slipway_disk_free_bytes', 'Free bytes on the disks that this server writes to.', 'gauge', async () =>
      (await readiness.freeBytes()).map(({ name, free }) => ({ labels: { place: name }, value: free }))
    ),
    size('slipway_artifact_bytes', 'Bytes of artifacts, each content once.', 'artifact_bytes'),
    size('slipway_runs', 'Runs, including deleted ones.', 'runs'),
    size('slipway_datasets', 'Datasets.', 'datasets'),
    size('slipway_registered_models', 'Registered models.', 'models'),
    size('slipway_cell_executions', 'Executed cells on record.', 'cells'),
    size('slipway_webhook_deliveries_waiting', 'Pending webhook deliveries.', 'deliveries')
  ];
}

/** Names as Prometheus's client libraries give them, so that dashboards fit. */
function processReadings(version: string): Reading[] {
  const started = Date.now() / 1000 - process.uptime();
  return [
    new Reading('slipway_build_info', 'Version of the server.', 'gauge', () => [{ labels: { version }, value: 1 }]),
    new Reading('process_start_time_seconds', 'Seconds since the epoch.', 'gauge', () => [{ value: started }]),
    new Reading('process_cpu_seconds_total', 'CPU time, user and system.', 'counter', () => {
      const { user, system } = process.cpuUsage();
      return [{ value: (user + system) / 1e6 }];
    }),
    new Reading('process_resident_memory_bytes', 'Memory in use.', 'gauge', () => [
      { value: process.memoryUsage.rss() }
    ]),
    new Reading('nodejs_heap_size_used_bytes', 'JavaScript heap in use.', 'gauge', () => [
      { value: process.memoryUsage().heapUsed }
    ]),
    new Reading('process_open_fds', 'Open files and sockets.', 'gauge', openFiles)
  ];
}

/** Empty where the system does not tell. */
function openFiles(): { value: number }[] {
  try {
    return [{ value: readdirSync('/proc/self/fd').length }];
  } catch {
    return [];
  }
}
