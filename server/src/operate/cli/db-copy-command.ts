import { existsSync } from 'node:fs';
import { copyBlobs } from '../../governance/backup/backup.js';
import { openBlobStore } from '../../platform/artifacts/open-blob-store.js';
import { DataFolder } from '../../platform/data-folder.js';
import { copyTables } from '../../platform/store/copying/copy-tables.js';
import { openTableSource } from '../../platform/store/copying/open-table-source.js';
import { openStore } from '../../platform/store/open-store.js';
import { printArrivals, type Arrival } from '../arrival-table.js';
import { withStoreTarget, type StoreTarget } from '../store-target.js';
import { parseOptions, UsageError } from './options.js';

export const dbCopyHelp = `slipway db copy --from DIR --to PLACE

Copies a data folder to another database, with its files. The source is only read.

  --from DIR         a data folder of Slipway's
  --to PLACE         another data folder that no server works on, or postgresql://user:password@host/database, which is empty
                     (postgresql: alone is the one that DATABASE_URL names)
  --data DIR         with PostgreSQL: data folder that gets the files (default: .slipway)
  --artifacts-destination PLACE
                     artifact store that gets the files instead, e.g. s3://bucket/folder
`;

/** @returns the exit code. */
export async function dbCopyCommand(args: readonly string[]): Promise<number> {
  const options = parseOptions(args, {
    from: { type: 'string' },
    to: { type: 'string' },
    data: { type: 'string' },
    'artifacts-destination': { type: 'string' }
  });
  const { from, to } = options;
  if (from === undefined || to === undefined) {
    throw new UsageError('Name both: --from DIR and --to PLACE.');
  }
  const source = DataFolder.at(from);
  if (!existsSync(source.database)) {
    throw new UsageError(
      `${from} is not a Slipway data folder. Import an MLflow store with \`slipway mlflow import\`.`
    );
  }
  await withStoreTarget(to, options, async target => printArrivals(await copyFolder(source, target)));
  return 0;
}

async function copyFolder(folder: DataFolder, target: StoreTarget): Promise<Arrival[]> {
  // Brought to the tables of this version first; a server that works on it has done that already.
  const opened = await openStore(folder.database);
  try {
    const { blobs } = await copyBlobs(opened, await openBlobStore(folder.blobs, folder.incoming), target.blobs);
    const source = await openTableSource(folder.database);
    const store = await openStore(target.database);
    try {
      const counts = Object.entries(await copyTables(source, store)).filter(([, rows]) => rows > 0);
      return [
        ...counts.map(([table, rows]) => ({ what: table.replaceAll('_', ' '), there: rows, here: rows })),
        { what: 'files', there: blobs, here: blobs }
      ];
    } finally {
      await store.close();
      await source.close();
    }
  } finally {
    await opened.close();
  }
}
