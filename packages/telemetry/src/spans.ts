import { randomBytes } from 'node:crypto';
import { z } from 'zod';

/** Spans that wait to be sent; when the collector does not take them, newer ones are dropped. */
const MOST_WAITING = 4096;
const MOST_AT_ONCE = 512;
const EVERY_MS = 5000;
const TIMEOUT_MS = 10_000;
const LAST_WAIT_MS = 100;
/** SpanKind and StatusCode of the protocol. */
const SERVER = 2;
const ERROR = 2;

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;
const Headers = z.string().transform(text =>
  Object.fromEntries(
    text
      .split(',')
      .map(pair => pair.split('=', 2).map(part => decodeURIComponent(part.trim())))
      .filter((pair): pair is [string, string] => pair.length === 2)
  )
);

export interface ServedRequest {
  readonly method: string;
  /** The pattern, e.g. `/api/v1/runs/:run_id`. */
  readonly route: string;
  readonly status: number;
  /** Milliseconds. */
  readonly duration: number;
  readonly traceparent: string | undefined;
}

/** Where OpenTelemetry's own environment variables say that spans go; undefined: nowhere. */
export interface SpanTarget {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly service: string;
}

/** Reads `OTEL_EXPORTER_OTLP_[TRACES_]ENDPOINT`, `…_HEADERS` and `OTEL_SERVICE_NAME`, as the specification says. */
export function spanTarget(env: NodeJS.ProcessEnv): SpanTarget | undefined {
  const traces = env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'];
  const base = env['OTEL_EXPORTER_OTLP_ENDPOINT'];
  const url = traces || (base ? `${base.replace(/\/+$/, '')}/v1/traces` : '');
  if (url === '' || env['OTEL_SDK_DISABLED'] === 'true') {
    return undefined;
  }
  const headers = env['OTEL_EXPORTER_OTLP_TRACES_HEADERS'] ?? env['OTEL_EXPORTER_OTLP_HEADERS'] ?? '';
  return { url, headers: Headers.parse(headers), service: env['OTEL_SERVICE_NAME'] ?? 'slipway-server' };
}

/**
 * Sends one span for each request to an OpenTelemetry collector: OTLP over HTTP, as JSON. It continues the caller's trace
 * (W3C traceparent), and leaves out what the caller did not sample.
 * https://opentelemetry.io/docs/specs/otlp/
 */
export class SpanExporter {
  readonly #target: SpanTarget;
  readonly #onError: (error: unknown) => void;
  readonly #timer: NodeJS.Timeout;
  #waiting: object[] = [];
  #failing = false;

  constructor(target: SpanTarget, onError: (error: unknown) => void) {
    this.#target = target;
    this.#onError = onError;
    this.#timer = setInterval(() => void this.flush(), EVERY_MS).unref();
  }

  add(request: ServedRequest): void {
    const [, trace, parent, flags] = TRACEPARENT.exec(request.traceparent ?? '') ?? [];
    const isSampled = flags === undefined || (Number.parseInt(flags, 16) & 1) === 1;
    if (isSampled && this.#waiting.length < MOST_WAITING) {
      this.#waiting.push(spanOf(request, trace, parent));
    }
  }

  /** Sends what waits; what cannot be sent is dropped, and the first failure in a row is reported. */
  async flush(): Promise<void> {
    while (this.#waiting.length > 0) {
      const spans = this.#waiting.splice(0, MOST_AT_ONCE);
      try {
        const response = await fetch(this.#target.url, {
          method: 'POST',
          headers: { ...this.#target.headers, 'content-type': 'application/json' },
          body: JSON.stringify(this.#envelope(spans)),
          signal: AbortSignal.timeout(TIMEOUT_MS)
        });
        await response.arrayBuffer();
        if (!response.ok) {
          throw new Error(`The collector of traces answered ${response.status}.`);
        }
        this.#failing = false;
      } catch (error) {
        if (!this.#failing) {
          this.#onError(error);
        }
        this.#failing = true;
        return;
      }
    }
  }

  /** Sends what waits, as far as that is quick: a collector that hangs does not hold up the end of the server. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.race([this.flush(), new Promise(resolve => setTimeout(resolve, LAST_WAIT_MS).unref())]);
  }

  #envelope(spans: readonly object[]): object {
    const resource = { attributes: [attribute('service.name', this.#target.service)] };
    return { resourceSpans: [{ resource, scopeSpans: [{ scope: { name: 'slipway' }, spans }] }] };
  }
}

function spanOf(request: ServedRequest, trace: string | undefined, parent: string | undefined): object {
  const end = BigInt(Date.now()) * 1_000_000n;
  return {
    traceId: trace ?? randomBytes(16).toString('hex'),
    spanId: randomBytes(8).toString('hex'),
    ...(parent === undefined ? {} : { parentSpanId: parent }),
    name: `${request.method} ${request.route}`,
    kind: SERVER,
    startTimeUnixNano: String(end - BigInt(Math.round(request.duration * 1e6))),
    endTimeUnixNano: String(end),
    attributes: [
      attribute('http.request.method', request.method),
      attribute('http.route', request.route),
      attribute('http.response.status_code', request.status)
    ],
    ...(request.status >= 500 ? { status: { code: ERROR } } : {})
  };
}

/** 64-bit integers are texts in the protocol's JSON. */
function attribute(key: string, value: string | number): object {
  return { key, value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value } };
}
