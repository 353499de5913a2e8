import { counted } from '@slipway/wording';
import { SlipwayError, suggestion } from '@slipway/notebook';
import { refuseNames } from './column-names.js';
import type { ReadOptions } from './read-options.js';
import { writeRowsFile, type RowsFile } from './rows-file.js';

/** A value of a cell as the library gives it. */
type CellValue = string | number | boolean | Date | null;

/** Where a table is in a sheet: rows and columns from 0, the last ones not included. */
interface Area {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

/**
 * Reads a table of an Excel file (.xlsx): the first row that has values holds the names of the columns. Rows without any
 * value are left out; formulas count with the values that were saved with them.
 *
 * @param options `sheet`: its name, or its number from 1, default the first one; `range`: the cells of the table with its
 * header, e.g. `B3:F20`; `skip`: rows above the header.
 * @throws SlipwayError DATA_NOT_FOUND for a sheet that is not there, DATA_UNREADABLE for another kind of file, for a title
 * above the table and for a header with a gap, DATA_EMPTY, OPTION_INVALID for an invalid range.
 */
export async function readExcel(file: string, named: string, options: ReadOptions): Promise<RowsFile> {
  const sheet = options.sheet ?? 1;
  const { default: readSheets } = await import('read-excel-file/node');
  let sheets: { sheet: string; data: CellValue[][] }[];
  try {
    sheets = (await readSheets(file)) as unknown as typeof sheets;
  } catch (error) {
    throw new SlipwayError('DATA_UNREADABLE', `"${named}" is not a readable Excel file (.xlsx).`, {
      remedy: 'Open it in a spreadsheet program and save it as .xlsx, or as CSV.',
      cause: error
    });
  }
  const chosen = typeof sheet === 'number' ? sheets[sheet - 1] : sheets.find(each => each.sheet === sheet);
  if (!chosen) {
    const names = sheets.map(each => each.sheet);
    throw new SlipwayError('DATA_NOT_FOUND', `"${named}" has no sheet ${JSON.stringify(sheet)}.`, {
      remedy: typeof sheet === 'string' ? suggestion(sheet, names) : `There is: ${names.join(', ')}.`
    });
  }
  const where = `"${named}", sheet "${chosen.sheet}"`;
  const area = areaOf(chosen.data, options, where);
  const cells = chosen.data.slice(area.top, area.bottom).map(row => row.slice(area.left, area.right));
  const header = cells[0] ?? [];
  const rows = cells.slice(1).filter(row => row.some(value => value !== null));
  refuseTitle(header, rows, where, area);
  const place = `${where}, row ${area.top + 1}`;
  const names = header.map(value => String(value ?? '').trim());
  refuseNames(names, place, () => {
    return 'The first row of the table holds the names of the columns, without a gap; say which cells are the table: { range: "B3:F20" }.';
  });
  if (rows.length === 0) {
    throw new SlipwayError('DATA_EMPTY', `${where} has column names but no rows.`, {
      remedy: 'Name another sheet: slip.data(name, file, { sheet: "…" }).'
    });
  }
  const writers = names.map((_, column) => writerOf(rows.map(row => row[column] ?? null)));
  return writeRowsFile(
    names,
    rows.map(row => writers.map((write, column) => write(row[column] ?? null)))
  );
}

/** The cells of the table with its header: those of `range`, or all but blank rows above and columns beside. */
function areaOf(rows: readonly CellValue[][], { range, skip }: ReadOptions, where: string): Area {
  if (range !== undefined) {
    return parseRange(range);
  }
  const filled = rows.map((row, i) => (i >= skip ? row.findIndex(value => value !== null) : -1));
  const top = filled.findIndex(column => column >= 0);
  if (top < 0) {
    throw new SlipwayError('DATA_EMPTY', `${where} is empty.`, {
      remedy: 'Name another sheet: slip.data(name, file, { sheet: "…" }).'
    });
  }
  const left = Math.min(...filled.filter(column => column >= 0));
  const used = rows.slice(top).map(row => row.findLastIndex(value => value !== null));
  return { top, left, bottom: rows.length, right: Math.max(...used) + 1 };
}

function parseRange(range: string): Area {
  const found = /^([A-Z]{1,3})([1-9]\d*):([A-Z]{1,3})([1-9]\d*)$/i.exec(range.trim());
  const [, left = '', top = '', right = '', bottom = ''] = found ?? [];
  const area = {
    top: Number(top) - 1,
    left: columnNumber(left) - 1,
    bottom: Number(bottom),
    right: columnNumber(right)
  };
  if (found && area.bottom > area.top && area.right > area.left) {
    return area;
  }
  throw new SlipwayError('OPTION_INVALID', `range: ${JSON.stringify(range)} names no cells.`, {
    remedy: 'Say the first and the last cell of the table with its header, as in { range: "B3:F20" }.'
  });
}

/** 1 for A, 27 for AA. */
function columnNumber(letters: string): number {
  return [...letters.toUpperCase()].reduce((number, letter) => number * 26 + letter.charCodeAt(0) - 64, 0);
}

/** One filled cell above a wider table is its title. */
function refuseTitle(header: readonly CellValue[], rows: readonly CellValue[][], where: string, { top }: Area): void {
  const [title, ...more] = header.filter(value => value !== null);
  const width = (row: readonly CellValue[]): number => row.filter(value => value !== null).length;
  const next = rows.findIndex(row => width(row) > 1);
  if (more.length > 0 || header.length < 2 || next < 0) {
    return;
  }
  throw new SlipwayError(
    'DATA_UNREADABLE',
    `${where}, row ${top + 1} holds only ${JSON.stringify(title)}, where the table has ${counted(header.length, 'column')}.`,
    { remedy: `If it is a title, say where the header is: { skip: ${top + 1} }, or { range: "B3:F20" }.` }
  );
}

/** How the values of a column are written: its dates all as days, all as times of a day, or all as both. */
function writerOf(values: readonly CellValue[]): (value: CellValue) => string | number | boolean | null {
  const texts = values.filter(value => value instanceof Date).map(momentText);
  const areDays = texts.every(text => text.endsWith(' 00:00:00'));
  // A time of a day is one of the day before the first of all.
  const areTimes = texts.every(text => text.startsWith('1899-12-3'));
  return value => {
    if (!(value instanceof Date)) {
      return value;
    }
    const text = momentText(value);
    return areTimes ? text.slice(11) : areDays ? text.slice(0, 10) : text;
  };
}

/** Excel counts days: a whole second is a fraction that ends a little before or after it. */
function momentText(date: Date): string {
  const second = Math.round(date.getTime() / 1000) * 1000;
  const time = Math.abs(date.getTime() - second) <= 1 ? second : date.getTime();
  return new Date(time)
    .toISOString()
    .replace('T', ' ')
    .replace(/(?:\.000)?Z$/, '');
}
