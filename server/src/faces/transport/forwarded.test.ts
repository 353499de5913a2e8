import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InvalidRequestError } from '../../platform/errors.js';
import { Log } from '@slipway/telemetry';
import { rawRequest } from '../../../testing/raw-request.js';
import { startTestServer, type TestServer } from '../../../testing/test-server.js';
import { makeUser } from '../../../testing/two-projects.js';
import { TrustedProxies } from './forwarded.js';

const lines: string[] = [];
const openLog = (): Log => new Log({ level: 'info', write: line => lines.push(line) });
const basic = (name: string, password: string): string =>
  `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;

interface Parts {
  readonly credentials: readonly { readonly url: string; readonly headers: Record<string, string> }[];
}

/** Begins an upload in parts with these headers, beside the ones that it needs. */
async function beginUpload(api: TestServer, headers: Record<string, string>): Promise<{ text: string; parts: Parts }> {
  const created = await api.call('POST', '/api/2.0/mlflow/runs/create', { experiment_id: '0' });
  const { run } = created.json as { run: { info: { run_id: string } } };
  const path = `/api/2.0/mlflow-artifacts/mpu/create/0/${run.info.run_id}/artifacts`;
  const sent = { authorization: `Bearer ${api.server.token}`, 'content-type': 'application/json', ...headers };
  const { text } = await rawRequest(api.server.port, 'POST', path, sent, '{"path": "model.bin", "num_parts": 2}');
  return { text, parts: JSON.parse(text) as Parts };
}

describe('behind a trusted proxy with TLS and a prefix', () => {
  let api: TestServer;
  beforeAll(async () => {
    lines.length = 0;
    const log = openLog();
    api = await startTestServer({ auth: 'users', trustedProxies: ['127.0.0.0/8', '10.0.0.1'], log });
    await makeUser(api, 'ada', { default: 'developer' });
    await makeUser(api, 'eve', { default: 'developer' });
  });
  afterAll(() => api.stop());

  it('addresses of parts have the scheme, host and prefix that the client uses, and no password', async () => {
    const { text, parts } = await beginUpload(api, {
      host: '127.0.0.1',
      'x-forwarded-for': '192.0.2.7',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'ml.example',
      'x-forwarded-prefix': '/slipway/'
    });
    expect(parts.credentials[1]?.url).toMatch(
      /^https:\/\/ml\.example\/slipway\/api\/2\.0\/mlflow-artifacts\/mpu\/part\/[0-9a-f]{32}\/2$/
    );
    expect(text).not.toContain(api.server.token);
    expect(text).not.toMatch(/authorization/i);
  });

  it('headers that make no address are not copied into one', async () => {
    const { parts } = await beginUpload(api, {
      'x-forwarded-proto': 'javascript',
      'x-forwarded-host': 'a b/c',
      'x-forwarded-prefix': 'x?y'
    });
    expect(new URL(parts.credentials[0]?.url ?? '').origin).toBe(api.server.url.replace(/\/$/, ''));
  });

  it('the log names the address of the caller, not that of the proxy', async () => {
    lines.length = 0;
    await api.call('GET', '/version', undefined, { 'x-forwarded-for': '198.51.100.9, 192.0.2.7, 10.0.0.1' });
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ route: '/version', address: '192.0.2.7' });
  });

  it('wrong passwords from one address do not lock out the same user elsewhere', async () => {
    const login = async (password: string, address: string): Promise<number> =>
      (
        await api.call('GET', '/api/v1/caller', undefined, {
          authorization: basic('eve', password),
          'x-forwarded-for': address
        })
      ).status;
    const guesses: number[] = [];
    for (let guess = 0; guess < 6; guess += 1) {
      guesses.push(await login(`guess ${guess}`, '192.0.2.66'));
    }
    expect(guesses).toEqual([401, 401, 401, 401, 401, 429]);
    expect(await login('one more', '192.0.2.67')).toBe(401);
  });
});

describe('a proxy that is not trusted', () => {
  it('cannot say who its callers are, and the log says once what to do', async () => {
    lines.length = 0;
    const api = await startTestServer({ auth: 'users', log: openLog() });
    const ask = (): Promise<unknown> =>
      api.call('GET', '/version', undefined, { 'x-forwarded-for': '192.0.2.7', authorization: '' });
    await ask();
    await ask();
    const entries = lines.map(line => JSON.parse(line) as Record<string, string>);
    expect(entries.filter(entry => entry['message'] === 'request').map(entry => entry['address'])).toEqual([
      '127.0.0.1',
      '127.0.0.1'
    ]);
    const warnings = entries.filter(entry => entry['level'] === 'warn');
    expect(warnings).toHaveLength(1);
    expect(warnings[0]?.['message']).toContain('--trusted-proxies 127.0.0.1');
    await api.stop();
  });
});

describe('the addresses of trusted proxies', () => {
  it('are single ones or networks, of both versions', () => {
    const proxies = new TrustedProxies(['10.0.0.0/8', '::1', '192.0.2.1']);
    const trusted = ['10.200.3.4', '::1', '192.0.2.1'].map(address => proxies.trusts(address));
    expect(trusted).toEqual([true, true, true]);
    expect(['11.0.0.1', '::2', '192.0.2.2', 'proxy', ''].map(address => proxies.trusts(address))).not.toContain(true);
  });

  it.each(['proxy.example', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/x', '::1/129', '*'])('are not %s', entry => {
    expect(() => new TrustedProxies([entry])).toThrow(InvalidRequestError);
  });
});
