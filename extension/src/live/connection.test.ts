import type { ServerEvent } from '@slipway/contract';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SlipwayClient, UnreachableError } from '@slipway/client';
import { FakeServer } from '../../../packages/client/testing/fake-server.js';
import { LiveConnection } from './connection.js';

describe('the live connection', () => {
  let server: FakeServer;
  let connection: LiveConnection;
  let events: ServerEvent[];
  let states: string[];

  beforeEach(() => {
    vi.useFakeTimers();
    vi.spyOn(console, 'debug').mockReturnValue(undefined);
    server = new FakeServer();
    connection = new LiveConnection(new SlipwayClient(server.transport));
    events = [];
    states = [];
    connection.event.connect((_sender, event) => {
      events.push(event);
    });
    connection.stateChanged.connect((_sender, state) => {
      states.push(state.kind);
    });
  });

  afterEach(() => {
    connection.dispose();
    setVisibility('visible');
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

  it('is online once the stream is open, and passes its events on', async () => {
    connection.start();
    await settle();
    expect(connection.state.kind).toBe('online');
    server.emit({ type: 'model.changed', name: 'rain' });
    await settle();
    expect(events).toEqual([{ type: 'model.changed', name: 'rain' }]);
  });

  it('opens one stream, however often it is started', async () => {
    connection.start();
    connection.start();
    await settle();
    connection.start();
    await settle();
    expect(server.openStreams).toBe(1);
  });

  it('passes over what it does not understand', async () => {
    connection.start();
    await settle();
    server.send('data: not json\n\ndata: {"type":"from.the.future"}\n\n');
    server.emit({ type: 'dataset.changed', name: 'weather' });
    await settle();
    expect(events).toEqual([{ type: 'dataset.changed', name: 'weather' }]);
  });

  it('waits longer after each failure, and tells until when', async () => {
    server.goAway();
    connection.start();
    const waits: number[] = [];
    for (let failure = 0; failure < 8; failure += 1) {
      await settle();
      const { state } = connection;
      if (state.kind !== 'offline') {
        throw new Error(`It is ${state.kind}.`);
      }
      waits.push(state.retryAt - Date.now());
      await vi.advanceTimersByTimeAsync(state.retryAt - Date.now());
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 15_000, 30_000, 30_000, 30_000]);
  });

  it('reconnects by itself and has everything read again', async () => {
    connection.start();
    await settle();
    server.goAway();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(connection.state.kind).toBe('offline');
    server.comeBack();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(states).toEqual(['online', 'offline', 'online']);
    expect(events).toEqual([{ type: 'reset' }]);
  });

  it('tries at once when asked to', async () => {
    server.goAway();
    connection.start();
    await settle();
    server.comeBack();
    connection.retry();
    await settle();
    expect(connection.state.kind).toBe('online');
  });

  it('resumes after the last event it saw', async () => {
    connection.start();
    await settle();
    server.emit({ type: 'model.changed', name: 'rain' });
    await settle();
    server.endStreams();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(server.streams.map(({ headers }) => headers.get('Last-Event-ID'))).toEqual([null, '1']);
  });

  it('does not call the server away when a proxy ends the stream', async () => {
    connection.start();
    await settle();
    server.endStreams();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(states).toEqual(['online']);
    expect(server.openStreams).toBe(1);
  });

  it('opens the stream again when it has been silent for too long', async () => {
    connection.start();
    await settle();
    await vi.advanceTimersByTimeAsync(40_000);
    server.send(': alive\n\n');
    await vi.advanceTimersByTimeAsync(40_000);
    expect(server.streams).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(server.streams).toHaveLength(2);
  });

  it('counts as offline when a call found nobody', async () => {
    connection.start();
    await settle();
    connection.noteUnreachable(new UnreachableError('HTTP 502'));
    expect(connection.state.kind).toBe('offline');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(connection.state.kind).toBe('online');
    expect(events).toEqual([{ type: 'reset' }]);
  });

  it('does not try ever faster while streams open but calls fail', async () => {
    connection.start();
    await settle();
    const waits: number[] = [];
    for (let failure = 0; failure < 3; failure += 1) {
      connection.noteUnreachable(new UnreachableError('HTTP 502'));
      const { state } = connection;
      waits.push(state.kind === 'offline' ? state.retryAt - Date.now() : NaN);
      await vi.advanceTimersByTimeAsync(waits.at(-1) ?? 0);
    }
    expect(waits).toEqual([1_000, 2_000, 4_000]);
  });

  it('lets the stream go when the page is hidden for five minutes, and resumes it then', async () => {
    connection.start();
    await settle();
    server.emit({ type: 'model.changed', name: 'rain' });
    await settle();
    setVisibility('hidden');
    await vi.advanceTimersByTimeAsync(4 * 60_000);
    server.send(': alive\n\n');
    expect(server.openStreams).toBe(1);
    await vi.advanceTimersByTimeAsync(61_000);
    expect(server.openStreams).toBe(0);
    await vi.advanceTimersByTimeAsync(60 * 60_000);
    const before = server.streams.length;
    setVisibility('visible');
    await settle();
    expect(server.openStreams).toBe(1);
    expect(server.streams).toHaveLength(before + 1);
    expect(server.streams.at(-1)?.headers.get('Last-Event-ID')).toBe('1');
  });

  it('does nothing more after it was disposed', async () => {
    connection.start();
    await settle();
    connection.dispose();
    expect(server.openStreams).toBe(0);
    connection.start();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(server.streams).toHaveLength(1);
  });
});

function setVisibility(state: DocumentVisibilityState): void {
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue(state);
  document.dispatchEvent(new Event('visibilitychange'));
}
