import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { SpoolRecord } from '@slipway/contract';
import type { CreateRun, LogToRun } from '../src/platform/store/operations.js';
import { openStore } from '../src/platform/store/open-store.js';
import type { Store } from '../src/platform/store/store.js';
import { freshDatabase, isExclusive } from './test-database.js';

export interface TestStore {
  readonly store: Store;
  readonly folder: string;
  /** Where it is stored, as `openStore` takes it. */
  readonly database: string;
  /** Closes the database and opens it again, as a restart does. */
  reopen(): Promise<Store>;
  remove(): Promise<void>;
}

/** A fresh database for a test, of the kind that the test run is for. */
export async function openTestStore(): Promise<TestStore> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'slipway-store-'));
  const database = (await freshDatabase()) ?? path.join(folder, 'slipway.db');
  let store = await openStore(database, { exclusive: isExclusive() });
  return {
    get store() {
      return store;
    },
    folder,
    database,
    reopen: async () => {
      await store.close();
      store = await openStore(database, { exclusive: isExclusive() });
      return store;
    },
    remove: async () => {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    }
  };
}

/** A run in the default experiment. */
export function newRun(run_id: string, change: Partial<CreateRun> = {}): CreateRun {
  return {
    kind: 'run.create',
    run_id,
    experiment_id: 0,
    name: run_id,
    user: '',
    start_time: 1,
    status: 'RUNNING',
    tags: [],
    ...change
  };
}

export function logTo(run_id: string, entry: Partial<LogToRun>): LogToRun {
  return { kind: 'run.log', run_id, metrics: [], params: [], tags: [], ...entry };
}

/** First record of a kernel that runs in this process. */
export function sessionStarted(seq: number, at: number, change: { pid?: number; hostname?: string } = {}): SpoolRecord {
  return {
    seq,
    at,
    type: 'session.started',
    session: {
      kernel: 'slipway',
      language: 'typescript',
      notebook_path: 'a.ipynb',
      started_at: at,
      pid: change.pid ?? process.pid,
      environment: {
        runtime: 'node',
        platform: 'test',
        hostname: change.hostname ?? os.hostname(),
        packages: {},
        git: null
      }
    }
  };
}
