import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Log } from '@slipway/telemetry';
import { startTestServer, type TestServer } from '../../../testing/test-server.js';
import { rawRequest, type RawAnswer } from '../../../testing/raw-request.js';

let api: TestServer;
let lines: string[];
beforeEach(async () => {
  lines = [];
  api = await startTestServer({
    auth: 'users',
    webhooks: { targets: 'any' },
    log: new Log({ level: 'debug', write: line => lines.push(line) })
  });
});
afterEach(async () => {
  await api.stop();
});

/** One sample of /metrics. */
async function metric(name: string): Promise<number> {
  const { text } = await api.call('GET', '/metrics');
  const line = text.split('\n').find(each => each.startsWith(`${name} `));
  return Number(line?.slice(name.length + 1) ?? NaN);
}

describe('/metrics', () => {
  it('counts requests by route and status, with the time they took', async () => {
    await api.call('GET', '/api/v1/runs/none-of-them');
    await api.call('GET', '/api/v1/runs/none-of-these');
    const labels = 'http_request_method="GET",http_route="/api/v1/runs/:run_id",http_response_status_code="404"';
    expect(await metric(`http_server_request_duration_seconds_count{${labels}}`)).toBe(2);
    expect(await metric(`http_server_request_duration_seconds_bucket{${labels},le="+Inf"}`)).toBe(2);
  });

  it('tells how many points were stored, what is stored and how the process is', async () => {
    const created = await api.call('POST', '/api/2.0/mlflow/runs/create', { experiment_id: '0', start_time: 1 });
    const { run } = created.json as { run: { info: { run_id: string } } };
    const metrics = [1, 2, 3].map(step => ({ key: 'loss', value: 1, timestamp: 1, step }));
    await api.call('POST', '/api/2.0/mlflow/runs/log-batch', { run_id: run.info.run_id, metrics });
    expect(await metric('slipway_metric_points_stored_total')).toBe(3);
    expect(await metric('slipway_runs')).toBe(1);
    expect(await metric('slipway_write_queue_depth')).toBe(0);
    expect(await metric('slipway_database_bytes')).toBeGreaterThan(10_000);
    expect(await metric('process_resident_memory_bytes')).toBeGreaterThan(1e7);
  });

  it('is in the format of Prometheus: every line is a comment or a sample, every metric is explained once', async () => {
    const { text, headers } = await api.call('GET', '/metrics');
    expect(headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const sample =
      /^[a-z_][a-z0-9_]*(\{[a-z_]+="[^"\n]*"(,[a-z_]+="[^"\n]*")*\})? (-?\d+(\.\d+)?(e[+-]?\d+)?|\+Inf|NaN)$/;
    const lines = text.trimEnd().split('\n');
    expect(lines.filter(line => !line.startsWith('# ') && !sample.test(line))).toEqual([]);
    const explained = lines.filter(line => line.startsWith('# HELP')).map(line => line.split(' ')[2]);
    expect(new Set(explained).size).toBe(explained.length);
  });

  it('is not told to strangers', async () => {
    expect((await api.call('GET', '/metrics', undefined, { authorization: '' })).status).toBe(401);
  });
});

describe('/ready', () => {
  it('says yes to everybody while the database answers', async () => {
    expect(await api.call('GET', '/ready', undefined, { authorization: '' })).toMatchObject({
      status: 200,
      text: 'OK'
    });
  });

  it('and /health answer probes that come by address, on any host name; nothing else does', async () => {
    const ask = (path: string): Promise<RawAnswer> =>
      rawRequest(api.server.port, 'GET', path, { host: '10.1.2.3:18555', authorization: `Bearer ${api.server.token}` });
    expect(await ask('/ready')).toMatchObject({ status: 200, text: 'OK' });
    expect(await ask('/health')).toMatchObject({ status: 200, text: 'OK' });
    expect(await ask('/metrics')).toMatchObject({ status: 403 });
  });
});

describe('the log', () => {
  it('has a line for each request, with its route and its caller, and no query', async () => {
    await api.call('GET', '/api/v1/runs?text=private');
    expect(lines.map(line => JSON.parse(line) as unknown)).toMatchObject([
      { level: 'info', message: 'request', method: 'GET', route: '/api/v1/runs', status: 200, user: 'owner' }
    ]);
    expect(lines.join('')).not.toContain('private');
  });

  it('holds no secret, whatever is sent and whatever goes wrong', async () => {
    const password = 'correct horse battery staple';
    const basic = (name: string, secret: string): Record<string, string> => ({
      authorization: `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`
    });
    await api.call('POST', '/api/v1/users', { name: 'ada', password, is_admin: true });
    const made = await api.call('POST', '/api/v1/tokens', { user: 'ada', scopes: ['read'] });
    const { secret } = made.json as { secret: string };
    await api.call('GET', '/api/v1/me', undefined, basic('ada', password));
    await api.call('GET', '/api/v1/me', undefined, basic('ada', 'a wrong password'));
    await api.call('GET', '/api/v1/me', undefined, { authorization: `Bearer ${secret}` });
    await api.call('GET', `/api/v1/runs?token=${secret}&password=${encodeURIComponent(password)}`);
    await api.call('GET', `/api/v1/runs/${secret}`);
    await api.call('PUT', '/api/v1/users/ada/password', { password: 'another horse', current_password: password });
    const hook = { name: 'ci', url: 'http://127.0.0.1:9/x', events: [{ entity: 'MODEL_VERSION', action: 'CREATED' }] };
    await api.call('POST', '/api/2.0/mlflow/webhooks', { ...hook, secret: 'the secret of the webhook' });
    await api.call('POST', '/api/v1/users', `{"password":"${password}`);
    const text = lines.join('');
    expect(lines.length).toBeGreaterThan(9);
    for (const each of [
      api.server.token,
      secret,
      secret.slice(-43),
      password,
      encodeURIComponent(password),
      'another horse',
      'a wrong password',
      'the secret of the webhook',
      Buffer.from(`ada:${password}`).toString('base64')
    ]) {
      expect(text).not.toContain(each);
    }
  });
});

describe('traces', () => {
  it('go to the collector that OpenTelemetry’s variables name, and continue the trace of the caller', async () => {
    const received: { headers: IncomingHttpHeaders; url: string; body: string }[] = [];
    const collector = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        received.push({ headers: request.headers, url: request.url ?? '', body });
        response.end('{}');
      });
    });
    await new Promise<void>(resolve => collector.listen(0, '127.0.0.1', resolve));
    const { port } = collector.address() as AddressInfo;
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', `http://127.0.0.1:${port}/`);
    vi.stubEnv('OTEL_EXPORTER_OTLP_HEADERS', 'x-tenant=rain%20makers');
    const traced = await startTestServer();
    const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
    await traced.call('GET', '/api/v1/runs/none-of-them', undefined, {
      traceparent: `00-${trace}-00f067aa0ba902b7-01`
    });
    await traced.call('GET', '/api/v1/models', undefined, { traceparent: `00-${trace}-00f067aa0ba902b7-00` });
    await traced.stop();
    vi.unstubAllEnvs();
    collector.close();
    expect(received).toMatchObject([{ url: '/v1/traces', headers: { 'x-tenant': 'rain makers' } }]);
    const { resourceSpans } = JSON.parse(received[0]?.body ?? '') as {
      resourceSpans: [{ scopeSpans: [{ spans: Record<string, unknown>[] }] }];
    };
    expect(resourceSpans[0].scopeSpans[0].spans).toMatchObject([
      {
        traceId: trace,
        parentSpanId: '00f067aa0ba902b7',
        name: 'GET /api/v1/runs/:run_id',
        kind: 2,
        attributes: expect.arrayContaining([
          { key: 'http.response.status_code', value: { intValue: '404' } }
        ]) as unknown
      }
    ]);
  });
});
