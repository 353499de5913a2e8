import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { KeptBlobs } from '../../platform/artifacts/kept-blobs.js';
import { DataFolder } from '../../platform/data-folder.js';
import { InvalidRequestError } from '../../platform/errors.js';
import { openStore } from '../../platform/store/open-store.js';
import { printArrivals } from '../arrival-table.js';
import { ForeignPlaces } from '../mlflow-import/artifact-places.js';
import type { ForeignStore } from '../mlflow-import/foreign-store.js';
import { Importer, type ImportReport } from '../mlflow-import/importer.js';
import { withStoreTarget, type StoreTarget } from '../store-target.js';
import { databaseAddress } from './database-place.js';
import { parseOptions, UsageError } from './options.js';

export const mlflowImportHelp = `slipway mlflow import --from STORE --to PLACE

Brings over what MLflow stored. The source is only read. When it was interrupted, run the same command again.

  --from STORE       sqlite:///mlflow.db or a folder mlruns, as MLflow wrote them
  --to PLACE         a data folder of Slipway's that no server works on, or postgresql://user:password@host/database
                     (postgresql: alone is the one that DATABASE_URL names)
  --artifacts DIR    where MLflow's server kept what it served as mlflow-artifacts: (default: mlartifacts beside STORE)
  --data DIR         with PostgreSQL: data folder that gets the files (default: .slipway)
  --artifacts-destination PLACE
                     artifact store that gets the files instead, e.g. s3://bucket/folder
`;

/** @returns the exit code: 1 when something did not arrive. */
export async function mlflowImportCommand(args: readonly string[]): Promise<number> {
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
  if (existsSync(DataFolder.at(from).database)) {
    throw new UsageError(`${from} is a Slipway data folder; copy it with \`slipway db copy\`.`);
  }
  return withStoreTarget(to, options, async target => report(await bringOver(from, options.artifacts, target)));
}

async function bringOver(from: string, artifacts: string | undefined, target: StoreTarget): Promise<ImportReport> {
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
  const isComplete = printArrivals(arrivals);
  for (const { what, count } of leftBehind) {
    console.log(`Left behind: ${what} (${count}).`);
  }
  if (!isComplete) {
    console.log('The copy is incomplete: run the same command again.');
  } else if (leftBehind.length === 0) {
    console.log('Everything is here.');
  } else {
    console.log('All else is here.');
  }
  return isComplete ? 0 : 1;
}
