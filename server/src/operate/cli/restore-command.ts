import { counted } from '@slipway/wording';
import { rename } from 'node:fs/promises';
import path from 'node:path';
import { folderOfBlobs, openBlobStore } from '../../platform/artifacts/open-blob-store.js';
import { prepareRestore } from '../../governance/backup/restore.js';
import { removeDatabase } from '../../governance/backup/backup.js';
import { DataFolder } from '../../platform/data-folder.js';
import { InvalidStateError } from '../../platform/errors.js';
import { isPostgresUrl } from '../../platform/store/database-url.js';
import { artifactPlaces } from './artifact-places.js';
import { databasePlace } from './database-place.js';
import { dataFolder, parseOptions, UsageError } from './options.js';
import { supervisorProcess } from './processes-of.js';

export const restoreHelp = `slipway restore --from FOLDER [--data DIR]

Restores a backup written by \`slipway backup\`. If the data folder is in use, its server stops once the backup has been
checked (a server started by \`npm start\` restarts by itself), and the previous database is kept beside it as
slipway.db.before-restore.

  --from FOLDER    the backup
  --data DIR       data folder to fill
  --backend-store-uri URI, --artifacts-destination PLACE
                   database (an empty one, if it is PostgreSQL) and artifact store, when they are not in the data folder
`;

const LOCK_PATIENCE_MS = 20_000;

/** @returns the exit code. */
export async function restoreCommand(args: readonly string[]): Promise<number> {
  const options = parseOptions(args, {
    from: { type: 'string' },
    data: { type: 'string' },
    'backend-store-uri': { type: 'string' },
    'artifacts-destination': { type: 'string' }
  });
  if (options.from === undefined) {
    throw new UsageError('Name the folder of the backup: --from FOLDER.');
  }
  const from = path.resolve(options.from);
  const folder = await DataFolder.create(dataFolder(options.data));
  const { address = folder.database } = databasePlace(options['backend-store-uri']);
  const { destination = folder.blobs } = artifactPlaces(options['artifacts-destination']);
  const arriving = isPostgresUrl(address) ? address : `${address}.arriving`;
  const restore = await prepareRestore(from, {
    database: arriving,
    blobs: await openBlobStore(destination, folder.incoming),
    blobFolder: folderOfBlobs(destination),
    scratch: folder.root
  });
  try {
    if (arriving !== address) {
      await removeDatabase(arriving);
      await restore.fill();
    }
    await takingFolder(folder, async () => {
      await (arriving === address ? restore.fill() : replaceDatabase(arriving, address));
    });
    const { rows, blobs: files } = restore.manifest;
    console.log(`Restored to ${folder.root}: ${counted(rows['run'] ?? 0, 'run')}, ${counted(files, 'file')}.`);
  } finally {
    await restore.close();
  }
  return 0;
}

/**
 * Does something with the folder, if need be after its server has stopped. However that ends, the user hears of a server that
 * was stopped.
 */
async function takingFolder(folder: DataFolder, use: () => Promise<void>): Promise<void> {
  const supervised = (await supervisorProcess(folder)) !== undefined;
  let stopped = false;
  try {
    const unlock = await lockOf(folder, () => (stopped = true));
    await use().finally(unlock);
  } finally {
    if (stopped) {
      const restart = `start it again with \`slipway server --data ${folder.root}\``;
      console.log(
        supervised ? 'Its server was stopped, and starts again by itself.' : `Its server was stopped; ${restart}.`
      );
    }
  }
}

/** @param onStop hears that the server of the folder was told to stop. */
async function lockOf(folder: DataFolder, onStop: () => void): Promise<() => Promise<void>> {
  const deadline = Date.now() + LOCK_PATIENCE_MS;
  for (;;) {
    try {
      return await folder.lock();
    } catch (error) {
      if (!(error instanceof InvalidStateError) || Date.now() > deadline) {
        throw error;
      }
      const server = await folder.runningServer();
      if (server !== undefined) {
        onStop();
        try {
          process.kill(server.pid, 'SIGTERM');
        } catch {
          // It stopped by itself.
        }
      }
      await new Promise(resolve => setTimeout(resolve, 100));
    }
  }
}

async function replaceDatabase(arrived: string, database: string): Promise<void> {
  const before = `${database}.before-restore`;
  await removeDatabase(before);
  for (const suffix of ['', '-wal', '-shm']) {
    await rename(database + suffix, before + suffix).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') {
        throw error;
      }
    });
  }
  await rename(arrived, database);
}
