import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Store } from '../store/store.js';
import { openTestStore, type TestStore } from '../../../testing/test-store.js';
import { exposition, Reading } from '@slipway/telemetry';
import { Readiness } from './readiness.js';

let test: TestStore;
beforeEach(async () => {
  test = await openTestStore();
});
afterEach(async () => {
  vi.useRealTimers();
  await test.remove();
});

/** A store whose database does with a read what it is told. */
function storeThat(read: () => Promise<never>): Store {
  const query = { select: () => query, limit: () => query, execute: read };
  return { ...test.store, reads: { selectFrom: () => query } } as unknown as Store;
}

describe('a server', () => {
  it('is ready while its database answers and there is room', async () => {
    const readiness = new Readiness(test.store, [{ name: 'database', folder: test.folder }]);
    expect(await readiness.problem()).toBeUndefined();
    expect(await readiness.freeBytes()).toEqual([{ name: 'database', free: expect.any(Number) as number }]);
  });

  it('is not while its database answers with a failure', async () => {
    const readiness = new Readiness(
      storeThat(() => Promise.reject(new Error('gone'))),
      []
    );
    expect(await readiness.problem()).toBe('The database does not answer.');
  });

  it('says after two seconds that its database does not answer, however long that takes', async () => {
    vi.useFakeTimers();
    const problem = new Readiness(
      storeThat(() => new Promise(() => undefined)),
      []
    ).problem();
    await vi.advanceTimersByTimeAsync(2000);
    expect(await problem).toBe('The database does not answer in time.');
  });
});

describe('metrics of a server whose database is away', () => {
  it('are told all the same, without those that are in it', async () => {
    vi.useFakeTimers();
    const told = exposition([
      new Reading('slipway_runs', 'Runs.', 'gauge', () => Promise.reject(new Error('gone'))),
      new Reading('slipway_datasets', 'Datasets.', 'gauge', () => new Promise(() => undefined)),
      new Reading('process_open_fds', 'Open files.', 'gauge', () => [{ value: 7 }])
    ]);
    await vi.advanceTimersByTimeAsync(2000);
    const samples = (await told).split('\n').filter(line => line !== '' && !line.startsWith('#'));
    expect(samples).toEqual(['process_open_fds 7']);
  });
});
