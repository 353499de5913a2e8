import { counted } from '@slipway/wording';
import '../operations.js';
import { notebook, SlipwayError, warnOfCell } from '@slipway/notebook';
import type { ArrowTable } from '../engine/arrow.js';
import type { DatabaseQuery } from '../sources/database-query.js';
import { execute, packTables, quoteName } from '../engine/engine.js';
import { openFrame, type Frame } from '../frame/frame.js';
import { impossibleValues } from '../profile/impossible-values.js';
import { LARGE } from '../profile/figures.js';
import { readData } from '../readers/read-data.js';
import { readOptions } from '../readers/read-options.js';
import { registerFrame } from './register.js';
import type { DataSchema } from '../readers/schema.js';
import { inOrderOf } from '../readers/time-order.js';

export interface DataOptions {
  /** The column that orders the rows in time; rows are sorted by it. */
  time?: string;
  /** Types of columns, and rules that every row has to keep: `{ pressure: { type: 'number', min: 850, max: 1090 } }`. */
  schema?: DataSchema;
  /** Words, or numbers, that mean a missing value: `['NA', '?', -999]`. */
  missing?: readonly (string | number)[];
  /** Dates such as 1/2/2024 have the day first (true) or the month first; default: whatever fits all rows. */
  dayFirst?: boolean;
  /** Lines of a CSV file, or rows of a sheet, above the names of the columns. */
  skip?: number;
  /** Which sheet of an Excel file: its name, or its number from 1. */
  sheet?: string | number;
  /** The cells of a sheet that hold the table with its header: `"B3:F20"`. */
  range?: string;
}

/**
 * Reads data and registers it as a version of dataset `name`, with profile and checks shown under the cell. The same rows
 * give the same version.
 *
 * @param from CSV, Parquet, JSON, Excel or Arrow: a path relative to the notebook, a pattern (`days/*.csv`) whose files are
 * put under one another by column name, an address (`https://…`), objects of a bucket (`s3://…`), or `npm:<package>/<file>`;
 * or a query on a SQLite file or PostgreSQL: `{ database: 'shop.db', query: 'select …' }`; or an Arrow table.
 * @throws SlipwayError DATA_NOT_FOUND, DATA_EMPTY, DATA_UNREADABLE (line and column named), COLUMN_UNKNOWN for `time` and
 * the schema, DATA_REFUSED for rows that break the schema, DATA_EXPRESSION for a query that cannot be run, OPTION_INVALID.
 * @example
 * const weather = await slip.data('weather', 'npm:vega-datasets/data/seattle-weather.csv', { time: 'date' });
 */
export async function data(
  name: string,
  from: string | DatabaseQuery | ArrowTable,
  options: DataOptions = {}
): Promise<Frame> {
  const book = notebook();
  const read = await readData(from, book, readOptions(options), options.schema ?? {});
  const table = options.time === undefined ? read.table : await inOrderOf(read.table, options.time, read.named);
  const lineage = { source: read.named, parents: [], steps: [] };
  const frame = await openFrame({
    name,
    table,
    time: options.time ?? null,
    version: null,
    lineage,
    shifts: new Map()
  });
  if (frame.rowCount === 0) {
    throw new SlipwayError('DATA_EMPTY', `"${read.named}" has column names but no rows.`, {
      remedy: 'Check how the file was written or downloaded; nothing was registered.'
    });
  }
  if (frame.rowCount > LARGE) {
    await packTables();
  }
  read.reads.forEach(each => book.noteRead(each));
  await warnOfImpossibleValues(frame);
  // Registered as the file has them: the same rows are one version, whichever column orders them.
  const registered = await registerFrame(frame, name, read.table);
  if (read.table !== table) {
    await execute(`drop table ${quoteName(read.table)}`);
  }
  return registered;
}

/** A number that means "missing" is taken for a measurement by everything that follows. */
async function warnOfImpossibleValues(frame: Frame): Promise<void> {
  const numeric = frame.columns.filter(({ type }) => type === 'number' || type === 'integer');
  const names = numeric.map(({ name }) => name);
  for (const { column, value, rows, from, to } of await impossibleValues(frame, names)) {
    warnOfCell(
      `"${column}" of ${frame.name} is ${value} in ${counted(rows, 'row')} and else from ${from} to ${to}: ` +
        `${value} probably means "missing".\n` +
        `Make it so: frame.derive("${column}", 'nullif("${column}", ${value})').`
    );
  }
}
