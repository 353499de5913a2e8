import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { LocalBlobStore } from '../../platform/artifacts/local-blob-store.js';
import type { BlobStore } from '../../platform/artifacts/blob-store.js';
import { InvalidStateError, NotFoundError } from '../../platform/errors.js';
import { copyTables } from '../../platform/store/copying/copy-tables.js';
import { openTableSource } from '../../platform/store/copying/open-table-source.js';
import { openStore } from '../../platform/store/open-store.js';
import type { Store } from '../../platform/store/store.js';
import { VERSION } from '../../platform/version.js';

/** `backup.json`: written last, so that a folder without it is not a backup. */
export const BackupManifest = z.object({
  format: z.literal(1),
  version: z.string().describe('Of the Slipway that wrote it.'),
  created_at: z.number().int(),
  rows: z.record(z.string(), z.number().int()).describe('By table.'),
  blobs: z.number().int(),
  bytes: z.number().int()
});
export type BackupManifest = z.infer<typeof BackupManifest>;

/** The files of a backup. */
export class BackupFolder {
  constructor(readonly path: string) {}

  get database(): string {
    return path.join(this.path, 'slipway.db');
  }

  get blobs(): string {
    return path.join(this.path, 'blobs');
  }

  get #manifest(): string {
    return path.join(this.path, 'backup.json');
  }

  /** @throws InvalidStateError when it is not one. */
  async manifest(): Promise<BackupManifest> {
    try {
      return BackupManifest.parse(JSON.parse(await readFile(this.#manifest, 'utf8')));
    } catch (cause) {
      throw new InvalidStateError(`${this.path} holds no complete backup.`, {
        remedy: 'Name the folder that was given to `slipway backup --to`.',
        cause
      });
    }
  }

  /** Makes it ready to be written: an earlier backup is brought up to date, anything else is left alone. */
  async begin(): Promise<void> {
    await mkdir(this.path, { recursive: true, mode: 0o700 });
    const files = await readdir(this.path);
    if (files.length > 0 && !files.includes('backup.json') && !files.every(file => this.#isOurs(file))) {
      throw new InvalidStateError(`There are other files in ${this.path}.`, { remedy: 'Name a new folder with --to.' });
    }
    await rm(this.#manifest, { force: true });
  }

  async complete(manifest: BackupManifest): Promise<void> {
    const temporary = `${this.#manifest}.tmp`;
    await writeFile(temporary, `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600 });
    await rename(temporary, this.#manifest);
  }

  /** What an interrupted backup leaves. */
  #isOurs(file: string): boolean {
    return file === 'blobs' || file.startsWith('slipway.db') || file === 'backup.json.tmp';
  }
}

/**
 * Writes everything of one moment into a folder, while the server goes on. The folder is a database file and blobs, as a
 * data folder has them; files that an earlier backup in it has are not copied again.
 *
 * @param database URL of a PostgreSQL database, or the path of a SQLite file.
 * @throws InvalidStateError for a folder with something else in it.
 */
export async function createBackup(database: string, blobs: BlobStore, to: string): Promise<BackupManifest> {
  const folder = new BackupFolder(to);
  await folder.begin();
  const rows = await copyDatabase(database, folder.database);
  const store = await openStore(folder.database);
  try {
    const copied = await copyBlobs(store, blobs, await LocalBlobStore.open(folder.blobs));
    const manifest = { format: 1 as const, version: VERSION, created_at: Date.now(), rows, ...copied };
    await folder.complete(manifest);
    return manifest;
  } finally {
    await store.close();
  }
}

async function copyDatabase(from: string, to: string): Promise<Record<string, number>> {
  const temporary = `${to}.tmp`;
  await removeDatabase(temporary);
  const source = await openTableSource(from);
  try {
    const target = await openStore(temporary);
    const rows = await copyTables(source, target).finally(() => target.close());
    await removeDatabase(to);
    await rename(temporary, to);
    return rows;
  } finally {
    await source.close();
  }
}

/** With what SQLite keeps beside it. */
export async function removeDatabase(file: string): Promise<void> {
  for (const suffix of ['', '-wal', '-shm']) {
    await rm(file + suffix, { force: true });
  }
}

const PAGE = 500;

/**
 * Copies every blob that a database counts and the target lacks; each is checked on its way.
 *
 * @throws NotFoundError for one that is gone.
 */
export async function copyBlobs(
  store: Store,
  from: BlobStore,
  to: BlobStore
): Promise<{ blobs: number; bytes: number }> {
  const copied = { blobs: 0, bytes: 0 };
  for await (const { sha256, size } of blobsOf(store)) {
    if ((await to.size(sha256)) !== size) {
      await copyBlob(sha256, from, to);
    }
    copied.blobs += 1;
    copied.bytes += size;
  }
  return copied;
}

/** Bytes of the blobs that a database counts and a store lacks. */
export async function missingBytes(store: Store, blobs: BlobStore): Promise<number> {
  let bytes = 0;
  for await (const { sha256, size } of blobsOf(store)) {
    bytes += (await blobs.size(sha256)) === size ? 0 : size;
  }
  return bytes;
}

async function* blobsOf(store: Store): AsyncGenerator<{ sha256: string; size: number }> {
  for (let after = ''; ;) {
    const page = await store.reads
      .selectFrom('blob')
      .where('sha256', '>', after)
      .orderBy('sha256')
      .limit(PAGE)
      .select(['sha256', 'size'])
      .execute();
    yield* page;
    after = page.at(-1)?.sha256 ?? '';
    if (page.length < PAGE) {
      return;
    }
  }
}

async function copyBlob(sha256: string, from: BlobStore, to: BlobStore): Promise<void> {
  try {
    await to.put((await from.open(sha256)).stream, { sha256 });
  } catch (error) {
    if (error instanceof NotFoundError) {
      throw new NotFoundError(`The file ${sha256} was taken away while it was to be copied, or was lost before.`, {
        remedy: 'Run the same command again.',
        cause: error
      });
    }
    throw error;
  }
}
