import { SlipwayError, suggestion } from '@slipway/notebook';
import { writeRowsFile, type RowsFile } from '../engine/rows-file.js';

/** A value of a cell as the library gives it. */
type CellValue = string | number | boolean | Date | null;

/**
 * Reads a sheet of an Excel file (.xlsx), whose first row holds the names of the columns. Rows without any value are left
 * out; formulas count with the values that were saved with them.
 *
 * @param sheet its name, or its number from 1; default: the first one.
 * @throws SlipwayError DATA_NOT_FOUND for a sheet that is not there, DATA_UNREADABLE for what is no such file and for a
 * header with a gap, DATA_EMPTY.
 */
export async function readExcel(file: string, named: string, sheet: string | number = 1): Promise<RowsFile> {
  const { default: readSheets } = await import('read-excel-file/node');
  let sheets: { sheet: string; data: CellValue[][] }[];
  try {
    sheets = (await readSheets(file)) as unknown as typeof sheets;
  } catch (error) {
    throw new SlipwayError('DATA_UNREADABLE', `"${named}" is no Excel file that can be read (.xlsx).`, {
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
  const [header = [], ...rows] = chosen.data;
  const where = `"${named}", sheet "${chosen.sheet}"`;
  const names = columnNames(header, where);
  const filled = rows.filter(row => row.some(value => value !== null));
  if (filled.length === 0) {
    throw new SlipwayError('DATA_EMPTY', `${where} has column names but no rows.`, {
      remedy: 'Name another sheet: slip.data(name, file, { sheet: "…" }).'
    });
  }
  return writeRowsFile(filled.map(row => Object.fromEntries(names.map((name, i) => [name, plain(row[i] ?? null)]))));
}

function columnNames(header: readonly CellValue[], where: string): string[] {
  const names = header.map(value => String(value ?? '').trim());
  names.forEach((name, i) => {
    if (name === '') {
      throw new SlipwayError('DATA_UNREADABLE', `${where}, row 1, column ${i + 1}: the column has no name.`, {
        remedy: 'The first row of the sheet holds the names of the columns, without a gap.'
      });
    }
    if (names.indexOf(name) !== i) {
      throw new SlipwayError('DATA_UNREADABLE', `${where}, row 1, column ${i + 1}: the name "${name}" is used twice.`, {
        remedy: 'Give every column a name of its own.'
      });
    }
  });
  return names;
}

/** Excel knows no days: a date is a time at midnight. */
function plain(value: CellValue): string | number | boolean | null {
  if (!(value instanceof Date)) return value;
  const iso = value.toISOString();
  return iso.endsWith('T00:00:00.000Z') ? iso.slice(0, 10) : iso.slice(0, 19).replace('T', ' ');
}
