import { isPostgresUrl } from './database-url.js';
import type { SqliteOptions } from './sqlite/connection.js';
import type { Store } from './store.js';

/**
 * Opens a database, and creates or migrates its tables first.
 *
 * @param database URL of a PostgreSQL database, or the path of a SQLite file.
 * @throws InvalidStateError when it was written by a newer version, or PostgreSQL refuses us.
 * @throws ServiceUnavailableError when PostgreSQL does not answer.
 */
export async function openStore(database: string, options: SqliteOptions = {}): Promise<Store> {
  // Each is loaded only when it is used: a server starts in half a second.
  if (isPostgresUrl(database)) {
    const { openPostgresStore } = await import('./postgres/postgres-store.js');
    return openPostgresStore(database);
  }
  const { openSqliteStore } = await import('./sqlite/sqlite-store.js');
  return openSqliteStore(database, options);
}
