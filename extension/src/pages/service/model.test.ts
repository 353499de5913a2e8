import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SlipwayClient } from '@slipway/client';
import { FakeConnection } from '../../../testing/fake-connection.js';
import { FakeServer } from '../../../../packages/client/testing/fake-server.js';
import { sampleService } from '../../../../packages/client/testing/samples.js';
import { ServicePageModel } from './model.js';

describe('the model of the page of a service', () => {
  let server: FakeServer;
  let model: ServicePageModel;

  beforeEach(() => {
    server = new FakeServer({
      'GET /api/v1/services': () => ({ services: [sampleService()] }),
      'POST /api/v1/services/rain/test': ({ body }) => ({ status: 200, duration_ms: 4, body })
    });
    model = new ServicePageModel('rain', new SlipwayClient(server.transport), new FakeConnection());
  });

  afterEach(() => model.dispose());

  const show = async (): Promise<void> => {
    model.active = true;
    await expect.poll(() => model.snapshot.loading).toBe(false);
  };

  it('sends the values of the form and keeps the answer', async () => {
    await show();
    model.edit('wind', '7');
    await model.send();
    expect(model.test).toMatchObject({
      kind: 'answered',
      answer: { status: 200, body: { body: { wind: 7, season: 0, days: 5, weather: null, holiday: false } } }
    });
  });

  it('keeps what was typed when the service changes', async () => {
    await show();
    model.edit('wind', '7');
    model.refresh();
    await expect.poll(() => model.snapshot.loading).toBe(false);
    expect(model.texts).toMatchObject({ wind: '7', days: '5' });
  });

  it('says that the request could not be sent', async () => {
    await show();
    server.goAway();
    await model.send();
    expect(model.test).toMatchObject({ kind: 'failed', error: { code: 'SERVICE_UNAVAILABLE' } });
  });

  it('says what to do when there is no such service', async () => {
    const missing = new ServicePageModel('snow', new SlipwayClient(server.transport), new FakeConnection());
    missing.active = true;
    await expect.poll(() => missing.snapshot.error?.code).toBe('NOT_FOUND');
    expect(missing.snapshot.error?.remedy).toContain('Promote');
    missing.dispose();
  });
});
