import { once } from 'node:events';
import { createWriteStream, existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { SlipwayError } from '../errors.js';
import { maskSecrets } from '../record/secrets.js';
import type { SourceFiles } from './source-files.js';

/** Rows of a database, by a query in its own SQL. */
export interface DatabaseQuery {
  /** A SQLite file, relative to the notebook's folder. */
  readonly database: string;
  readonly query: string;
}

/**
 * Runs a query on a SQLite file, which is opened to be read only, and writes its rows into a temporary file, one after
 * the other, so that their number does not matter.
 *
 * @throws SlipwayError DATA_NOT_FOUND without the file, DATA_UNREADABLE for what is no SQLite file and for columns of
 * bytes, DATA_EXPRESSION for a query that cannot be run, DATA_EMPTY without a row.
 */
export async function openQuery({ database, query }: DatabaseQuery, directory: string): Promise<SourceFiles> {
  const place = path.resolve(directory, database);
  if (!existsSync(place)) {
    throw new SlipwayError('DATA_NOT_FOUND', `There is no database "${database}".`, {
      remedy: `Looked for ${place}. Paths are relative to the notebook's folder.`
    });
  }
  const folder = await mkdtemp(path.join(tmpdir(), 'slipway-query-'));
  const close = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const file = path.join(folder, 'rows.ndjson');
    const { DatabaseSync } = await import('node:sqlite');
    const opened = new DatabaseSync(place, { readOnly: true });
    try {
      const count = await writeRows(opened, { database, query }, file);
      if (count === 0) {
        throw new SlipwayError('DATA_EMPTY', `The query on "${database}" gives no rows.`, {
          remedy: 'Check its conditions; nothing was registered.'
        });
      }
    } finally {
      opened.close();
    }
    const named = `${database}: ${maskSecrets(query)}`;
    return { sources: [{ file, named: database, format: 'json' }], named, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** @returns how many rows there are. */
async function writeRows(opened: DatabaseSync, { database, query }: DatabaseQuery, file: string): Promise<number> {
  const out = createWriteStream(file);
  let count = 0;
  try {
    for (const row of opened.prepare(query).iterate()) {
      count++;
      if (!out.write(`${JSON.stringify(plainRow(row as Record<string, unknown>, database))}\n`))
        await once(out, 'drain');
    }
  } catch (error) {
    throw error instanceof SlipwayError ? error : refusal(database, error);
  } finally {
    out.end();
    await once(out, 'close');
  }
  return count;
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
