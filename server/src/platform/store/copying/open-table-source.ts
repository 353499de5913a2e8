import { isPostgresUrl } from '../database-url.js';
import type { TableSource } from './table-source.js';

/**
 * Opens the tables of a database for copying.
 *
 * @param database URL of a PostgreSQL database, or the path of a SQLite file; its tables are those of this version.
 * @throws ServiceUnavailableError when PostgreSQL does not answer.
 */
export async function openTableSource(database: string): Promise<TableSource> {
  if (isPostgresUrl(database)) {
    const { openPostgresTables } = await import('../postgres/table-source.js');
    return openPostgresTables(database);
  }
  const { openSqliteTables } = await import('../sqlite/table-source.js');
  return openSqliteTables(database);
}
