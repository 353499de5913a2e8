import type { BlobStore } from '../platform/artifacts/blob-store.js';
import { openBlobStore } from '../platform/artifacts/open-blob-store.js';
import { DataFolder } from '../platform/data-folder.js';
import { isPostgresUrl } from '../platform/store/database-url.js';
import { artifactPlaces } from './cli/artifact-places.js';
import { dataFolder, UsageError } from './cli/options.js';

/** A store of ours that is filled from somewhere else. */
export interface StoreTarget {
  /** URL of a PostgreSQL database, or the path of a SQLite file. */
  readonly database: string;
  readonly blobs: BlobStore;
}

/**
 * Gives a command the store that it fills, which no server works on meanwhile.
 *
 * @param to a data folder, or the URL of a PostgreSQL database; `postgresql:` alone is the one that DATABASE_URL names.
 * @throws UsageError
 */
export async function withStoreTarget<T>(
  to: string,
  options: { readonly data?: string | undefined; readonly 'artifacts-destination'?: string | undefined },
  use: (target: StoreTarget) => Promise<T>
): Promise<T> {
  const database = to === 'postgresql:' ? (process.env['DATABASE_URL'] ?? '') : to;
  if (to === 'postgresql:' && !isPostgresUrl(database)) {
    throw new UsageError('DATABASE_URL does not name a PostgreSQL database.');
  }
  const isShared = isPostgresUrl(database);
  const folder = await DataFolder.create(isShared ? dataFolder(options.data) : database);
  const { destination = folder.blobs } = artifactPlaces(options['artifacts-destination']);
  const target = {
    database: isShared ? database : folder.database,
    blobs: await openBlobStore(destination, folder.incoming)
  };
  const unlock = isShared ? undefined : await folder.lock();
  try {
    return await use(target);
  } finally {
    await unlock?.();
  }
}
