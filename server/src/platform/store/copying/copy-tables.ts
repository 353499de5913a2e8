import { sql, type Kysely } from 'kysely';
import { InvalidStateError } from '../../errors.js';
import type { Store } from '../store.js';
import type { Tables } from '../tables.js';
import { ROWS_AT_ONCE, type Row, type TableSource } from './table-source.js';

/** No database takes more values than this in one statement. */
const MOST_VALUES = 30_000;

/** Rows by table. */
export type TableCounts = Readonly<Record<string, number>>;

/**
 * Fills an empty database with the tables of another, of the same kind or not: all of them, or nothing when it is
 * interrupted.
 *
 * @param target an opened store, so that its tables are those of this version.
 * @throws InvalidStateError when there is something in it already.
 */
export async function copyTables(source: TableSource, target: Store): Promise<TableCounts> {
  return target.writes.transaction().execute(async transaction => {
    await refuseFilled(transaction, source.tables);
    // Every new database has it; the copied one takes its place.
    await transaction.deleteFrom('experiment').execute();
    const counts: Record<string, number> = {};
    for (const table of source.tables) {
      counts[table] = await copyTable(source, table, transaction);
    }
    await target.continueIds(transaction);
    return counts;
  });
}

async function copyTable(source: TableSource, table: string, target: Kysely<Tables>): Promise<number> {
  let copied = 0;
  for await (const rows of source.rows(table)) {
    const columns = Object.keys(rows[0] ?? {});
    const atOnce = Math.min(ROWS_AT_ONCE, Math.floor(MOST_VALUES / columns.length));
    for (let start = 0; start < rows.length; start += atOnce) {
      await insert(target, table, columns, rows.slice(start, start + atOnce));
    }
    copied += rows.length;
  }
  const found = await countRows(target, table);
  if (found !== copied) {
    throw new Error(`${copied} rows of ${table} were read, but ${found} are there now.`);
  }
  return copied;
}

async function insert(
  target: Kysely<Tables>,
  table: string,
  columns: readonly string[],
  rows: readonly Row[]
): Promise<void> {
  const names = sql.join(columns.map(column => sql.ref(column)));
  const values = rows.map(row => sql`(${sql.join(columns.map(column => row[column]))})`);
  await sql`insert into ${sql.table(table)}(${names}) values ${sql.join(values)}`.execute(target);
}

/** @throws InvalidStateError when there is something in one of the tables. */
export async function refuseFilled(target: Kysely<Tables>, tables: readonly string[]): Promise<void> {
  for (const table of tables) {
    const own = table === 'experiment' ? 1 : 0;
    if ((await countRows(target, table)) > own) {
      throw new InvalidStateError(`The database is not empty: there are rows in its table ${table}.`, {
        remedy: 'Name a new one.'
      });
    }
  }
}

export async function countRows(db: Kysely<Tables>, table: string): Promise<number> {
  const { rows } = await sql<{ n: number }>`select count(*) as n from ${sql.table(table)}`.execute(db);
  return rows[0]?.n ?? 0;
}
