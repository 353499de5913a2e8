import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failureOf } from '../../../notebook/testing/failures.js';
import { RecordingNotebook } from '../../../notebook/testing/notebook-double.js';
import { excelFile, type Cell } from '../../testing/excel-file.js';
import { data, type DataOptions } from '../datasets/data.js';
import type { Frame } from '../frame/frame.js';

let folder: string;
beforeAll(() => {
  delete process.env['SLIPWAY_URL'];
  folder = mkdtempSync(path.join(tmpdir(), 'slipway-excel-'));
  RecordingNotebook.install(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function read(rows: readonly (readonly Cell[])[], options: DataOptions = {}): Promise<Frame> {
  writeFileSync(path.join(folder, 'sheet.xlsx'), excelFile(rows));
  return data('sheet', 'sheet.xlsx', options);
}
const types = (frame: Frame): string[] => frame.columns.map(({ name, type }) => `${name}: ${type}`);
const at = (day: number, hours: number): Cell => ({ time: day + hours / 24 });
/** 2024-01-31 as Excel counts. */
const DAY = 45_322;

describe('times of a sheet', () => {
  it('are those that the sheet shows, to the second, whatever fraction of a day they are', async () => {
    const hours = Array.from({ length: 24 }, (_, hour) => hour);
    const frame = await read([['at'], ...hours.map(hour => [at(DAY, hour)])]);
    expect(types(frame)).toEqual(['at: timestamp']);
    const expected = hours.map(hour =>
      hour === 0 ? '2024-01-31' : `2024-01-31T${String(hour).padStart(2, '0')}:00:00.000Z`
    );
    expect((await frame.values(['at']))[0]).toEqual(expected);
  });

  it('are dates where all are at midnight, and times of the day without a date as text', async () => {
    const frame = await read([
      ['day', 'clock'],
      [at(DAY, 0), at(0, 1)],
      [at(DAY + 1, 0), at(0, 0)]
    ]);
    expect(types(frame)).toEqual(['day: date', 'clock: string']);
    expect(await frame.values(['day', 'clock'])).toEqual([
      ['2024-01-31', '2024-02-01'],
      ['01:00:00', '00:00:00']
    ]);
  });
});

describe('the columns of a sheet', () => {
  it('stay in their order, also where their names are whole numbers', async () => {
    const frame = await read([
      ['country', 2021, 2020],
      ['Malta', 1, 2]
    ]);
    expect(frame.columnNames).toEqual(['country', '2021', '2020']);
    expect(await frame.rows()).toEqual([{ country: 'Malta', 2021: 1, 2020: 2 }]);
  });

  it('keep texts that look like numbers, and are text where types mix', async () => {
    const frame = await read([
      ['zip', 'mixed'],
      ['02116', 1.5],
      ['12116', 'n/a']
    ]);
    expect(await frame.values(['zip', 'mixed'])).toEqual([
      ['02116', '12116'],
      ['1.5', 'n/a']
    ]);
  });

  it('that are named like members of every object are columns', async () => {
    const frame = await read([
      ['__proto__', 'constructor'],
      [1, 2]
    ]);
    expect(await frame.values(['__proto__', 'constructor'])).toEqual([[1], [2]]);
  });
});

describe('where a table is in a sheet', () => {
  const table: Cell[][] = [
    ['a', 'b'],
    [1, 'x'],
    [2, 'y']
  ];
  const rows = [
    { a: 1, b: 'x' },
    { a: 2, b: 'y' }
  ];
  const offset = [[], [], ...table.map(row => [null, null, ...row])];

  it('is found behind blank rows and columns', async () => {
    expect(await (await read(offset)).rows()).toEqual(rows);
  });

  it('is said by the option range', async () => {
    const more: Cell[][] = [['Report'], ['of', null, 'May'], ...offset.slice(2), ['total', null, 3]];
    expect(await (await read(more, { range: 'C3:D5' })).rows()).toEqual(rows);
    expect((await failureOf(read(more, { range: 'D5:C3' }))).code).toBe('OPTION_INVALID');
  });

  it('below a title is asked for, and said by the option skip', async () => {
    const titled: Cell[][] = [['Report of May'], [], ...table];
    const error = await failureOf(read(titled));
    expect(error.message).toContain('row 1 holds only "Report of May", where the table has 2 columns');
    expect(error.message).toContain('{ skip: 1 }');
    expect(await (await read(titled, { skip: 1 })).rows()).toEqual(rows);
  });
});
