import { SlipwayError } from '../errors.js';
import { warnOfCell } from '../notebook/cell-warning.js';
import { notebook } from '../notebook/standalone.js';
import { readCsv } from './csv.js';
import { execute, freshTable, queryRows, quoteName, quoteText, unknownColumn } from './engine.js';
import { Frame } from './frame.js';
import { openQuery, type DatabaseQuery } from './database-query.js';
import { isAddress } from './download.js';
import { impossibleValues } from './impossible-values.js';
import { openSources } from './source-files.js';
import type { DataSource } from './source.js';

export interface DataOptions {
  /** The column that orders the rows in time; rows are sorted by it. */
  time?: string;
}

/**
 * Reads data and registers it as a version of dataset `name`, with profile and checks shown under the cell. The same rows
 * give the same version.
 *
 * @param from CSV, Parquet or JSON: a path relative to the notebook, a pattern (`days/*.csv`) whose files are put under
 * one another by column name, an address (`https://…`), or `npm:<package>/<file>`; or a query on a SQLite file:
 * `{ database: 'shop.db', query: 'select …' }`.
 * @throws SlipwayError DATA_NOT_FOUND, DATA_EMPTY, DATA_UNREADABLE (line and column named), COLUMN_UNKNOWN for `time`,
 * DATA_EXPRESSION for a query that cannot be run.
 */
export async function data(name: string, from: string | DatabaseQuery, options: DataOptions = {}): Promise<Frame> {
  const book = notebook();
  const { sources, named, close } = await (typeof from === 'string'
    ? openSources(from, book)
    : openQuery(from, book.directory));
  let raw: string;
  try {
    raw = await readAll(sources);
  } finally {
    await close();
  }
  const table = options.time ? await orderByTime(raw, options.time, named) : raw;
  const count = Number((await queryRows(`select count(*) as n from ${quoteName(table)}`))[0]!['n']);
  if (count === 0) {
    throw new SlipwayError('DATA_EMPTY', `"${named}" has column names but no rows.`, {
      remedy: 'Check how the file was written or downloaded; nothing was registered.'
    });
  }
  const frame = await Frame.open({
    name,
    table,
    time: options.time ?? null,
    version: null,
    lineage: { source: named, parents: [], steps: [] },
    shifts: new Map()
  });
  for (const source of sources)
    book.noteRead(typeof from === 'string' && isAddress(from) ? `url:${named}` : `file:${source.named}`);
  await warnOfImpossibleValues(frame);
  return frame.save(name);
}

/** A number that stands for "missing" is taken for a measurement by everything that follows. */
async function warnOfImpossibleValues(frame: Frame): Promise<void> {
  const numeric = frame.columns.filter(({ type }) => type === 'number' || type === 'integer');
  const names = numeric.map(({ name }) => name);
  for (const { column, value, rows, from, to } of await impossibleValues(frame.table, names)) {
    warnOfCell(
      `"${column}" of ${frame.name} is ${value} in ${rows} row${rows === 1 ? '' : 's'} and else from ${from} to ${to}: ` +
        `${value} probably stands for "missing".\n` +
        `Make it so: frame.derive("${column}", 'nullif("${column}", ${value})').`
    );
  }
}

/** Reads files under one another; a column that one of them lacks is missing in its rows. */
async function readAll(sources: readonly DataSource[]): Promise<string> {
  const tables: string[] = [];
  for (const source of sources) tables.push(await readOne(source));
  const [first = ''] = tables;
  if (tables.length === 1) return first;
  const all = freshTable();
  const parts = tables.map(table => `select * from ${quoteName(table)}`).join(' union all by name ');
  try {
    await execute(`create table ${quoteName(all)} as ${parts}`);
  } catch (error) {
    const sentence = (error instanceof Error ? error.message : String(error)).split('\n')[0];
    throw new SlipwayError('DATA_UNREADABLE', `The ${sources.length} files do not fit under one another. ${sentence}`, {
      cause: error
    });
  }
  for (const table of tables) await execute(`drop table ${quoteName(table)}`);
  return all;
}

async function readOne(source: DataSource): Promise<string> {
  const table = freshTable();
  switch (source.format) {
    case 'csv':
      await readCsv(source, table);
      break;
    case 'parquet':
      await readWith('read_parquet', source.file, source.named, table);
      break;
    case 'json':
      await readWith('read_json_auto', source.file, source.named, table);
      break;
  }
  return table;
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
