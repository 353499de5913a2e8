import path from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KeptBlobs } from '../../platform/artifacts/kept-blobs.js';
import { LocalBlobStore } from '../../platform/artifacts/local-blob-store.js';
import { Experiments } from '../../tracking/experiments/experiments.js';
import { logTo, newRun, openTestStore, type TestStore } from '../../../testing/test-store.js';
import { DEFAULT_RETENTION, Retention } from './retention.js';

let test: TestStore;
let blobs: KeptBlobs;
let retention: Retention;
beforeEach(async () => {
  test = await openTestStore();
  blobs = new KeptBlobs(test.store, await LocalBlobStore.open(path.join(test.folder, 'blobs')));
  retention = new Retention(test.store, blobs, DEFAULT_RETENTION);
});
afterEach(async () => {
  await retention.stop();
  await test.remove();
});

const now = { deleted_before_days: 0, grace_hours: 0, dry_run: false };

async function* bytes(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

/** A run with one of everything, and a file. */
async function fullRun(run_id: string, experiment_id = 0): Promise<string> {
  await test.store.write(newRun(run_id, { experiment_id, tags: [{ key: 'team', value: 'red' }] }));
  await test.store.write(
    logTo(run_id, {
      metrics: [0, 1, 2].map(step => ({ key: 'loss', value: step, timestamp: step, step })),
      params: [{ key: 'depth', value: '3' }]
    })
  );
  const input = { name: 'weather', version: 1, digest: 'd', context: 'train', details: null };
  await test.store.write({ kind: 'run.inputs', run_id, inputs: [input] });
  const { sha256, size } = await blobs.put(bytes(run_id));
  const { id } = await test.store.reads
    .selectFrom('run')
    .where('uuid', '=', run_id)
    .select('id')
    .executeTakeFirstOrThrow();
  await test.store.writes
    .insertInto('run_artifact')
    .values({ run: id, path: 'file', sha256, size, created_at: 0 })
    .execute();
  return sha256;
}

async function deleteRun(run_id: string, deleted = true): Promise<void> {
  await test.store.write({ kind: 'run.lifecycle', run_id, deleted });
  await new Promise(resolve => setTimeout(resolve, 2));
}

/** Rows in every table that holds something of runs. */
async function rowsLeft(): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const table of ['run', 'series', 'point', 'param', 'tag', 'run_input', 'run_artifact'] as const) {
    const { rows } = await sql<{ n: number }>`select count(*) as n from ${sql.table(table)}`.execute(test.store.reads);
    counts[table] = rows[0]?.n ?? -1;
  }
  return counts;
}

describe('collecting garbage', () => {
  it('takes everything of deleted runs, and nothing of others', async () => {
    await fullRun('kept');
    const before = await rowsLeft();
    const gone = await fullRun('gone');
    await deleteRun('gone');
    expect(await retention.collect(now)).toEqual({ runs: 1, experiments: 0, blobs: 1, bytes: 4 });
    expect(await rowsLeft()).toEqual(before);
    expect(await blobs.size(gone)).toBeUndefined();
  });

  it('leaves runs that were deleted too short ago, or restored', async () => {
    await fullRun('recent');
    await fullRun('restored');
    await deleteRun('recent');
    await deleteRun('restored');
    await deleteRun('restored', false);
    expect(await retention.collect({ ...now, deleted_before_days: 1 })).toMatchObject({ runs: 0, blobs: 0 });
    expect(await retention.collect(now)).toMatchObject({ runs: 1 });
    await expect(test.store.write(logTo('restored', {}))).resolves.toBeDefined();
  });

  it('leaves deleted runs alone when no age is said', async () => {
    await fullRun('deleted');
    await deleteRun('deleted');
    expect(await retention.collect({ ...now, deleted_before_days: null })).toMatchObject({ runs: 0, blobs: 0 });
  });

  it('takes deleted experiments with their runs and models, but never the default one', async () => {
    const id = await new Experiments(test.store).create('old', [{ key: 'a', value: 'b' }], null);
    await fullRun('inside', id);
    for (const experiment_id of [id, 0]) {
      await test.store.write({ kind: 'experiment.lifecycle', experiment_id, deleted: true });
    }
    await new Promise(resolve => setTimeout(resolve, 2));
    expect(await retention.collect(now)).toMatchObject({ runs: 1, experiments: 1 });
    const left = await test.store.reads.selectFrom('experiment').select('id').execute();
    expect(left.map(each => each.id)).toEqual([0]);
    expect(await test.store.reads.selectFrom('experiment_tag').selectAll().execute()).toEqual([]);
    expect(await test.store.reads.selectFrom('key').where('exp', '=', id).selectAll().execute()).toEqual([]);
  });

  it('reports in a dry run what would be deleted', async () => {
    await fullRun('deleted');
    await deleteRun('deleted');
    await blobs.put(bytes('unnamed'));
    const dry = { ...now, dry_run: true };
    expect(await retention.collect(dry)).toEqual({ runs: 1, experiments: 0, blobs: 1, bytes: 7 });
    expect(await retention.collect(dry)).toEqual({ runs: 1, experiments: 0, blobs: 1, bytes: 7 });
  });

  it('deletes no run under a writer: a purged one is unknown, and a new one is its own', async () => {
    await fullRun('gone');
    await deleteRun('gone');
    await retention.collect(now);
    await expect(test.store.write(logTo('gone', {}))).rejects.toThrow('There is no run gone.');
    await test.store.write(newRun('next'));
    await test.store.write(logTo('next', { metrics: [{ key: 'loss', value: 7, timestamp: 1, step: 0 }] }));
    expect(await rowsLeft()).toMatchObject({ run: 1, series: 1, point: 1 });
    await expect(test.store.write({ kind: 'run.lifecycle', run_id: 'gone', deleted: false })).rejects.toThrow(
      'There is no run gone.'
    );
  });
});
