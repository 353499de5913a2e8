import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../../../testing/test-server.js';

let api: TestServer;
beforeAll(async () => {
  api = await startTestServer({ allowedOrigins: ['http://localhost:8888'] });
});
afterAll(async () => {
  await api.stop();
});

interface RawAnswer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: unknown;
}

/** Sends exactly these headers; `fetch` would set some of them itself. */
function raw(method: string, path: string, headers: Record<string, string> = {}, body = ''): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      { host: '127.0.0.1', port: api.server.port, method, path, headers: { host: '127.0.0.1', ...headers } },
      response => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: text.startsWith('{') ? (JSON.parse(text) as unknown) : text
          });
        });
      }
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

const bearer = (): Record<string, string> => ({ authorization: `Bearer ${api.server.token}` });

describe('a request', () => {
  it('needs the token, except for health and version', async () => {
    expect((await raw('GET', '/health')).body).toBe('OK');
    expect((await raw('GET', '/version')).status).toBe(200);
    for (const path of [
      '/api/v1/runs',
      '/api/2.0/mlflow/experiments/search',
      '/openapi.json',
      '/nothing',
      '/health/x'
    ]) {
      expect(await raw('GET', path)).toMatchObject({ status: 401, body: { error_code: 'UNAUTHENTICATED' } });
    }
  });

  it('is let in with the token as bearer, or as the password of a user', async () => {
    const basic = Buffer.from(`anyone:${api.server.token}`).toString('base64');
    expect((await raw('GET', '/api/v1/runs', bearer())).status).toBe(200);
    expect((await raw('GET', '/api/v1/runs', { authorization: `Basic ${basic}` })).status).toBe(200);
  });

  it('is refused with a wrong token of any length', async () => {
    for (const token of ['', 'x', `${api.server.token}x`, api.server.token.slice(0, -1)]) {
      expect((await raw('GET', '/api/v1/runs', { authorization: `Bearer ${token}` })).status).toBe(401);
    }
  });

  it('is refused under a name that is not this machine’s own', async () => {
    for (const host of ['evil.example', 'evil.example:18555', '127.0.0.1.evil.example', 'localhost.evil.example']) {
      expect(await raw('GET', '/version', { host })).toMatchObject({ status: 403, body: { where: 'headers.host' } });
    }
    for (const host of ['127.0.0.1:1', 'localhost', 'LOCALHOST:99', '[::1]:18555']) {
      expect((await raw('GET', '/version', { host })).status).toBe(200);
    }
  });

  it('may come under another name through JupyterLab’s proxy, which adds the token', async () => {
    const proxied = { host: 'hub.example', 'x-forwarded-prefix': '/user/ada/slipway' };
    expect((await raw('GET', '/api/v1/runs', { ...proxied, ...bearer() })).status).toBe(200);
    expect((await raw('GET', '/version', proxied)).status).toBe(403);
  });

  it('of a page of another site is refused, even with the token', async () => {
    const foreign = { ...bearer(), origin: 'https://evil.example', 'content-type': 'application/json' };
    for (const method of ['GET', 'POST']) {
      expect(await raw(method, '/api/v1/runs', foreign)).toMatchObject({
        status: 403,
        body: { where: 'headers.origin' }
      });
    }
    const quiet = { ...bearer(), 'sec-fetch-site': 'cross-site' };
    expect((await raw('POST', '/api/v1/records', quiet)).status).toBe(403);
  });

  it('of a page of the same origin, or of an allowed one, is let in', async () => {
    const proxied = { host: 'hub.example', origin: 'https://hub.example', 'x-forwarded-prefix': '/slipway' };
    expect((await raw('GET', '/api/v1/runs', { ...bearer(), ...proxied })).status).toBe(200);
    const allowed = await raw('GET', '/api/v1/runs', { ...bearer(), origin: 'http://localhost:8888' });
    expect(allowed).toMatchObject({ status: 200, headers: { 'access-control-allow-origin': 'http://localhost:8888' } });
    expect((await raw('GET', '/api/v1/runs', { ...bearer(), origin: 'http://localhost:8889' })).status).toBe(403);
  });

  it('for permission of an allowed page is answered without the token', async () => {
    const asking = { origin: 'http://localhost:8888', 'access-control-request-method': 'POST' };
    expect(await raw('OPTIONS', '/api/v1/records', asking)).toMatchObject({
      status: 204,
      headers: { 'access-control-allow-origin': 'http://localhost:8888' }
    });
    expect((await raw('OPTIONS', '/api/v1/records', { ...asking, origin: 'http://evil.example' })).status).toBe(403);
  });
});

describe('a malformed request', () => {
  const post = (path: string, body: string, type = 'application/json') =>
    raw('POST', path, { ...bearer(), 'content-type': type, 'content-length': String(Buffer.byteLength(body)) }, body);

  it('that is not JSON is told so', async () => {
    expect(await post('/api/v1/records', '{"session_id":')).toMatchObject({
      status: 400,
      body: { error_code: 'INVALID_REQUEST', where: 'body' }
    });
  });

  it('of another content type is told which one to send', async () => {
    expect(await post('/api/v1/records', '{}', 'text/plain')).toMatchObject({
      status: 400,
      body: { error_code: 'INVALID_REQUEST', where: 'headers.content-type' }
    });
  });

  it('is told which field is wrong', async () => {
    const body = JSON.stringify({ session_id: 'session-1', records: [{ seq: 0, at: 1, type: 'session.seen' }] });
    expect(await post('/api/v1/records', body)).toMatchObject({ status: 400, body: { where: 'body.records[0].seq' } });
    expect(await raw('GET', '/api/v1/runs?limit=0', bearer())).toMatchObject({
      status: 400,
      body: { where: 'query.limit' }
    });
  });

  it('that is too large is refused before it is read', async () => {
    const headers = { ...bearer(), 'content-type': 'application/json', 'content-length': String(2 ** 31) };
    const answer = await new Promise<number>((resolve, reject) => {
      const sent = httpRequest(
        { host: '127.0.0.1', port: api.server.port, method: 'POST', path: '/api/v1/records', headers },
        response => {
          resolve(response.statusCode ?? 0);
          sent.destroy();
        }
      );
      sent.on('error', reject);
      sent.write('{');
    });
    expect(answer).toBe(413);
  });

  it('to a path that does not exist is told so', async () => {
    expect(await raw('GET', '/api/v1/nothing', bearer())).toMatchObject({
      status: 404,
      body: { error_code: 'NOT_FOUND' }
    });
  });

  it('to MLflow’s face gets MLflow’s error codes', async () => {
    expect(await post('/api/2.0/mlflow/runs/log-metric', '{"run_id":"x"}')).toMatchObject({
      status: 400,
      body: {
        error_code: 'INVALID_PARAMETER_VALUE',
        message:
          "Missing value for required parameter 'key'. See the API docs for more information about request parameters."
      }
    });
    expect(await post('/api/2.0/mlflow/runs/search', 'no json')).toMatchObject({
      status: 400,
      body: { error_code: 'INVALID_PARAMETER_VALUE' }
    });
  });
});

it('describes itself as OpenAPI, made from the contract', async () => {
  const { body } = await raw('GET', '/openapi.json', bearer());
  expect(body).toMatchObject({
    openapi: '3.1.0',
    paths: { '/api/v1/records': { post: { operationId: 'postRecords' } } }
  });
});

describe('the link that MLflow’s client prints', () => {
  it('leads to a page that says where runs are shown, without a token', async () => {
    const page = await raw('GET', '/', { accept: 'text/html' });
    expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.body).toContain('are in JupyterLab');
    expect(page.body).not.toContain('<script');
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
  });
});
