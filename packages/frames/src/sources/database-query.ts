import { existsSync } from 'node:fs';
import path from 'node:path';
import { SlipwayError } from '@slipway/notebook';
import { maskSecrets } from '@slipway/recording/spool';
import { isPostgresAddress, postgresRows } from './postgres-query.js';
import { writeRowsFile } from '../engine/rows-file.js';
import type { SourceFiles } from './source-files.js';

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
  const rows = isPostgresAddress(database) ? postgresRows(database, query) : sqliteRows({ database, query }, directory);
  const { file, count, remove } = await writeRowsFile(rows);
  if (count === 0) {
    await remove();
    throw new SlipwayError('DATA_EMPTY', `The query on "${shown}" gives no rows.`, {
      remedy: 'Check its conditions; nothing was registered.'
    });
  }
  const named = `${shown}: ${maskSecrets(query)}`;
  return { sources: [{ file, named: shown, format: 'rows' }], named, close: remove };
}

async function* sqliteRows(
  { database, query }: DatabaseQuery,
  directory: string
): AsyncGenerator<Record<string, unknown>> {
  const place = path.resolve(directory, database);
  if (!existsSync(place)) {
    throw new SlipwayError('DATA_NOT_FOUND', `There is no database "${database}".`, {
      remedy: `Looked for ${place}. Paths are relative to the notebook's folder.`
    });
  }
  const { DatabaseSync } = await import('node:sqlite');
  const opened = new DatabaseSync(place, { readOnly: true });
  try {
    for (const row of opened.prepare(query).iterate()) yield plainRow(row as Record<string, unknown>, database);
  } catch (error) {
    throw error instanceof SlipwayError ? error : refusal(database, error);
  } finally {
    opened.close();
  }
}

function plainRow(row: Record<string, unknown>, database: string): Record<string, unknown> {
  for (const [column, value] of Object.entries(row)) {
    if (value instanceof Uint8Array) {
      throw new SlipwayError('DATA_UNREADABLE', `The column "${column}" of the query on "${database}" holds bytes.`, {
        remedy: `Leave it out of the query, or turn it into text: hex("${column}").`
      });
    }
  }
  return row;
}

function refusal(database: string, error: unknown): SlipwayError {
  const sentence = error instanceof Error ? error.message : String(error);
  return /not a database/.test(sentence)
    ? new SlipwayError('DATA_UNREADABLE', `"${database}" is no SQLite database.`, { cause: error })
    : new SlipwayError('DATA_EXPRESSION', `The query on "${database}" cannot be run. ${sentence}`, {
        remedy: 'The file is opened to be read only: a query selects, it changes nothing.',
        cause: error
      });
}
