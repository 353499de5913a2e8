import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StorageFullError } from '../../errors.js';
import { logTo, newRun } from '../../../../testing/test-store.js';
import type { Store } from '../store.js';
import { openSqliteStore } from './sqlite-store.js';

let folder: string;
let store: Store;
beforeEach(async () => {
  folder = path.join(await mkdtemp(path.join(os.tmpdir(), 'slipway-full-')), 'shared');
  mkdirSync(folder);
  // As a folder that somebody made before.
  chmodSync(folder, 0o755);
  store = openSqliteStore(path.join(folder, 'slipway.db'));
});
afterEach(() => store.close());

/** From now on the database may not grow, as on a full disk. */
async function fill(): Promise<void> {
  const { rows } = await sql<{ page_count: number }>`pragma page_count`.execute(store.writes);
  await sql`pragma max_page_count = ${sql.lit(rows[0]?.page_count)}`.execute(store.writes);
}

const long = 'x'.repeat(5000);
const tags = Array.from({ length: 50 }, (_, index) => ({ key: `k${index}`, value: long }));

describe('a database whose disk is full', () => {
  it('says so for each operation, alone or among others, and goes on reading', async () => {
    await store.write(newRun('before'));
    await fill();
    await expect(store.write(newRun('large', { tags }))).rejects.toThrow(StorageFullError);
    const together = await Promise.allSettled(['a', 'b', 'c'].map(name => store.write(newRun(name, { tags }))));
    for (const each of together) {
      expect(each).toMatchObject({ status: 'rejected', reason: { code: 'STORAGE_FULL' } });
    }
    const transaction = store.writes.transaction().execute(db =>
      db
        .insertInto('upload')
        .values({ id: 'a', location: long.repeat(100), created_at: 1 })
        .execute()
    );
    await expect(transaction).rejects.toThrow(/disk of the database is full/);
    expect(await store.reads.selectFrom('run').select('uuid').execute()).toEqual([{ uuid: 'before' }]);
  });

  it('names the cause, and not that there was nothing to roll back', async () => {
    await fill();
    const error: unknown = await store.write(newRun('large', { tags })).catch((thrown: unknown) => thrown);
    expect((error as { cause: Error }).cause.message).toMatch(/full/);
  });

  it('takes writes again as soon as there is space', async () => {
    await store.write(newRun('before'));
    await fill();
    await expect(store.write(newRun('large', { tags }))).rejects.toThrow(StorageFullError);
    await sql`pragma max_page_count = 1000000`.execute(store.writes);
    await store.write(newRun('large', { tags }));
    await store.write(logTo('before', { metrics: [{ key: 'm', value: 1, timestamp: 1, step: 0 }] }));
    expect(await store.reads.selectFrom('run').select('uuid').orderBy('id').execute()).toEqual([
      { uuid: 'before' },
      { uuid: 'large' }
    ]);
  });
});

describe.skipIf(process.platform === 'win32')('the files of a database', () => {
  const modes = (): string[] =>
    ['slipway.db', 'slipway.db-wal', 'slipway.db-shm'].map(name =>
      (statSync(path.join(folder, name)).mode & 0o777).toString(8)
    );

  it('are for their owner only, even if another user made the folder', () => {
    expect(modes()).toEqual(['600', '600', '600']);
  });

  it('that were open to others before are closed at the next start', async () => {
    await store.close();
    chmodSync(path.join(folder, 'slipway.db'), 0o644);
    store = openSqliteStore(path.join(folder, 'slipway.db'));
    expect(modes()).toEqual(['600', '600', '600']);
  });
});
