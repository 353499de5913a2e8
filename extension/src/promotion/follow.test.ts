import type { Promotion } from '@slipway/contract';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RefusedError, SlipwayClient } from '@slipway/client';
import { FakeConnection } from '../../testing/fake-connection.js';
import { FakeServer, jsonResponse } from '../../../packages/client/testing/fake-server.js';
import { samplePromotion } from '../../../packages/client/testing/samples.js';
import { followPromotion } from './follow.js';

describe('following a promotion', () => {
  let now: Promotion | Response;
  let steps: string[];
  let server: FakeServer;
  let connection: FakeConnection;

  beforeEach(() => {
    vi.useFakeTimers();
    steps = [];
    now = samplePromotion();
    server = new FakeServer({ 'GET /api/v1/promotions/promotion1': () => now });
    connection = new FakeConnection();
  });

  afterEach(() => vi.useRealTimers());

  const follow = (started: Promotion): Promise<Promotion> =>
    followPromotion(started, {
      client: new SlipwayClient(server.transport),
      connection,
      onChange: ({ step }) => steps.push(step)
    });
  const change = async (promotion: Promotion | Response): Promise<void> => {
    now = promotion;
    connection.event.emit({ type: 'promotion.changed', promotion_id: 'promotion1' });
    await vi.advanceTimersByTimeAsync(0);
  };

  it('tells each step and ends when the service runs', async () => {
    const end = follow(samplePromotion({ state: 'preflight', step: 'checking' }));
    await change(samplePromotion({ step: 'starting the service' }));
    await change(samplePromotion({ state: 'running', step: 'done', service_url: 'http://127.0.0.1:18601' }));
    expect((await end).service_url).toBe('http://127.0.0.1:18601');
    expect(steps).toEqual(['checking', 'starting the service', 'done']);
  });

  it('is not misled by events of other promotions', async () => {
    const end = follow(samplePromotion());
    connection.event.emit({ type: 'promotion.changed', promotion_id: 'another' });
    await vi.advanceTimersByTimeAsync(0);
    expect(server.requests).toEqual([]);
    await change(samplePromotion({ state: 'failed', message: 'The port is in use.' }));
    expect((await end).message).toBe('The port is in use.');
  });

  it('looks again after a while when an event was lost', async () => {
    const end = follow(samplePromotion());
    now = samplePromotion({ state: 'running' });
    await vi.advanceTimersByTimeAsync(3_000);
    expect((await end).state).toBe('running');
  });

  it('waits for a server that is away', async () => {
    const end = follow(samplePromotion());
    server.goAway();
    await vi.advanceTimersByTimeAsync(9_000);
    server.comeBack();
    now = samplePromotion({ state: 'running' });
    connection.goOnline();
    await vi.advanceTimersByTimeAsync(0);
    expect((await end).state).toBe('running');
  });

  it('fails when the server does not know the promotion', async () => {
    const end = follow(samplePromotion()).catch((reason: unknown) => reason);
    await change(jsonResponse({ error_code: 'NOT_FOUND', message: 'No such promotion.' }, 404));
    expect(await end).toBeInstanceOf(RefusedError);
  });

  it('asks nothing when the promotion has already ended', async () => {
    expect((await follow(samplePromotion({ state: 'refused' }))).state).toBe('refused');
    expect(server.requests).toEqual([]);
  });
});
