import { SlipwayError } from '../errors.js';
import { notebook } from '../notebook/standalone.js';
import { readCsv } from './csv.js';
import { execute, freshTable, queryRows, quoteName, quoteText, unknownColumn } from './engine.js';
import { Frame } from './frame.js';
import { findSource } from './source.js';

export interface DataOptions {
  /** The column that orders the rows in time; rows are sorted by it. */
  time?: string;
}

/**
 * Reads a data file and registers it as a version of dataset `name`, with profile and checks shown under the cell. The
 * same rows give the same version.
 *
 * @param file a path relative to the notebook, or `npm:<package>/<file>`; CSV, Parquet or JSON.
 * @throws SlipwayError DATA_NOT_FOUND, DATA_EMPTY, DATA_UNREADABLE (line and column named), COLUMN_UNKNOWN for `time`.
 */
export async function data(name: string, file: string, options: DataOptions = {}): Promise<Frame> {
  const book = notebook();
  const source = findSource(file, book.directory);
  const raw = freshTable();
  switch (source.format) {
    case 'csv':
      await readCsv(source, raw);
      break;
    case 'parquet':
      await readWith('read_parquet', source.file, source.named, raw);
      break;
    case 'json':
      await readWith('read_json_auto', source.file, source.named, raw);
      break;
  }
  const table = options.time ? await orderByTime(raw, options.time, source.named) : raw;
  const count = Number((await queryRows(`select count(*) as n from ${quoteName(table)}`))[0]!['n']);
  if (count === 0) {
    throw new SlipwayError('DATA_EMPTY', `"${file}" has column names but no rows.`, {
      remedy: 'Check how the file was written or downloaded; nothing was registered.'
    });
  }
  const frame = await Frame.open({
    name,
    table,
    time: options.time ?? null,
    version: null,
    lineage: { source: source.named, parents: [], steps: [] },
    shifts: new Map()
  });
  book.noteRead(`file:${file}`);
  return frame.save(name);
}

async function readWith(reader: string, file: string, named: string, table: string): Promise<void> {
  try {
    await execute(`create table ${quoteName(table)} as select * from ${reader}(${quoteText(file)})`);
  } catch (error) {
    const sentence = (error instanceof Error ? error.message : String(error)).split('\n')[0];
    throw new SlipwayError('DATA_UNREADABLE', `"${named}" cannot be read. ${sentence}`, { cause: error });
  }
}

async function orderByTime(raw: string, time: string, named: string): Promise<string> {
  const names = (await queryRows(`describe ${quoteName(raw)}`)).map(row => String(row['column_name']));
  if (!names.includes(time)) throw unknownColumn(time, names, `in "${named}" to order by`);
  const table = freshTable();
  await execute(`create table ${quoteName(table)} as select * from ${quoteName(raw)} order by ${quoteName(time)}`);
  return table;
}
