import { rename } from 'node:fs/promises';
import path from 'node:path';
import { openBlobStore } from '../../platform/artifacts/open-blob-store.js';
import { restoreBackup } from '../../governance/backup/restore.js';
import { BackupFolder, removeDatabase } from '../../governance/backup/backup.js';
import { DataFolder } from '../../platform/data-folder.js';
import { InvalidStateError } from '../../platform/errors.js';
import { isPostgresUrl } from '../../platform/store/postgres/database-url.js';
import { artifactPlaces } from './artifact-places.js';
import { databasePlace } from './database-place.js';
import { dataFolder, parseOptions, UsageError } from './options.js';
import { supervisorProcess } from './processes-of.js';

export const restoreHelp = `slipway restore --from FOLDER [--data DIR]

Brings back what \`slipway backup\` wrote. Into a data folder that is in use: its server stops meanwhile (one that
\`npm start\` keeps comes back by itself), and what was there before stays beside it as slipway.db.before-restore.

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
  const blobs = await openBlobStore(destination, folder.incoming);
  // Before anything stops.
  await new BackupFolder(from).manifest();
  const supervised = (await supervisorProcess(folder)) !== undefined;
  const { unlock, stopped } = await takeFolder(folder);
  try {
    const arriving = isPostgresUrl(address) ? address : `${address}.arriving`;
    if (arriving !== address) {
      await removeDatabase(arriving);
    }
    const { rows, blobs: files } = await restoreBackup(from, arriving, blobs);
    if (arriving !== address) {
      await replaceDatabase(arriving, address);
    }
    console.log(`Restored to ${folder.root}: ${rows['run'] ?? 0} runs, ${files} files.`);
  } finally {
    await unlock();
  }
  if (stopped) {
    console.log(supervised ? 'The server starts again by itself.' : 'Its server was stopped; start it again.');
  }
  return 0;
}

/** The folder for this process, if need be after its server has stopped. */
async function takeFolder(folder: DataFolder): Promise<{ unlock: () => Promise<void>; stopped: boolean }> {
  const deadline = Date.now() + LOCK_PATIENCE_MS;
  for (let stopped = false; ;) {
    try {
      return { unlock: await folder.lock(), stopped };
    } catch (error) {
      if (!(error instanceof InvalidStateError) || Date.now() > deadline) {
        throw error;
      }
      const server = await folder.runningServer();
      if (server !== undefined) {
        stopped = true;
        try {
          process.kill(server.pid, 'SIGTERM');
        } catch {
          // It went by itself.
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
