import type { DatabaseSync } from 'node:sqlite';
import { InvalidStateError } from '../../errors.js';
import { migrations } from '../migrations/index.js';
import { SQLITE_SCHEMA, type Migration } from '../migrations/schema-dialect.js';

/**
 * Brings the database to the newest schema, each migration in a transaction of its own.
 *
 * @returns the names of the migrations that were applied now.
 * @throws InvalidStateError when a newer version of Slipway has already changed this database.
 */
export function migrate(database: DatabaseSync, all: readonly Migration[] = migrations): string[] {
  database.exec(
    'create table if not exists schema_migration(name text not null primary key, applied_at bigint not null) without rowid'
  );
  const applied = new Set(
    database
      .prepare('select name from schema_migration')
      .all()
      .map(row => String(row['name']))
  );
  const unknown = [...applied].filter(name => !all.some(migration => migration.name === name));
  if (unknown.length > 0) {
    throw new InvalidStateError(`The database was written by a newer version of Slipway (${unknown.join(', ')}).`, {
      remedy: 'Update Slipway, or name another data folder with --data.'
    });
  }
  const done: string[] = [];
  for (const migration of all) {
    if (!applied.has(migration.name)) {
      applyMigration(database, migration);
      done.push(migration.name);
    }
  }
  return done;
}

function applyMigration(database: DatabaseSync, migration: Migration): void {
  database.exec('begin immediate');
  try {
    for (const statement of migration.statements(SQLITE_SCHEMA)) {
      database.exec(statement);
    }
    database.prepare('insert into schema_migration(name, applied_at) values(?, ?)').run(migration.name, Date.now());
    database.exec('commit');
  } catch (error) {
    database.exec('rollback');
    throw error;
  }
}
