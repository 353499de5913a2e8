import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SlipwayClient } from '@slipway/client';
import { FakeServer, jsonResponse } from '../../../packages/client/testing/fake-server.js';
import { Outbox } from './outbox.js';

const SESSION = 'session-0001';

describe('the outbox of a page', () => {
  let arrived: { sender: string; seqs: number[] }[];
  let server: FakeServer;
  let outbox: Outbox;

  const newOutbox = (sender: string): Outbox =>
    new Outbox({ client: new SlipwayClient(server.transport), storage: localStorage, sender });
  const add = (count: number): void => {
    for (let index = 0; index < count; index += 1) {
      outbox.add(SESSION, { at: 1, type: 'session.seen' });
    }
  };

  beforeEach(() => {
    vi.useFakeTimers();
    localStorage.clear();
    arrived = [];
    server = new FakeServer({
      'POST /api/v1/records': ({ body }) => {
        const { sender, records } = body as { sender: string; records: { seq: number }[] };
        arrived.push({ sender, seqs: records.map(({ seq }) => seq) });
        return { acknowledged_seq: 0, refused: [] };
      }
    });
    outbox = newOutbox('page-one');
  });

  afterEach(() => {
    outbox.dispose();
    vi.useRealTimers();
  });

  it('gathers records and sends them in order', async () => {
    add(3);
    await vi.advanceTimersByTimeAsync(250);
    expect(arrived).toEqual([{ sender: 'page-one', seqs: [1, 2, 3] }]);
    add(1);
    await vi.advanceTimersByTimeAsync(250);
    expect(arrived.at(-1)).toEqual({ sender: 'page-one', seqs: [4] });
    expect(localStorage.length).toBe(0);
  });

  it('keeps them while the server is away', async () => {
    server.goAway();
    add(2);
    await vi.advanceTimersByTimeAsync(1000);
    expect(outbox.isWaiting(SESSION)).toBe(true);
    server.comeBack();
    await vi.advanceTimersByTimeAsync(5000);
    expect(arrived).toEqual([{ sender: 'page-one', seqs: [1, 2] }]);
    expect(outbox.isWaiting(SESSION)).toBe(false);
  });

  it('sends what a page before it left, in its name', async () => {
    add(2);
    outbox.dispose();
    outbox = newOutbox('page-two');
    await outbox.adoptLeftovers();
    expect(arrived).toEqual([{ sender: 'page-one', seqs: [1, 2] }]);
    expect(localStorage.length).toBe(0);
  });

  it('goes on after records that the server refuses', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    server = new FakeServer({
      'POST /api/v1/records': () => jsonResponse({ error_code: 'INVALID_REQUEST', message: 'no' }, 400)
    });
    outbox = newOutbox('page-one');
    add(1);
    await vi.advanceTimersByTimeAsync(250);
    expect(outbox.isWaiting(SESSION)).toBe(false);
    expect(warn).toHaveBeenCalledTimes(1);
    warn.mockRestore();
  });

  it('does not fail on what others wrote into the storage', async () => {
    localStorage.setItem('slipway:unsent:other', '{"x": 1}');
    await outbox.adoptLeftovers();
    expect(arrived).toEqual([]);
    expect(localStorage.length).toBe(0);
  });
});
