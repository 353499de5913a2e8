import { type NotebookContext, SlipwayError } from '@slipway/notebook';
import { isArrowTable, type ArrowTable } from '../engine/arrow.js';
import { openQuery, type DatabaseQuery } from '../sources/database-query.js';
import { execute, freshTable, quoteName } from '../engine/engine.js';
import { withPlainTypes } from '../engine/plain-types.js';
import { applySchema, declaredTypes, type DataSchema } from './schema.js';
import { openSources } from '../sources/source-files.js';
import type { DataSource } from '../sources/source.js';
import { readCsvFiles } from './csv.js';
import { readExcel } from './excel.js';
import { readJson, readJsonColumns } from './json.js';
import { readParquet } from './parquet.js';
import type { ReadOptions } from './read-options.js';
import { counted, firstLineOf } from '@slipway/wording';

/** What was read: a table of the engine, with the rows in the order of their source. */
export interface ReadTable {
  readonly table: string;
  /** The source as it goes on record. */
  readonly named: string;
  /** What the cell read, as the log of cells calls it. */
  readonly reads: readonly string[];
}

/** Reads a source into a table of the engine, with the types and by the rules of a schema. Nothing is sent anywhere. */
export async function readData(
  from: string | DatabaseQuery | ArrowTable,
  book: NotebookContext,
  given: ReadOptions,
  schema: DataSchema
): Promise<ReadTable> {
  const options: ReadOptions = { ...given, types: declaredTypes(schema) };
  const read = await readAny(from, book, options);
  return { ...read, table: await applySchema(read.table, schema, read.named) };
}

async function readAny(
  from: string | DatabaseQuery | ArrowTable,
  book: NotebookContext,
  options: ReadOptions
): Promise<ReadTable> {
  if (typeof from === 'object' && isArrowTable(from)) {
    const { tableOfArrow } = await import('../engine/arrow-read.js');
    const named = 'an Arrow table';
    return { table: await withPlainTypes(await tableOfArrow(from, named), options), named, reads: [] };
  }
  const files = typeof from === 'string' ? openSources(from, book) : openQuery(from, book.directory);
  const { sources, named, close } = await files;
  try {
    const table = await readAll(sources, options);
    const reads = sources.map(source =>
      /^[a-z0-9]+:\/\//i.test(source.named) ? `url:${source.named}` : `file:${source.named}`
    );
    return { table, named, reads };
  } finally {
    await close();
  }
}

/** Reads files under one another; a column that one of them lacks is missing in its rows. */
async function readAll(sources: readonly DataSource[], options: ReadOptions): Promise<string> {
  if (sources.every(({ format }) => format === 'csv')) {
    const table = freshTable();
    await readCsvFiles(sources, table, options);
    return table;
  }
  const tables: string[] = [];
  for (const source of sources) {
    tables.push(await readOne(source, options));
  }
  const [first = ''] = tables;
  if (tables.length === 1) {
    return first;
  }
  const all = freshTable();
  const parts = tables.map(table => `select * from ${quoteName(table)}`).join(' union all by name ');
  try {
    await execute(`create table ${quoteName(all)} as ${parts}`);
  } catch (error) {
    const sentence = firstLineOf(error);
    throw new SlipwayError(
      'DATA_UNREADABLE',
      `The ${counted(sources.length, 'file')} do not fit under one another. ${sentence}`,
      {
        cause: error
      }
    );
  }
  for (const table of tables) {
    await execute(`drop table ${quoteName(table)}`);
  }
  return all;
}

async function readOne(source: DataSource, options: ReadOptions): Promise<string> {
  const table = freshTable();
  switch (source.format) {
    case 'csv':
      await readCsvFiles([source], table, options);
      return table;
    case 'parquet':
      await readParquet(source, table);
      return withPlainTypes(table, options);
    case 'json':
      await readJson(source, table, options);
      return table;
    case 'excel': {
      const rows = await readExcel(source.file, source.named, options);
      await readJsonColumns(rows.file, source.named, rows.columns, 'newline_delimited', table, options).finally(
        rows.remove
      );
      return table;
    }
    case 'arrow': {
      const { tableOfArrowFile } = await import('../engine/arrow-read.js');
      return withPlainTypes(await tableOfArrowFile(source.file, source.named), options);
    }
    case 'rows':
      await readJsonColumns(source.file, source.named, source.columns ?? [], 'newline_delimited', table, options);
      return table;
  }
}
