import { createHash } from 'node:crypto';
import path from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTestStore, type TestStore } from '../../../testing/test-store.js';
import { BLOB_REFERENCES } from './blob-references.js';
import { KeptBlobs } from './kept-blobs.js';
import { LocalBlobStore } from './local-blob-store.js';
import { sweep } from './sweep.js';
import { Uploads } from './uploads.js';

/** Columns that hold a hash, but not the name of a blob that must stay. */
const NO_REFERENCES = new Set(['blob.sha256', 'cell_execution.source_sha256']);

let test: TestStore;
let blobs: KeptBlobs;
beforeEach(async () => {
  test = await openTestStore();
  blobs = new KeptBlobs(test.store, await LocalBlobStore.open(path.join(test.folder, 'blobs')));
});
afterEach(() => test.remove());

async function put(text: string): Promise<string> {
  return (await blobs.put(chunks(text))).sha256;
}

async function* chunks(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

const everything = { uploadedBefore: Number.MAX_SAFE_INTEGER, dryRun: false };

describe('sweeping blobs', () => {
  it('takes what nothing refers to, and says how much', async () => {
    const gone = await put('nobody needs it');
    expect(await sweep(test.store, blobs, everything)).toEqual({ blobs: 1, bytes: 15 });
    expect(await blobs.size(gone)).toBeUndefined();
    expect(await sweep(test.store, blobs, everything)).toEqual({ blobs: 0, bytes: 0 });
  });

  it.each(BLOB_REFERENCES)('leaves what $table names', async ({ table, column }) => {
    const kept = await put(`named by ${table}`);
    // Only that column matters here; the others get something of their type.
    const columns = (await columnsOf()).filter(each => each.table === table && each.name !== 'id');
    const values = columns.map(each => (each.name === column ? kept : each.isText ? `'x'` : 1));
    await sql`insert into ${sql.table(table)}(${sql.join(columns.map(each => sql.ref(each.name)))})
      values(${sql.join(values.map(value => (value === kept ? sql`${kept}` : sql`${value}`)))})`.execute(
      test.store.writes
    );
    expect(await sweep(test.store, blobs, everything)).toEqual({ blobs: 0, bytes: 0 });
    expect(await blobs.size(kept)).toBeDefined();
  });

  it('knows every column of the database that may name a blob', async () => {
    const named = (await columnsOf())
      .filter(each => each.name.includes('sha256'))
      .map(each => `${each.table}.${each.name}`)
      .filter(name => !NO_REFERENCES.has(name));
    expect(named.sort()).toEqual(BLOB_REFERENCES.map(({ table, column }) => `${table}.${column}`).sort());
  });

  it('leaves what was uploaded a short while ago, also when the same bytes had come before', async () => {
    const sha256 = await put('comes twice');
    await test.store.writes.updateTable('blob').set({ claimed_at: 1 }).execute();
    await put('comes twice');
    const anHourAgo = { uploadedBefore: Date.now() - 3_600_000, dryRun: false };
    expect(await sweep(test.store, blobs, anHourAgo)).toEqual({ blobs: 0, bytes: 0 });
    expect(await blobs.size(sha256)).toBe(11);
  });

  it('deletes nothing in a dry run, and reports what it would delete', async () => {
    const kept = await put('still here');
    expect(await sweep(test.store, blobs, { ...everything, dryRun: true })).toEqual({ blobs: 1, bytes: 10 });
    expect(await blobs.size(kept)).toBe(10);
  });

  it('goes on beside uploads of the same bytes without ever losing one', async () => {
    await Promise.all([
      ...Array.from({ length: 60 }, async (_, index) => {
        const text = `contended ${index % 3}`;
        const sha256 = await put(text);
        await test.store.writes
          .insertInto('run_artifact')
          .values({ run: index, path: 'file', sha256, size: text.length, created_at: 0 })
          .execute();
      }),
      ...Array.from({ length: 10 }, () => sweep(test.store, blobs, { ...everything, uploadedBefore: Date.now() - 1 }))
    ]);
    for (let index = 0; index < 3; index += 1) {
      const text = `contended ${index}`;
      expect((await blobs.read(createHash('sha256').update(text).digest('hex'))).toString()).toBe(text);
    }
  });

  it('takes the parts of uploads that were never completed', async () => {
    const uploads = new Uploads(test.store, blobs, 'a secret of these tests');
    const id = await uploads.begin('0/run/artifacts/file');
    await uploads.receive(id, 1, chunks('part one'));
    expect(await sweep(test.store, blobs, { uploadedBefore: Date.now() - 1000, dryRun: false })).toMatchObject({
      blobs: 0
    });
    expect(await sweep(test.store, blobs, everything)).toEqual({ blobs: 1, bytes: 8 });
    await expect(uploads.receive(id, 2, chunks('part two'))).rejects.toThrow('There is no upload');
  });
});

async function columnsOf(): Promise<{ table: string; name: string; isText: boolean }[]> {
  const tables = await test.store.reads.introspection.getTables();
  return tables.flatMap(table =>
    table.columns.map(column => ({
      table: table.name,
      name: column.name,
      isText: column.dataType.toLowerCase() === 'text'
    }))
  );
}
