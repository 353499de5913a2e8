import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SlipwayClient } from '@slipway/client';
import { FakeServer } from '../../../packages/client/testing/fake-server.js';
import { sampleReport } from '../../../packages/client/testing/samples.js';
import { PromotionModel } from './model.js';

describe('the model of the Promote dialog', () => {
  let verdict: 'pass' | 'warn' | 'fail';
  let server: FakeServer;
  let model: PromotionModel;
  const asked: unknown[] = [];

  beforeEach(() => {
    verdict = 'pass';
    asked.length = 0;
    server = new FakeServer({
      'POST /api/v1/preflights': ({ body }) => {
        asked.push(body);
        return sampleReport(verdict);
      }
    });
    model = new PromotionModel({ name: 'rain', version: 1 }, 'production', new SlipwayClient(server.transport));
  });

  afterEach(() => model.dispose());

  const checked = (): Promise<void> => expect.poll(() => model.preflight.kind).not.toBe('running');

  it('runs the preflight of the chosen environment as soon as it is shown', async () => {
    expect(asked).toEqual([]);
    model.active = true;
    await checked();
    expect(asked).toEqual([{ model: 'rain', version: 1, environment: 'production' }]);
  });

  it('has nothing to send while the preflight runs', async () => {
    model.active = true;
    expect(model.order).toBeNull();
    await checked();
    model.reason = '  First release ';
    expect(model.order).toEqual({
      name: 'rain',
      version: 1,
      environment: 'production',
      reason: 'First release',
      preflightId: 'preflight-pass'
    });
  });

  it('lets warnings pass', async () => {
    verdict = 'warn';
    model.active = true;
    await checked();
    expect(model.order?.preflightId).toBe('preflight-warn');
  });

  it('has nothing to send when a check failed', async () => {
    verdict = 'fail';
    model.active = true;
    await checked();
    expect(model.preflight.kind).toBe('done');
    expect(model.order).toBeNull();
  });

  it('checks again for another environment and gives the first up', async () => {
    model.active = true;
    model.environment = 'staging';
    expect(model.order).toBeNull();
    await checked();
    expect(asked.at(-1)).toMatchObject({ environment: 'staging' });
    expect(model.order?.environment).toBe('staging');
  });

  it('tells why the preflight could not run, and can try again', async () => {
    server.goAway();
    model.active = true;
    await checked();
    expect(model.preflight.kind).toBe('failed');
    expect(model.order).toBeNull();
    server.comeBack();
    await model.runPreflight();
    expect(model.order).not.toBeNull();
  });
});
