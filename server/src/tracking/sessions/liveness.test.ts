import type { SpoolRecord } from '@slipway/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EventLog } from '../../platform/events/event-log.js';
import { openTestStore, sessionStarted, type TestStore } from '../../../testing/test-store.js';
import { Liveness } from './liveness.js';

const HERE = 'this-host';
let start: number;

let test: TestStore;
let now: number;
let living: Set<number>;
let liveness: Liveness;
beforeEach(async () => {
  test = await openTestStore();
  // After the database is there: records are stored at the real time.
  start = Date.now();
  now = start;
  living = new Set([41]);
  liveness = new Liveness(test.store, new EventLog(), {
    hostname: HERE,
    isAlive: pid => living.has(pid),
    now: () => now
  });
});
afterEach(async () => {
  await test.remove();
});

async function startRun(hostname: string): Promise<void> {
  const started: SpoolRecord = {
    seq: 2,
    at: start,
    type: 'run.started',
    run_id: 'run-1',
    experiment_name: 'rain',
    name: 'elm',
    start_time: start,
    user: '',
    tags: []
  };
  const records = [sessionStarted(1, start, { pid: 41, hostname }), started];
  await test.store.write({ kind: 'records', session_id: 'session-1', records });
}

async function states(): Promise<{ session: string | undefined; run: number | undefined; failure: string | null }> {
  const session = await test.store.reads.selectFrom('session').select('state').executeTakeFirst();
  const run = await test.store.reads.selectFrom('run').select(['status', 'failure']).executeTakeFirst();
  return { session: session?.state, run: run?.status, failure: run?.failure ?? null };
}

const RUNNING = 1;
const FINISHED = 3;
const FAILED = 4;

describe('liveness', () => {
  it('leaves a kernel alone while its process lives, however long it is silent', async () => {
    await startRun(HERE);
    now += 3_600_000;
    await liveness.check();
    expect(await states()).toEqual({ session: 'alive', run: RUNNING, failure: null });
  });

  it('fails the runs of a kernel whose process is gone, and says so', async () => {
    await startRun(HERE);
    living.clear();
    await liveness.check();
    expect(await states()).toEqual({
      session: 'lost',
      run: FAILED,
      failure: JSON.stringify({ message: 'The kernel died (process 41 is gone) before the run finished.' })
    });
  });

  it('fails the runs of a kernel on another machine after thirty seconds of silence, and not before', async () => {
    await startRun('another-host');
    now += 29_000;
    await liveness.check();
    expect(await states()).toMatchObject({ session: 'alive', run: RUNNING });
    now += 2000;
    await liveness.check();
    expect(await states()).toMatchObject({ session: 'lost', run: FAILED });
  });

  it('gives a kernel that sends records again its runs back', async () => {
    await startRun('another-host');
    now += 60_000;
    await liveness.check();
    const records: SpoolRecord[] = [{ seq: 3, at: Date.now(), type: 'session.seen' }];
    await test.store.write({ kind: 'records', session_id: 'session-1', records });
    expect(await states()).toEqual({ session: 'alive', run: RUNNING, failure: null });
  });

  it('fails a run that its kernel left running when it was shut down', async () => {
    await startRun(HERE);
    const records: SpoolRecord[] = [{ seq: 3, at: start, type: 'session.ended' }];
    await test.store.write({ kind: 'records', session_id: 'session-1', records });
    await liveness.check();
    expect(await states()).toMatchObject({ session: 'ended', run: FAILED });
  });

  it('fails nothing when only the page that watched a kernel was closed', async () => {
    await startRun('another-host');
    await test.store.writes.updateTable('session').set({ recorder: 'front_end' }).execute();
    now += 120_000;
    await liveness.check();
    expect(await states()).toMatchObject({ session: 'alive', run: RUNNING });
    now += 60_000;
    await liveness.check();
    await liveness.check();
    expect(await states()).toEqual({ session: 'lost', run: RUNNING, failure: null });
  });

  it('believes the end that a spool brings later', async () => {
    await startRun(HERE);
    living.clear();
    await liveness.check();
    const finished: SpoolRecord = {
      seq: 3,
      at: start,
      type: 'run.finished',
      run_id: 'run-1',
      status: 'FINISHED',
      end_time: start,
      failure: null
    };
    await test.store.write({ kind: 'records', session_id: 'session-1', records: [finished] });
    expect(await states()).toMatchObject({ run: FINISHED, failure: null });
  });
});
