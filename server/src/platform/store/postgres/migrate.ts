import type pg from 'pg';
import { migrations } from '../migrations/index.js';
import { pending, refuseForeign } from '../migrations/applied.js';
import { POSTGRES_SCHEMA, type Migration } from '../migrations/schema-dialect.js';

/** Any number, the same in every server on the database. */
const MIGRATION_LOCK = 7_236_400;

/**
 * Brings the database to the newest schema, all of it or nothing; servers that start together wait for each other.
 *
 * @returns the names of the migrations that were applied now.
 * @throws InvalidStateError when a newer version of Slipway has already changed this database.
 */
export async function migrate(client: pg.ClientBase, all: readonly Migration[] = migrations): Promise<string[]> {
  await client.query('begin');
  try {
    await client.query(`select pg_advisory_xact_lock(${MIGRATION_LOCK})`);
    const tables = await client.query<{ name: string }>(
      'select tablename as name from pg_tables where schemaname = current_schema()'
    );
    refuseForeign(new Set(tables.rows.map(row => row.name)));
    await client.query(
      'create table if not exists schema_migration(name text not null primary key, applied_at bigint not null)'
    );
    const { rows } = await client.query<{ name: string }>('select name from schema_migration');
    const wanted = pending(all, new Set(rows.map(row => row.name)));
    for (const migration of wanted) {
      for (const statement of migration.statements(POSTGRES_SCHEMA)) {
        await client.query(statement);
      }
      await client.query('insert into schema_migration(name, applied_at) values($1, $2)', [migration.name, Date.now()]);
    }
    if (wanted.length > 0) {
      await compareTextByBytes(client);
    }
    await client.query('commit');
    return wanted.map(({ name }) => name);
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}

/**
 * Text is ordered and compared by its bytes, as on SQLite and whatever the database's own collation: pages end and begin
 * at the same names everywhere, and a prefix can be looked up in an index.
 */
async function compareTextByBytes(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ statement: string }>(`
    select format('alter table %I %s', c.relname, string_agg(
      format('alter column %I type text collate "C"', a.attname), ', ')) as statement
    from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
      join pg_collation k on k.oid = a.attcollation
    where n.nspname = current_schema() and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped
      and a.atttypid = 'text'::regtype and k.collname <> 'C'
    group by c.relname`);
  for (const { statement } of rows) {
    await client.query(statement);
  }
}
