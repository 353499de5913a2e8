import { counted } from '@slipway/wording';
import path from 'node:path';
import { openBlobStore } from '../../platform/artifacts/open-blob-store.js';
import { createBackup } from '../../governance/backup/backup.js';
import { DataFolder } from '../../platform/data-folder.js';
import { artifactPlaces } from './artifact-places.js';
import { databasePlace } from './database-place.js';
import { dataFolder, parseOptions, UsageError } from './options.js';

export const backupHelp = `slipway backup --to FOLDER [--data DIR]

Writes the metadata of one moment and all files into a folder, while the server goes on. The same folder again is brought
up to date: only new files are copied. \`slipway restore\` brings it back, into SQLite or PostgreSQL.

  --to FOLDER      where the backup goes; it holds secrets of users, and only its owner can read it
  --data DIR       data folder of the server
  --backend-store-uri URI, --artifacts-destination PLACE
                   as the server was started with, when they are not in DATABASE_URL and MLFLOW_ARTIFACTS_DESTINATION
`;

/** @returns the exit code. */
export async function backupCommand(args: readonly string[]): Promise<number> {
  const options = parseOptions(args, {
    to: { type: 'string' },
    data: { type: 'string' },
    'backend-store-uri': { type: 'string' },
    'artifacts-destination': { type: 'string' }
  });
  if (options.to === undefined) {
    throw new UsageError('Name the folder of the backup: --to FOLDER.');
  }
  const folder = DataFolder.at(dataFolder(options.data));
  const { address = folder.database } = databasePlace(options['backend-store-uri']);
  const { destination = folder.blobs } = artifactPlaces(options['artifacts-destination']);
  const to = path.resolve(options.to);
  const manifest = await createBackup(address, await openBlobStore(destination, folder.incoming), to);
  const { run = 0, model_version = 0 } = manifest.rows;
  const megabytes = (manifest.bytes / 1024 / 1024).toFixed(1);
  console.log(
    `Backup in ${to}: ${counted(run, 'run')}, ${counted(model_version, 'model version')}, ${counted(manifest.blobs, 'file')} (${megabytes} MB).`
  );
  return 0;
}
