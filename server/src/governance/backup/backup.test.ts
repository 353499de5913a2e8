import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KeptBlobs } from '../../platform/artifacts/kept-blobs.js';
import { LocalBlobStore } from '../../platform/artifacts/local-blob-store.js';
import { InvalidStateError, NotFoundError } from '../../platform/errors.js';
import { openStore } from '../../platform/store/open-store.js';
import { freshDatabase } from '../../../testing/test-database.js';
import { logTo, newRun, openTestStore, type TestStore } from '../../../testing/test-store.js';
import type { BlobStore } from '../../platform/artifacts/blob-store.js';
import { createBackup } from './backup.js';
import { prepareRestore } from './restore.js';

let test: TestStore;
let blobs: KeptBlobs;
let folder: string;
let to: string;
beforeEach(async () => {
  test = await openTestStore();
  blobs = new KeptBlobs(test.store, await LocalBlobStore.open(path.join(test.folder, 'blobs')));
  folder = await mkdtemp(path.join(os.tmpdir(), 'slipway-backup-'));
  to = path.join(folder, 'backup');
});
afterEach(async () => {
  await test.remove();
  await rm(folder, { recursive: true, force: true });
});

async function* bytes(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

/** Runs with points that are not numbers, texts of all kinds, and a file each. */
async function fill(names: readonly string[]): Promise<void> {
  for (const name of names) {
    await test.store.write(newRun(name, { name: `größe 🚢 ${name}`, tags: [{ key: "it's", value: '"quoted"' }] }));
    const values = [0.1, 'NaN', 'Infinity', '-Infinity', -0, 5e-324] as const;
    await test.store.write(
      logTo(name, {
        metrics: values.map((value, step) => ({ key: 'm', value, timestamp: 2 ** 45 + step, step: step - 3 })),
        params: [{ key: 'p', value: '' }]
      })
    );
    await blobs.put(bytes(`file of ${name}`));
  }
}

/** Everything in a database, in an order of its own. */
async function contentOf(store: { reads: TestStore['store']['reads'] }): Promise<Record<string, unknown[]>> {
  const content: Record<string, unknown[]> = {};
  for (const table of ['run', 'key', 'series', 'point', 'param', 'tag', 'blob', 'experiment'] as const) {
    const { rows } = await sql`select * from ${sql.table(table)}`.execute(store.reads);
    content[table] = rows
      .map(row => JSON.stringify(row, (_, value: unknown) => (value === undefined ? null : value)))
      .sort();
  }
  return content;
}

async function restoreBackup(database: string, target: BlobStore): Promise<void> {
  const restore = await prepareRestore(to, { database, blobs: target, blobFolder: folder, scratch: folder });
  await restore.fill().finally(() => restore.close());
}

async function restored(): Promise<{ content: Record<string, unknown[]>; file: (name: string) => Promise<string> }> {
  const database = (await freshDatabase()) ?? path.join(folder, 'restored.db');
  const target = await LocalBlobStore.open(path.join(folder, 'restored-blobs'));
  await restoreBackup(database, target);
  const store = await openStore(database);
  try {
    return {
      content: await contentOf(store),
      file: async name => (await target.read(createHash('sha256').update(`file of ${name}`).digest('hex'))).toString()
    };
  } finally {
    await store.close();
  }
}

describe('a backup', () => {
  it('brings everything back as it was', async () => {
    await fill(['a', 'b']);
    const manifest = await createBackup(test.database, blobs, to);
    expect(manifest).toMatchObject({ rows: { run: 2, point: 12, experiment: 1 }, blobs: 2 });
    const { content, file } = await restored();
    expect(content).toEqual(await contentOf(test.store));
    expect([await file('a'), await file('b')]).toEqual(['file of a', 'file of b']);
  });

  it('is of one moment, while runs are logged on', async () => {
    const writing = { on: true };
    let written = 0;
    const writer = (async () => {
      for (; writing.on; written += 1) {
        await test.store.write(newRun(`run-${written}`, { tags: [{ key: 'number', value: String(written) }] }));
        await new Promise(resolve => setImmediate(resolve));
      }
    })();
    while (written < 20) {
      await new Promise(resolve => setTimeout(resolve, 1));
    }
    const { rows } = await createBackup(test.database, blobs, to);
    writing.on = false;
    await writer;
    expect(rows['run']).toBeGreaterThanOrEqual(20);
    // Beside its own, each has its name as a tag.
    expect(rows['tag']).toBe(2 * (rows['run'] ?? 0));
  });

  it('goes on where it was restored: new objects get ids of their own', async () => {
    await fill(['a']);
    await createBackup(test.database, blobs, to);
    const database = (await freshDatabase()) ?? path.join(folder, 'restored.db');
    await restoreBackup(database, await LocalBlobStore.open(path.join(folder, 'restored-blobs')));
    const store = await openStore(database);
    try {
      await store.write(newRun('next'));
      await store.write(logTo('next', { metrics: [{ key: 'm', value: 1, timestamp: 1, step: 0 }] }));
      await store.write(logTo('a', { metrics: [{ key: 'm', value: 9, timestamp: 1, step: 99 }] }));
      const { rows } = await sql<{ n: number }>`select count(distinct sid) as n from point`.execute(store.reads);
      expect(rows[0]?.n).toBe(2);
      const last = await store.reads.selectFrom('series').select(['step', 'value']).orderBy('step').execute();
      expect(last).toEqual([
        { step: 0, value: 1 },
        { step: 99, value: 9 }
      ]);
    } finally {
      await store.close();
    }
  });

  it('made again in the same folder copies only what is new', async () => {
    await fill(['a']);
    await createBackup(test.database, blobs, to);
    const [first] = (await readdir(path.join(to, 'blobs'), { recursive: true, withFileTypes: true })).filter(each =>
      each.isFile()
    );
    const old = path.join(first?.parentPath ?? '', first?.name ?? '');
    // A file that is there with its size is taken for what its name says.
    await writeFile(old, 'FILE OF a');
    await fill(['b']);
    expect(await createBackup(test.database, blobs, to)).toMatchObject({ blobs: 2, rows: { run: 2 } });
    expect(await readFile(old, 'utf8')).toBe('FILE OF a');
    await expect(restored()).rejects.toThrow('damaged');
  });

  it('does not touch a folder with other files', async () => {
    await writeFile(path.join(folder, 'thesis.tex'), '');
    await expect(createBackup(test.database, blobs, folder)).rejects.toThrow(InvalidStateError);
    expect(await readdir(folder)).toEqual(['thesis.tex']);
  });

  it('that was not completed cannot be restored', async () => {
    await fill(['a']);
    await createBackup(test.database, blobs, to);
    await rm(path.join(to, 'backup.json'));
    await expect(restored()).rejects.toThrow('no complete backup');
  });

  it('says which file is lost', async () => {
    await fill(['a']);
    const sha256 = createHash('sha256').update('file of a').digest('hex');
    await blobs.remove(sha256);
    const failed = createBackup(test.database, blobs, to);
    await expect(failed).rejects.toThrow(NotFoundError);
    await expect(failed).rejects.toThrow(sha256);
  });

  it('is not restored over something else', async () => {
    await fill(['a']);
    await createBackup(test.database, blobs, to);
    await expect(restoreBackup(test.database, blobs)).rejects.toThrow('not empty');
  });

  it('that is damaged is refused before anything is filled', async () => {
    await fill(['a']);
    await createBackup(test.database, blobs, to);
    const database = path.join(folder, 'restored.db');
    const refusal = async (): Promise<unknown> =>
      restoreBackup(database, await LocalBlobStore.open(path.join(folder, 'restored-blobs'))).catch(
        (error: unknown) => error
      );
    const manifest = path.join(to, 'backup.json');
    const written = await readFile(manifest, 'utf8');
    await writeFile(manifest, written.replace(/"run": 1/, '"run": 7'));
    expect(await refusal()).toMatchObject({
      code: 'INVALID_STATE',
      message: expect.stringContaining('7 rows') as string
    });
    await writeFile(manifest, written);
    const content = await readFile(path.join(to, 'slipway.db'));
    content.fill(0xff, 4096, 3 * 4096);
    await writeFile(path.join(to, 'slipway.db'), content);
    expect(await refusal()).toMatchObject({
      code: 'INVALID_STATE',
      message: expect.stringContaining('damaged') as string
    });
    expect((await readdir(folder)).filter(name => name.startsWith('restore'))).toEqual(['restored-blobs']);
  });

  it('of which a file is lost is refused before anything is filled', async () => {
    await fill(['a']);
    await createBackup(test.database, blobs, to);
    await rm(path.join(to, 'blobs'), { recursive: true });
    await expect(restored()).rejects.toThrow(/is damaged: .*was lost/);
  });
});
