import type { DatabaseSync } from 'node:sqlite';
import { isOwnOfDatabase, ROWS_AT_ONCE, type Row, type TableSource } from '../copying/table-source.js';
import { openReader } from './connection.js';

/** Reads a SQLite file in one transaction, which no writer disturbs. @param file of a database that may be in use. */
export function openSqliteTables(file: string): TableSource {
  const database = openReader(file);
  try {
    database.exec('begin');
    const named = database.prepare(`select name from sqlite_schema where type = 'table' order by name`).all();
    return {
      tables: named.map(row => String(row['name'])).filter(name => !isOwnOfDatabase(name)),
      rows: table => readRows(database, table),
      close: async () => database.close()
    };
  } catch (error) {
    database.close();
    throw error;
  }
}

async function* readRows(database: DatabaseSync, table: string): AsyncGenerator<readonly Row[]> {
  let page: Row[] = [];
  for (const row of database.prepare(`select * from "${table}"`).iterate()) {
    page.push(row);
    if (page.length === ROWS_AT_ONCE) {
      yield page;
      page = [];
    }
  }
  if (page.length > 0) {
    yield page;
  }
}
