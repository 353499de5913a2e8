import { counted } from '@slipway/wording';
import { copyFile, mkdtemp, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { BlobStore } from '../../platform/artifacts/blob-store.js';
import { LocalBlobStore } from '../../platform/artifacts/local-blob-store.js';
import { CorruptBlobError, InvalidStateError, NotFoundError, StorageFullError } from '../../platform/errors.js';
import { diskSpace } from '../../platform/measurements/disk-space.js';
import { copyTables, countRows, refuseFilled, type TableCounts } from '../../platform/store/copying/copy-tables.js';
import { openTableSource } from '../../platform/store/copying/open-table-source.js';
import { openStore } from '../../platform/store/open-store.js';
import { isPostgresUrl } from '../../platform/store/database-url.js';
import { damageOf } from '../../platform/store/integrity.js';
import { BackupFolder, copyBlobs, missingBytes, type BackupManifest } from './backup.js';

export interface RestorePlaces {
  /** URL of an empty PostgreSQL database, or the path of a SQLite file that does not exist. */
  readonly database: string;
  readonly blobs: BlobStore;
  /** Folder of the blobs, when it is one of this machine's. */
  readonly blobFolder?: string | undefined;
  /** Folder for a copy of the backup's database. */
  readonly scratch: string;
}

/** A backup of which everything has been checked and every file is in its place; only the database is missing. */
export interface PreparedRestore {
  readonly manifest: BackupManifest;
  /** Fills the database. @throws InvalidStateError when it is not empty. */
  fill(): Promise<void>;
  /** Removes what the preparation needed. */
  close(): Promise<void>;
}

/**
 * Checks all that can be known of a backup and its target, and copies the files: nothing that is in use is touched. The
 * backup stays as it is; one of an older version is brought to the tables of this one on the way.
 *
 * @throws InvalidStateError when the backup is incomplete or damaged, or the database is not empty.
 * @throws StorageFullError when the disk is too small.
 */
export async function prepareRestore(from: string, places: RestorePlaces): Promise<PreparedRestore> {
  const folder = new BackupFolder(from);
  const manifest = await folder.manifest();
  await refuseFilledDatabase(places.database);
  await refuseWithoutRoom(places.scratch, 2 * (await stat(folder.database)).size, 'the database');
  const scratch = await mkdtemp(path.join(places.scratch, 'restore-'));
  const close = (): Promise<void> => rm(scratch, { recursive: true, force: true });
  try {
    const copy = path.join(scratch, 'slipway.db');
    await copyFile(folder.database, copy);
    await checkCopy(from, copy, manifest, places);
    return {
      manifest,
      fill: async () => checkRows(from, manifest, await fillDatabase(copy, places.database)),
      close
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function checkCopy(
  from: string,
  copy: string,
  manifest: BackupManifest,
  { blobs, blobFolder }: RestorePlaces
): Promise<void> {
  const damage = damageOf(copy);
  if (damage !== undefined) {
    throw damaged(from, damage);
  }
  const migrated = await openStore(copy);
  try {
    const counts: Record<string, number> = {};
    for (const table of Object.keys(manifest.rows)) {
      counts[table] = await countRows(migrated.reads, table);
    }
    checkRows(from, manifest, counts);
    if (blobFolder !== undefined) {
      await refuseWithoutRoom(blobFolder, await missingBytes(migrated, blobs), 'the artifacts');
    }
    await copyBlobs(migrated, await LocalBlobStore.open(new BackupFolder(from).blobs), blobs);
  } catch (error) {
    if (error instanceof CorruptBlobError || error instanceof NotFoundError) {
      throw damaged(from, error.message, error);
    }
    throw error;
  } finally {
    await migrated.close();
  }
}

async function refuseFilledDatabase(database: string): Promise<void> {
  if (!isPostgresUrl(database)) {
    return;
  }
  const [target, source] = await Promise.all([openStore(database), openTableSource(database)]);
  try {
    await refuseFilled(target.reads, source.tables);
  } finally {
    await Promise.all([target.close(), source.close()]);
  }
}

async function refuseWithoutRoom(folder: string, bytes: number, what: string): Promise<void> {
  const { free } = await diskSpace(folder);
  if (free < bytes) {
    throw new StorageFullError(
      `Not enough disk space for ${what}: ${bytes} bytes are needed in ${folder}, ${free} are free.`,
      {
        remedy: 'Free up space, or name another folder. Nothing was changed.'
      }
    );
  }
}

async function fillDatabase(from: string, to: string): Promise<TableCounts> {
  const source = await openTableSource(from);
  try {
    const target = await openStore(to);
    return await copyTables(source, target).finally(() => target.close());
  } finally {
    await source.close();
  }
}

function checkRows(from: string, manifest: BackupManifest, found: TableCounts): void {
  const wrong = Object.entries(manifest.rows).find(([table, rows]) => found[table] !== rows);
  if (wrong !== undefined) {
    const [table, rows] = wrong;
    throw damaged(from, `its table ${table} should have ${counted(rows, 'row')}, and has ${found[table] ?? 0}.`);
  }
}

function damaged(from: string, why: string, cause?: unknown): InvalidStateError {
  return new InvalidStateError(`The backup ${from} is damaged: ${why}`, { remedy: 'Use another backup.', cause });
}
