import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RefusedError, UnreachableError } from '@slipway/client';
import { FakeConnection } from '../../testing/fake-connection.js';
import { LiveQuery } from './query.js';

describe('a live query', () => {
  let connection: FakeConnection;
  let load: ReturnType<typeof vi.fn<(signal: AbortSignal) => Promise<number>>>;
  let query: LiveQuery<number>;

  beforeEach(() => {
    vi.useFakeTimers();
    connection = new FakeConnection();
    let count = 0;
    load = vi.fn<(signal: AbortSignal) => Promise<number>>(() => Promise.resolve((count += 1)));
    query = new LiveQuery({ connection, load, concerns: event => event.type === 'run.changed', paceMs: 300 });
  });

  afterEach(() => {
    query.dispose();
    vi.useRealTimers();
  });

  const change = (): void => connection.event.emit({ type: 'run.changed', run_id: 'r', experiment_id: '1' });
  const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

  it('reads nothing until somebody looks', async () => {
    change();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(load).not.toHaveBeenCalled();
    query.active = true;
    await settle();
    expect(query.snapshot).toEqual({ data: 1, error: null, loading: false });
  });

  it('reads once for many events', async () => {
    query.active = true;
    await settle();
    for (let index = 0; index < 50; index += 1) {
      change();
    }
    await vi.advanceTimersByTimeAsync(300);
    expect(load).toHaveBeenCalledTimes(2);
    expect(query.snapshot.data).toBe(2);
  });

  it('does not read for events of other entities', async () => {
    query.active = true;
    await settle();
    connection.event.emit({ type: 'model.changed', name: 'rain' });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(load).toHaveBeenCalledTimes(1);
  });

  it('remembers while hidden that it is old, and reads when it is shown', async () => {
    query.active = true;
    await settle();
    query.active = false;
    change();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(load).toHaveBeenCalledTimes(1);
    query.active = true;
    await settle();
    expect(load).toHaveBeenCalledTimes(2);
  });

  it('reads not again when it is shown and nothing has changed', async () => {
    query.active = true;
    await settle();
    query.active = false;
    query.active = true;
    await settle();
    expect(load).toHaveBeenCalledTimes(1);
  });

  it('lets a slow read finish when events keep coming, and reads once more then', async () => {
    let finish: (value: number) => void = () => undefined;
    load.mockImplementationOnce(() => new Promise(resolve => (finish = resolve)));
    query.active = true;
    for (let index = 0; index < 10; index += 1) {
      change();
      await vi.advanceTimersByTimeAsync(200);
    }
    expect(load).toHaveBeenCalledTimes(1);
    finish(100);
    await settle();
    expect(query.snapshot.data).toBe(100);
    await vi.advanceTimersByTimeAsync(300);
    expect(load).toHaveBeenCalledTimes(2);
  });

  it('keeps its data while the server is offline, and reads again when it is back', async () => {
    query.active = true;
    await settle();
    load.mockRejectedValueOnce(new UnreachableError('HTTP 503'));
    change();
    await vi.advanceTimersByTimeAsync(300);
    expect(query.snapshot).toEqual({ data: 1, error: null, loading: false });
    expect(connection.unreachable).toHaveLength(1);
    connection.goOnline();
    await vi.advanceTimersByTimeAsync(300);
    expect(query.snapshot.data).toBe(2);
  });

  it('shows why the server refused, beside what it knew', async () => {
    query.active = true;
    await settle();
    const refusal = new RefusedError(500, { error_code: 'INTERNAL_ERROR', message: 'The database is full.' });
    load.mockRejectedValueOnce(refusal);
    await query.refresh();
    expect(query.snapshot).toEqual({ data: 1, error: refusal, loading: false });
    expect(connection.unreachable).toEqual([]);
  });

  it('gives an older read up when it is told to refresh', async () => {
    const signals: AbortSignal[] = [];
    load.mockImplementation(signal => {
      signals.push(signal);
      return signals.length === 1 ? new Promise(() => undefined) : Promise.resolve(7);
    });
    query.active = true;
    await query.refresh();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
    expect(query.snapshot.data).toBe(7);
  });

  it('is silent after it was disposed', async () => {
    query.active = true;
    await settle();
    query.dispose();
    change();
    await query.refresh();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(load).toHaveBeenCalledTimes(1);
  });
});
