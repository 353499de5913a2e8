import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { BlobStore } from '../../platform/artifacts/blob-store.js';
import { LocalBlobStore } from '../../platform/artifacts/local-blob-store.js';
import { InvalidStateError } from '../../platform/errors.js';
import { copyTables, type TableCounts } from '../../platform/store/copying/copy-tables.js';
import { openTableSource } from '../../platform/store/copying/table-source.js';
import { openStore } from '../../platform/store/open-store.js';
import { BackupFolder, copyBlobs, type BackupManifest } from './backup.js';

/**
 * Fills an empty database and a blob store from a backup, which stays as it is. A backup of an older version is brought
 * to the tables of this one on the way.
 *
 * @param database URL of a PostgreSQL database, or the path of a SQLite file.
 * @throws InvalidStateError when the backup is not complete, or the database not empty.
 */
export async function restoreBackup(from: string, database: string, blobs: BlobStore): Promise<BackupManifest> {
  const folder = new BackupFolder(from);
  const manifest = await folder.manifest();
  const scratch = await mkdtemp(path.join(os.tmpdir(), 'slipway-restore-'));
  try {
    const copy = path.join(scratch, 'slipway.db');
    await copyFile(folder.database, copy);
    const migrated = await openStore(copy);
    try {
      await copyBlobs(migrated, await LocalBlobStore.open(folder.blobs), blobs);
    } finally {
      await migrated.close();
    }
    checkRows(from, manifest, await fillDatabase(copy, database));
    return manifest;
  } finally {
    await rm(scratch, { recursive: true, force: true });
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
    throw new InvalidStateError(`The backup ${from} is damaged: ${wrong[1]} rows of ${wrong[0]} are missing in it.`, {
      remedy: 'Use another backup.'
    });
  }
}
