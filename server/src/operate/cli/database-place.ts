import path from 'node:path';
import type { DatabasePlace } from '../../app.js';
import { isPostgresUrl } from '../../platform/store/database-url.js';
import { UsageError } from './options.js';

/**
 * Reads where metadata is stored: as the option says, else as `DATABASE_URL` does, else in the data folder.
 *
 * @param uri `--backend-store-uri`, as SQLAlchemy writes databases.
 * @param exclusive `--nfs`
 * @throws UsageError
 */
export function databasePlace(uri = process.env['DATABASE_URL'], exclusive = false): DatabasePlace {
  return { address: uri === undefined || uri === '' ? undefined : databaseAddress(uri), exclusive };
}

/** @returns a PostgreSQL URL or the path of a SQLite file. @throws UsageError, which does not repeat a password. */
export function databaseAddress(uri: string): string {
  if (isPostgresUrl(uri)) {
    return uri;
  }
  const sqlite = /^sqlite:\/\/\/([^?]+)/.exec(uri)?.[1];
  if (sqlite === undefined) {
    const scheme = /^[a-z][a-z0-9+.-]*:/i.exec(uri)?.[0] ?? 'a folder';
    throw new UsageError(
      `The database is named as sqlite:///path/to/file.db or postgresql://user:password@host/database, not by ${scheme}. ` +
        "A folder of MLflow's (mlruns) and its databases are brought over with `slipway mlflow import`."
    );
  }
  return path.resolve(sqlite);
}
