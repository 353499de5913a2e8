import type { DatabaseSync } from 'node:sqlite';
import { pending, refuseForeign } from '../migrations/applied.js';
import { migrations } from '../migrations/index.js';
import { toOurError } from './failures.js';
import { SQLITE_SCHEMA, type Migration } from '../migrations/schema-dialect.js';

/**
 * Brings the database to the newest schema, all in one transaction: a new database then waits for its disk once.
 *
 * @returns the names of the migrations that were applied now.
 * @throws InvalidStateError when a newer version of Slipway has already changed this database.
 */
export function migrate(database: DatabaseSync, all: readonly Migration[] = migrations): string[] {
  const tables = database.prepare(`select name from sqlite_master where type = 'table'`).all();
  refuseForeign(new Set(tables.map(row => String(row['name']))));
  database.exec(
    'create table if not exists schema_migration(name text not null primary key, applied_at bigint not null) without rowid'
  );
  const applied = new Set(
    database
      .prepare('select name from schema_migration')
      .all()
      .map(row => String(row['name']))
  );
  const wanted = pending(all, applied);
  if (wanted.length > 0) {
    applyAll(database, wanted);
  }
  return wanted.map(({ name }) => name);
}

function applyAll(database: DatabaseSync, wanted: readonly Migration[]): void {
  const record = database.prepare('insert into schema_migration(name, applied_at) values(?, ?)');
  database.exec('begin immediate');
  try {
    for (const migration of wanted) {
      for (const statement of migration.statements(SQLITE_SCHEMA)) {
        database.exec(statement);
      }
      record.run(migration.name, Date.now());
    }
    database.exec('commit');
  } catch (error) {
    try {
      database.exec('rollback');
    } catch {
      // SQLite has rolled back by itself, as it does on a full disk.
    }
    throw toOurError(error);
  }
}
