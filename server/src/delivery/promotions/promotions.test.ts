import {
  ModelVersion,
  PREFLIGHT_CHECKS,
  Promotion,
  Service,
  routes,
  type PreflightCheck,
  type ReleaseManifest,
  type Verdict
} from '@slipway/contract';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ServiceUnavailableError } from '../../platform/errors.js';
import { sampleBundle } from '../../../testing/sample-bundle.js';
import { startTestServer, type TestServer } from '../../../testing/test-server.js';
import type { PreflightRunner, Releaser } from '../releases/ports.js';

/** Runs nothing: answers as the test says, and remembers what it was asked. */
class Plane implements PreflightRunner, Releaser {
  verdict: Verdict = 'pass';
  broken = false;
  readonly released: ReleaseManifest[] = [];
  readonly folders: string[] = [];

  async run(): Promise<PreflightCheck[]> {
    return PREFLIGHT_CHECKS.map(id => ({
      id,
      title: id,
      protects_from: 'surprises',
      verdict: id === 'better-than-baseline' ? this.verdict : 'pass',
      evidence: '.60 vs .71 of persistence.',
      remedy: 'Train longer.',
      duration_ms: 1
    }));
  }

  async release(...[manifest, bundles, onStep]: Parameters<Releaser['release']>): ReturnType<Releaser['release']> {
    onStep('copying the bundle');
    if (this.broken) {
      throw new ServiceUnavailableError('The service process ended with code 1.', { remedy: 'See its log.' });
    }
    const folder = await mkdtemp(path.join(os.tmpdir(), 'slipway-release-'));
    this.folders.push(folder);
    for (const bundle of bundles.values()) {
      await bundle.copyTo(folder);
      await bundle.copyTo(folder);
    }
    const chosen = { ...manifest, port: manifest.port === 0 ? 18_601 : manifest.port };
    this.released.push(chosen);
    return { url: `http://127.0.0.1:${chosen.port}`, manifest: chosen };
  }

  async observe(): ReturnType<Releaser['observe']> {
    return this.released.length === 0
      ? { state: 'stopped', url: '', pid: null, requests: 0, started_at: null }
      : { state: 'running', url: 'http://127.0.0.1:18601', pid: 7, requests: 41, started_at: 1 };
  }
}

let plane: Plane;
let api: TestServer;
beforeEach(async () => {
  plane = new Plane();
  api = await startTestServer({ ports: { preflight: plane, releaser: plane } });
  await register('first');
});
afterEach(async () => {
  await api.stop();
  await Promise.all(plane.folders.map(folder => rm(folder, { recursive: true, force: true })));
});

async function register(model: string): Promise<void> {
  const files = await Promise.all(
    Object.entries(sampleBundle(model)).map(async ([file, content]) => ({ path: file, ...(await api.upload(content)) }))
  );
  const body = { files, run_id: null, session_id: null, description: '' };
  expect((await api.call('POST', '/api/v1/models/rain/versions', body)).status).toBe(200);
}

async function promote(change: object = {}): Promise<Promotion> {
  const body = { model: 'rain', version: null, environment: 'production', reason: 'better', preflight_id: null };
  const answer = await api.call('POST', '/api/v1/promotions', { ...body, ...change });
  expect(answer.status).toBe(200);
  return Promotion.parse(answer.json);
}

async function ended(promotion: Promotion): Promise<Promotion> {
  return vi.waitFor(
    async () => {
      const { json } = await api.call('GET', `/api/v1/promotions/${promotion.promotion_id}`);
      const now = Promotion.parse(json);
      expect(['running', 'refused', 'failed']).toContain(now.state);
      return now;
    },
    { timeout: 60_000 }
  );
}

describe('a promotion', () => {
  it('answers at once, and ends in a running service with its report', async () => {
    const begun = await promote();
    expect(begun).toMatchObject({ state: 'preflight', version: 1, service: 'rain', reason: 'better' });
    const done = await ended(begun);
    expect(done).toMatchObject({ state: 'running', service_url: 'http://127.0.0.1:18601', message: null });
    expect(done.preflight).toMatchObject({ verdict: 'pass', now_serving: null });
    expect(done.preflight?.changes).toEqual(['A new service rain answers with rain v1.']);
  });

  it('gives the data plane every file of the bundle', async () => {
    await ended(await promote());
    const [folder = ''] = plane.folders;
    expect(await readFile(path.join(folder, 'model.onnx'), 'utf8')).toBe('first');
  });

  it('shows in the registry and among the services', async () => {
    await ended(await promote());
    const version = ModelVersion.parse((await api.call('GET', '/api/v1/models/rain/versions/1')).json);
    expect(version).toMatchObject({
      stage: 'Production',
      deployments: [{ environment: 'production', service: 'rain' }]
    });
    const { services } = routes.listServices.answer.parse((await api.call('GET', '/api/v1/services')).json);
    expect(Service.parse(services[0])).toMatchObject({ name: 'rain', state: 'running', requests: 41, pid: 7 });
  });

  it('replaces the version that answers, on the same port, and says what changes', async () => {
    await ended(await promote());
    await register('second');
    const done = await ended(await promote());
    expect(done.preflight).toMatchObject({ now_serving: { version: 1, requests: 41 } });
    expect(done.preflight?.changes).toContain('Model only; inputs and outputs are the same.');
    expect(plane.released.map(each => [each.release, each.port, each.revisions[0]?.revision])).toEqual([
      [1, 18_601, 1],
      [2, 18_601, 2]
    ]);
    const before = ModelVersion.parse((await api.call('GET', '/api/v1/models/rain/versions/1')).json);
    expect(before).toMatchObject({ stage: 'Archived', deployments: [] });
  });

  it('is refused with evidence and remedy when a check fails', async () => {
    plane.verdict = 'fail';
    const done = await ended(await promote());
    expect(done).toMatchObject({ state: 'refused', service_url: null });
    expect(done.message).toBe('better-than-baseline: .60 vs .71 of persistence. Train longer.');
    expect(plane.released).toEqual([]);
  });

  it('goes on when a check only warns', async () => {
    plane.verdict = 'warn';
    expect(await ended(await promote())).toMatchObject({ state: 'running', preflight: { verdict: 'warn' } });
  });

  it('fails with what to do when the service does not start, and a retry works', async () => {
    plane.broken = true;
    const failed = await ended(await promote());
    expect(failed).toMatchObject({ state: 'failed', message: 'The service process ended with code 1. See its log.' });
    plane.broken = false;
    expect(await ended(await promote())).toMatchObject({ state: 'running' });
  });

  it('takes a report that the user has seen', async () => {
    const seen = routes.createPreflight.answer.parse(
      (await api.call('POST', '/api/v1/preflights', { model: 'rain', version: null, environment: 'production' })).json
    );
    const done = await ended(await promote({ preflight_id: seen.preflight_id }));
    expect(done.preflight?.preflight_id).toBe(seen.preflight_id);
  });

  it('does not accept a report of another environment', async () => {
    const { json } = await api.call('POST', '/api/v1/preflights', {
      model: 'rain',
      version: 1,
      environment: 'staging'
    });
    const { preflight_id } = routes.createPreflight.answer.parse(json);
    const body = { model: 'rain', version: 1, environment: 'production', reason: '', preflight_id };
    expect((await api.call('POST', '/api/v1/promotions', body)).json).toMatchObject({
      error_code: 'INVALID_STATE',
      where: 'body.preflight_id'
    });
  });

  it('of an unknown model is not found', async () => {
    const body = { model: 'snow', version: null, environment: 'dev', reason: '', preflight_id: null };
    expect((await api.call('POST', '/api/v1/promotions', body)).status).toBe(404);
  });

  it('to staging has a service of its own', async () => {
    expect(await ended(await promote({ environment: 'staging' }))).toMatchObject({ service: 'rain-staging' });
  });
});
