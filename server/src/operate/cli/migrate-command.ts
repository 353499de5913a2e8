import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import type { BlobStore } from '../../platform/artifacts/blob-store.js';
import { KeptBlobs } from '../../platform/artifacts/kept-blobs.js';
import { openBlobStore } from '../../platform/artifacts/open-blob-store.js';
import { copyBlobs } from '../../governance/backup/backup.js';
import { DataFolder } from '../../platform/data-folder.js';
import { InvalidRequestError } from '../../platform/errors.js';
import { ForeignPlaces } from '../mlflow-import/artifact-places.js';
import type { ForeignStore } from '../mlflow-import/foreign-store.js';
import { Importer, type ImportReport } from '../mlflow-import/importer.js';
import { copyTables } from '../../platform/store/copying/copy-tables.js';
import { openTableSource } from '../../platform/store/copying/open-table-source.js';
import { openStore } from '../../platform/store/open-store.js';
import { isPostgresUrl } from '../../platform/store/database-url.js';
import { artifactPlaces } from './artifact-places.js';
import { databaseAddress } from './database-place.js';
import { dataFolder, parseOptions, UsageError } from './options.js';

export const migrateHelp = `slipway migrate --from STORE --to PLACE

Brings over a store of MLflow's, or moves ours to another database. The source is only read. When it was interrupted, run the
same command again.

  --from STORE       sqlite:///mlflow.db or a folder mlruns, as MLflow wrote them; or a data folder of Slipway's
  --to PLACE         a data folder of Slipway's that no server works on, or postgresql://user:password@host/database
                     (postgresql: alone is the one that DATABASE_URL names)
  --artifacts DIR    where MLflow's server kept what it served as mlflow-artifacts: (default: mlartifacts beside STORE)
  --data DIR         with PostgreSQL: data folder that gets the files (default: .slipway)
  --artifacts-destination PLACE
                     artifact store that gets the files instead, e.g. s3://bucket/folder
`;

/** Where things go. */
interface Target {
  readonly database: string;
  readonly blobs: BlobStore;
}

/** @returns the exit code: 1 when something did not arrive. */
export async function migrateCommand(args: readonly string[]): Promise<number> {
  const options = parseOptions(args, {
    from: { type: 'string' },
    to: { type: 'string' },
    artifacts: { type: 'string' },
    data: { type: 'string' },
    'artifacts-destination': { type: 'string' }
  });
  const { from, to } = options;
  if (from === undefined || to === undefined) {
    throw new UsageError('Name both: --from STORE and --to PLACE.');
  }
  const database = to === 'postgresql:' ? (process.env['DATABASE_URL'] ?? '') : to;
  if (to === 'postgresql:' && !isPostgresUrl(database)) {
    throw new UsageError('DATABASE_URL names no PostgreSQL database.');
  }
  const folder = await DataFolder.create(isPostgresUrl(database) ? dataFolder(options.data) : database);
  const { destination = folder.blobs } = artifactPlaces(options['artifacts-destination']);
  const target: Target = {
    database: isPostgresUrl(database) ? database : folder.database,
    blobs: await openBlobStore(destination, folder.incoming)
  };
  const unlock = isPostgresUrl(database) ? undefined : await folder.lock();
  try {
    const own = isDataFolder(from);
    return report(own ? await moveOwn(from, target) : await bringOver(from, options.artifacts, target));
  } finally {
    await unlock?.();
  }
}

function isDataFolder(from: string): boolean {
  return existsSync(DataFolder.at(from).database);
}

async function moveOwn(from: string, target: Target): Promise<ImportReport> {
  const folder = DataFolder.at(from);
  // Brought to the tables of this version first; a server that works on it has done that already.
  const opened = await openStore(folder.database);
  try {
    const { blobs } = await copyBlobs(opened, await openBlobStore(folder.blobs, folder.incoming), target.blobs);
    const source = await openTableSource(folder.database);
    const store = await openStore(target.database);
    try {
      const counts = await copyTables(source, store);
      const arrivals = Object.entries(counts).filter(([, rows]) => rows > 0);
      return {
        arrivals: [
          ...arrivals.map(([table, rows]) => ({ what: table.replaceAll('_', ' '), there: rows, here: rows })),
          { what: 'files', there: blobs, here: blobs }
        ],
        leftBehind: []
      };
    } finally {
      await store.close();
      await source.close();
    }
  } finally {
    await opened.close();
  }
}

async function bringOver(from: string, artifacts: string | undefined, target: Target): Promise<ImportReport> {
  const { store: source, beside } = await openForeign(from);
  try {
    const store = await openStore(target.database);
    try {
      const places = new ForeignPlaces(artifacts ?? path.join(beside, 'mlartifacts'));
      const importer = new Importer(store, new KeptBlobs(store, target.blobs), places, text =>
        console.log(`  ${text}`)
      );
      return await importer.run(source);
    } finally {
      await store.close();
    }
  } finally {
    source.close();
  }
}

/** @throws UsageError, InvalidRequestError */
async function openForeign(from: string): Promise<{ store: ForeignStore; beside: string }> {
  if (from.startsWith('sqlite:')) {
    const file = databaseAddress(from);
    if (!existsSync(file)) {
      throw new InvalidRequestError(`There is no database ${file}.`);
    }
    const { MlflowSqliteStore } = await import('../mlflow-import/sqlite-store.js');
    return { store: new MlflowSqliteStore(file), beside: path.dirname(file) };
  }
  const folder = path.resolve(from.replace(/^file:\/\//, ''));
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw new UsageError(`${from} is neither a folder nor a database: --from takes sqlite:///path or a folder.`);
  }
  const { MlflowFileStore } = await import('../mlflow-import/file-store.js');
  return { store: new MlflowFileStore(folder), beside: path.dirname(folder) };
}

function report({ arrivals, leftBehind }: ImportReport): number {
  const width = Math.max(...arrivals.map(({ what }) => what.length));
  console.log(`${''.padEnd(width)}  ${'there'.padStart(10)}  ${'here'.padStart(10)}`);
  for (const { what, there, here } of arrivals) {
    const missing = here < there ? '  <- missing' : '';
    console.log(`${what.padEnd(width)}  ${String(there).padStart(10)}  ${String(here).padStart(10)}${missing}`);
  }
  const complete = arrivals.every(({ there, here }) => here >= there);
  for (const { what, count } of leftBehind) {
    console.log(`Left behind: ${what} (${count}).`);
  }
  if (!complete) {
    console.log('Not everything is here: run the same command again.');
  } else if (leftBehind.length === 0) {
    console.log('Everything is here.');
  } else {
    console.log('All else is here.');
  }
  return complete ? 0 : 1;
}
