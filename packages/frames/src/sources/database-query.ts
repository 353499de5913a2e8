import { existsSync } from 'node:fs';
import path from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { SlipwayError } from '@slipway/notebook';
import { maskSecrets } from '@slipway/recording/spool';
import { isPostgresAddress, postgresRows } from './postgres-query.js';
import { refuseEqualColumns, type QueryRows } from './query-rows.js';
import { ExactNumber, writeRowsFile, type RowValue } from '../readers/rows-file.js';
import type { SourceFiles } from './source-files.js';
import { messageOf } from '@slipway/wording';

/** Rows of a database, by a query in its own SQL. */
export interface DatabaseQuery {
  /** A SQLite file, relative to the notebook's folder, or `postgres://user:password@host/database`. */
  readonly database: string;
  readonly query: string;
}

/**
 * Runs a query on a SQLite file, which is opened to be read only, or on PostgreSQL, and writes its rows into a temporary
 * file, one after the other, so that their number does not matter.
 *
 * @throws SlipwayError DATA_NOT_FOUND without the file and when PostgreSQL does not answer, DATA_UNREADABLE for what is no
 * SQLite file and for columns of bytes, DATA_EXPRESSION for a query that cannot be run, DATA_EMPTY without a row.
 */
export async function openQuery({ database, query }: DatabaseQuery, directory: string): Promise<SourceFiles> {
  const shown = maskSecrets(database);
  const { columns, rows } = await (isPostgresAddress(database)
    ? postgresRows(database, query)
    : sqliteRows({ database, query }, directory));
  const written = await writeRowsFile(columns, rows);
  if (written.count === 0) {
    await written.remove();
    throw new SlipwayError('DATA_EMPTY', `The query on "${shown}" gives no rows.`, {
      remedy: 'Check its conditions; nothing was registered.'
    });
  }
  const named = `${shown}: ${maskSecrets(query)}`;
  const source = { file: written.file, named: shown, format: 'rows', columns } as const;
  return { sources: [source], named, close: () => written.remove() };
}

async function sqliteRows({ database, query }: DatabaseQuery, directory: string): Promise<QueryRows> {
  const place = path.resolve(directory, database);
  if (!existsSync(place)) {
    throw new SlipwayError('DATA_NOT_FOUND', `There is no database "${database}".`, {
      remedy: `Looked for ${place}. Paths are relative to the notebook's folder.`
    });
  }
  const { DatabaseSync } = await import('node:sqlite');
  const opened = new DatabaseSync(place, { readOnly: true });
  try {
    const columns = columnsOf(opened, query);
    refuseEqualColumns(columns, database);
    return { columns, rows: rowsOf(opened, query, columns, database) };
  } catch (error) {
    opened.close();
    throw error instanceof SlipwayError ? error : refusal(database, error);
  }
}

/** A view has the columns of its query; of equal names the second gets `:1`, which is what is looked for. */
function columnsOf(opened: DatabaseSync, query: string): string[] {
  opened.prepare(query);
  opened.exec(`create temp view slipway_query as ${query.trim().replace(/;$/, '')}`);
  const columns = opened.prepare("select name from pragma_table_info('slipway_query')").all();
  const names = columns.map(({ name }) => String(name));
  opened.exec('drop view slipway_query');
  return names.map(name => {
    const original = name.replace(/:\d+$/, '');
    return original !== name && names.includes(original) ? original : name;
  });
}

async function* rowsOf(
  opened: DatabaseSync,
  query: string,
  columns: readonly string[],
  database: string
): AsyncGenerator<readonly RowValue[]> {
  try {
    const statement = opened.prepare(query);
    statement.setReadBigInts(true);
    for (const row of statement.iterate()) {
      const values = row as Readonly<Record<string, unknown>>;
      yield columns.map(column => rowValue(values[column], column, database));
    }
  } catch (error) {
    throw error instanceof SlipwayError ? error : refusal(database, error);
  } finally {
    opened.close();
  }
}

function rowValue(value: unknown, column: string, database: string): RowValue {
  switch (typeof value) {
    case 'string':
    case 'bigint':
      return value;
    case 'number':
      // A real number stays one where it happens to be whole.
      return Number.isInteger(value) && Math.abs(value) < 1e21 ? new ExactNumber(value.toFixed(1)) : value;
    default:
      if (value === null || value === undefined) {
        return null;
      }
      throw new SlipwayError('DATA_UNREADABLE', `The column "${column}" of the query on "${database}" holds bytes.`, {
        remedy: `Leave it out of the query, or turn it into text: hex("${column}").`
      });
  }
}

function refusal(database: string, error: unknown): SlipwayError {
  const sentence = messageOf(error);
  return /not a database/.test(sentence)
    ? new SlipwayError('DATA_UNREADABLE', `"${database}" is not an SQLite database.`, { cause: error })
    : new SlipwayError('DATA_EXPRESSION', `The query on "${database}" cannot be run. ${sentence}`, {
        remedy: 'The file is opened to be read only: a query selects, it changes nothing.',
        cause: error
      });
}
