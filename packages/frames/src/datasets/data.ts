import { notebook, type NotebookContext, SlipwayError, warnOfCell } from '@slipway/notebook';
import { readCsv } from '../readers/csv.js';
import { execute, freshTable, packTables, queryRows, quoteName, quoteText, unknownColumn } from '../engine/engine.js';
import { Frame } from '../frame/frame.js';
import { LARGE } from '../profile/profile.js';
import { openQuery, type DatabaseQuery } from '../sources/database-query.js';
import { impossibleValues } from '../profile/impossible-values.js';
import { readExcel } from '../readers/excel.js';
import { isArrowTable, type ArrowTable } from '../engine/arrow.js';
import { withPlainTypes } from '../engine/plain-types.js';
import { applySchema, type DataSchema } from '../readers/schema.js';
import { openSources } from '../sources/source-files.js';
import type { DataSource } from '../sources/source.js';

export interface DataOptions {
  /** The column that orders the rows in time; rows are sorted by it. */
  time?: string;
  /** Types of columns, and rules that every row has to keep: `{ pressure: { type: 'number', min: 850, max: 1090 } }`. */
  schema?: DataSchema;
  /** Which sheet of an Excel file: its name, or its number from 1. */
  sheet?: string | number;
}

/**
 * Reads data and registers it as a version of dataset `name`, with profile and checks shown under the cell. The same rows
 * give the same version.
 *
 * @param from CSV, Parquet, JSON, Excel or Arrow: a path relative to the notebook, a pattern (`days/*.csv`) whose files are
 * put under one another by column name, an address (`https://…`), objects of a bucket (`s3://…`), or `npm:<package>/<file>`;
 * or a query on a SQLite file or PostgreSQL: `{ database: 'shop.db', query: 'select …' }`; or an Arrow table.
 * @throws SlipwayError DATA_NOT_FOUND, DATA_EMPTY, DATA_UNREADABLE (line and column named), COLUMN_UNKNOWN for `time` and
 * the schema, DATA_REFUSED for rows that break the schema, DATA_EXPRESSION for a query that cannot be run.
 */
export async function data(
  name: string,
  from: string | DatabaseQuery | ArrowTable,
  options: DataOptions = {}
): Promise<Frame> {
  const book = notebook();
  const { raw: read, named, reads } = await readAny(from, book, options);
  const raw = options.schema ? await applySchema(read, options.schema, named) : read;
  const table = options.time ? await orderByTime(raw, options.time, named) : raw;
  const count = Number((await queryRows(`select count(*) as n from ${quoteName(table)}`))[0]!['n']);
  if (count === 0) {
    throw new SlipwayError('DATA_EMPTY', `"${named}" has column names but no rows.`, {
      remedy: 'Check how the file was written or downloaded; nothing was registered.'
    });
  }
  if (count > LARGE) await packTables();
  const frame = await Frame.open({
    name,
    table,
    time: options.time ?? null,
    version: null,
    lineage: { source: named, parents: [], steps: [] },
    shifts: new Map()
  });
  reads.forEach(each => book.noteRead(each));
  await warnOfImpossibleValues(frame);
  return frame.save(name);
}

/** A number that stands for "missing" is taken for a measurement by everything that follows. */
async function warnOfImpossibleValues(frame: Frame): Promise<void> {
  const numeric = frame.columns.filter(({ type }) => type === 'number' || type === 'integer');
  const names = numeric.map(({ name }) => name);
  for (const { column, value, rows, from, to } of await impossibleValues(frame, names)) {
    warnOfCell(
      `"${column}" of ${frame.name} is ${value} in ${rows} row${rows === 1 ? '' : 's'} and else from ${from} to ${to}: ` +
        `${value} probably stands for "missing".\n` +
        `Make it so: frame.derive("${column}", 'nullif("${column}", ${value})').`
    );
  }
}

/** A table of what was read, unchanged. */
interface Raw {
  readonly raw: string;
  readonly named: string;
  /** What the cell read, as the log of cells calls it. */
  readonly reads: readonly string[];
}

async function readAny(
  from: string | DatabaseQuery | ArrowTable,
  book: NotebookContext,
  options: DataOptions
): Promise<Raw> {
  if (typeof from === 'object' && isArrowTable(from)) {
    const { tableOfArrow } = await import('../engine/arrow-read.js');
    const named = 'an Arrow table';
    return { raw: await tableOfArrow(from, named), named, reads: [] };
  }
  const files = typeof from === 'string' ? openSources(from, book) : openQuery(from, book.directory);
  const { sources, named, close } = await files;
  try {
    const raw = await readAll(sources, options);
    const reads = sources.map(source =>
      /^[a-z0-9]+:\/\//i.test(source.named) ? `url:${source.named}` : `file:${source.named}`
    );
    return { raw, named, reads };
  } finally {
    await close();
  }
}

/** Reads files under one another; a column that one of them lacks is missing in its rows. */
async function readAll(sources: readonly DataSource[], options: DataOptions): Promise<string> {
  const tables: string[] = [];
  for (const source of sources) tables.push(await readOne(source, options));
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

async function readOne(source: DataSource, options: DataOptions): Promise<string> {
  const table = freshTable();
  switch (source.format) {
    case 'csv':
      await readCsv(source, table);
      return table;
    case 'parquet':
      await readWith(`read_parquet(${quoteText(source.file)})`, source.named, table);
      break;
    case 'json':
      await readWith(`read_json_auto(${quoteText(source.file)})`, source.named, table);
      break;
    case 'excel': {
      const rows = await readExcel(source.file, source.named, options.sheet);
      await readRows(rows.file, source, table).finally(rows.remove);
      break;
    }
    case 'arrow': {
      const { tableOfArrowFile } = await import('../engine/arrow-read.js');
      return tableOfArrowFile(source.file, source.named);
    }
    case 'rows':
      await readRows(source.file, source, table);
      break;
  }
  return withPlainTypes(table);
}

/** Rows as JSON, one a line; all of them are looked at for the types. */
async function readRows(file: string, { named }: DataSource, table: string): Promise<void> {
  await readWith(`read_json(${quoteText(file)}, format='newline_delimited', sample_size=-1)`, named, table);
}

/** @param reader the table function of DuckDB, with its arguments. */
async function readWith(reader: string, named: string, table: string): Promise<void> {
  try {
    await execute(`create table ${quoteName(table)} as select * from ${reader}`);
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
  await execute(`drop table ${quoteName(raw)}`);
  return table;
}
