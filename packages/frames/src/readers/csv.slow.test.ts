import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { failureOf as failure } from '../../../notebook/testing/failures.js';
import { RecordingNotebook } from '../../../notebook/testing/notebook-double.js';
import { data, type DataOptions } from '../datasets/data.js';
import type { Frame } from '../frame/frame.js';

let folder: string;
let book: RecordingNotebook;
beforeAll(() => {
  delete process.env['SLIPWAY_URL'];
  folder = mkdtempSync(path.join(tmpdir(), 'slipway-csv-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => {
  book = RecordingNotebook.install(folder);
});

let files = 0;
async function read(text: string, options: DataOptions = {}, name = `file${++files}.csv`): Promise<Frame> {
  writeFileSync(path.join(folder, name), text);
  return data('table', name, options);
}
const refusal = async (text: string, options: DataOptions = {}): Promise<string> =>
  (await failure(read(text, options, 'bad.csv'))).message;
const types = (frame: Frame): string[] => frame.columns.map(({ name, type }) => `${name}: ${type}`);
const column = async (frame: Frame, name: string): Promise<unknown[]> => (await frame.values([name]))[0]!;
const shown = (): string => String(book.shown[0]!['text/plain']);

/** A column `a` of 30 000 values, of which one comes late. */
const late = (early: string, value: string): string =>
  `a,b\n${Array.from({ length: 30_000 }, (_, i) => `${i === 29_000 ? value : early},x`).join('\n')}\n`;

describe('a column that the schema declares text', () => {
  it.each(['9007199254740993', '18446744073709551615', '1.10', '1E5', '7.00', 'yes', '1/2/2024', ' 5', '007', 'true'])(
    'is read as it is written: %s',
    async value => {
      const frame = await read(`id,n\n${value},1\n${value},2\n`, { schema: { id: 'string' } });
      expect(types(frame)).toEqual(['id: string', 'n: integer']);
      expect(await column(frame, 'id')).toEqual([value, value]);
    }
  );

  it('stays so when other columns turn out to be of another type in a late row', async () => {
    const frame = await read(late('1', '1.5').replace(/,x/g, ',1.10'), { schema: { b: { type: 'string' } } });
    expect(types(frame)).toEqual(['a: number', 'b: string']);
    expect(new Set(await column(frame, 'b'))).toEqual(new Set(['1.10']));
  });
});

describe('a column that the schema declares', () => {
  it.each([
    ['integer', ['7.0', '+8', '009'], [7, 8, 9]],
    ['integer', ['9007199254740993', '1'], ['9007199254740993', 1]],
    ['number', ['007.5', '+1'], [7.5, 1]],
    ['boolean', ['yes', 'N', 'off', '1'], [true, false, false, true]],
    ['date', ['2024-01-31', '2024-02-01 00:00'], ['2024-01-31', '2024-02-01']],
    ['timestamp', ['1/31/2024', '2/1/2024'], ['2024-01-31', '2024-02-01']]
  ] as const)('%s is read so: %j', async (type, texts, values) => {
    const frame = await read(`a,b\n${texts.map(text => `${text},x`).join('\n')}\n`, { schema: { a: type } });
    expect(types(frame)[0]).toBe(`a: ${type}`);
    expect(await column(frame, 'a')).toEqual(values);
  });

  it.each([
    ['integer', '1.5', 'is not a whole number in 1 row, first in row 2 ("1.5")'],
    ['integer', '99999999999999999999', 'is not a whole number in 1 row'],
    ['number', '9007199254740993', 'is not a number that can be kept exactly in 1 row'],
    ['date', '2024-01-31 10:00', 'is not a date in 1 row'],
    ['boolean', 'perhaps', 'is not true or false in 1 row']
  ] as const)('%s refuses %s instead of changing it', async (type, value, message) => {
    expect(
      await refusal(`a,b\n1,x\n${value},y\n`.replace('1,x', `${type === 'date' ? '2024-01-01' : '1'},x`), {
        schema: { a: type }
      })
    ).toContain(message);
  });
});

describe('whole numbers beyond 2^53', () => {
  it.each(['9007199254740993', '18446744073709551615', '-9007199254740993', '123456789012345678901234567890'])(
    'stay text, digit for digit, and a check says so: %s',
    async value => {
      const frame = await read(`id,n\n1,1\n${value},2\n`);
      expect(types(frame)).toEqual(['id: string', 'n: integer']);
      expect(await column(frame, 'id')).toEqual(['1', value]);
      expect(shown()).toContain(
        '! Whole numbers are exact: id holds whole numbers beyond 2^53, which were kept as text.'
      );
    }
  );

  it('stay text also among decimals, and where they come late', async () => {
    expect(types(await read('a\n1.5\n9007199254740993\n'))).toEqual(['a: string']);
    const frame = await read(late('7', '9007199254740993'));
    expect(types(frame)[0]).toBe('a: string');
    expect((await column(frame, 'a'))[29_000]).toBe('9007199254740993');
  });

  it('are numbers up to it, and where a program wrote them with an exponent', async () => {
    const frame = await read('a,b\n9007199254740991,1e20\n-5,2\n');
    expect(types(frame)).toEqual(['a: integer', 'b: number']);
    expect(await column(frame, 'a')).toEqual([9007199254740991, -5]);
    expect(await column(frame, 'b')).toEqual([1e20, 2]);
  });

  it('made by an expression are not rounded either', async () => {
    const frame = await (await read('a,b\n3,x\n')).derive('big', '9007199254740993::bigint');
    expect(await column(frame, 'big')).toEqual(['9007199254740993']);
  });
});

describe('the type is that of all rows, however late a value comes', () => {
  it.each([
    ['a zero in front', '12116', '02116', 'string', '02116'],
    ['a time zone', '2024-01-01 10:00:00', '2024-01-01 10:00:00+02:00', 'string', '2024-01-01 10:00:00+02:00'],
    ['no time zone', '2024-01-01 10:00:00Z', '2024-01-01 10:00:00', 'string', '2024-01-01 10:00:00'],
    ['a separator of thousands', '500', '1_000', 'string', '1_000'],
    ['a hexadecimal number', '500', '0x1F', 'string', '0x1F'],
    ['an exponent', '500', '1e3', 'number', 1000],
    ['a decimal', '500', '1.5', 'number', 1.5],
    ['a time of the day', '2024-01-01', '2024-01-01 10:30', 'timestamp', '2024-01-01T10:30:00.000Z'],
    ['an impossible day', '2024-01-01', '2024-02-30', 'string', '2024-02-30'],
    ['a word', 'true', 'unknown', 'string', 'unknown'],
    ['the first value of all', '', '5', 'integer', 5],
    ['a nanosecond', '2024-01-01 10:00:00', '2024-01-01 10:00:00.123456789', 'string', '2024-01-01 10:00:00.123456789']
  ])('%s', async (_, early, value, type, expected) => {
    const frame = await read(late(early, value));
    expect(types(frame)[0]).toBe(`a: ${type}`);
    expect((await column(frame, 'a'))[29_000]).toBe(expected);
  });

  it('also over several files', async () => {
    writeFileSync(path.join(folder, 'zip-1.csv'), 'zip,at\n12116,13/2/2024\n');
    writeFileSync(path.join(folder, 'zip-2.csv'), 'zip,at\n02116,1/2/2024\n');
    const frame = await data('table', 'zip-*.csv');
    expect(await frame.rows()).toEqual([
      { zip: '12116', at: '2024-02-13' },
      { zip: '02116', at: '2024-02-01' }
    ]);
  });
});

describe('words that could be truth values', () => {
  it.each(['yes,no', 'Y,N', 'on,off', 'T,F', 't,f'])('stay the words they are: %s', async words => {
    const [one = '', other = ''] = words.split(',');
    const frame = await read(`a,n\n${one},1\n${other},2\n`);
    expect(types(frame)[0]).toBe('a: string');
    expect(await column(frame, 'a')).toEqual([one, other]);
  });
});

describe('dates whose day and month can change places in every row', () => {
  const monthly = `d,n\n${Array.from({ length: 12 }, (_, i) => `${i + 1}/1/2024,${i}`).join('\n')}\n`;

  it('are read with the month first between slashes, with a warning that names both readings and the option', async () => {
    const frame = await read(monthly);
    expect((await column(frame, 'd'))[11]).toBe('2024-12-01');
    const [warning = ''] = book.warnings.filter(each => each.includes('"d"'));
    expect(warning).toContain('can be read with the month first or with the day first');
    expect(warning).toContain('read with the month first: 2024-02-01, which with the day first is 2024-01-02');
    expect(warning).toContain('{ dayFirst: false } or { dayFirst: true }');
  });

  it('are read as the option says, without a warning', async () => {
    const frame = await read(monthly, { dayFirst: true });
    expect((await column(frame, 'd'))[11]).toBe('2024-01-12');
    expect(book.warnings.filter(each => each.includes('"d"'))).toEqual([]);
  });

  it('are read with the day first between points', async () => {
    expect((await column(await read('d;n\n01.02.2024;1\n02.03.2024;2\n'), 'd'))[0]).toBe('2024-02-01');
    expect(book.warnings.some(each => each.includes('with the day first: 2024-02-01'))).toBe(true);
  });

  it('are read by the one row that decides, even a late one', async () => {
    for (const [value, expected] of [
      ['2/13/2024', '2024-02-01'],
      ['13/2/2024', '2024-01-02']
    ] as const) {
      const frame = await read(late('2/1/2024', value));
      expect((await column(frame, 'a'))[0]).toBe(expected);
      expect(book.warnings.filter(each => each.includes('"a"'))).toEqual([]);
    }
  });

  it('may have a time, of twelve hours or twenty-four, and a year of two digits', async () => {
    const frame = await read(
      'a,b,c\n1/31/2024 3:04 PM,31.1.2024 15:04,1/31/24\n2/1/2024 12:30 AM,1.2.2024 0:30,2/1/69\n'
    );
    expect(types(frame)).toEqual(['a: timestamp', 'b: timestamp', 'c: date']);
    expect(await frame.values(['a', 'b', 'c'])).toEqual([
      ['2024-01-31T15:04:00.000Z', '2024-02-01T00:30:00.000Z'],
      ['2024-01-31T15:04:00.000Z', '2024-02-01T00:30:00.000Z'],
      ['2024-01-31', '1969-02-01']
    ]);
  });
});

describe('words for missing values', () => {
  it('are missing where they are named', async () => {
    const frame = await read('a,b,c\n1,NA,x\n?,2.5,NA\n-999,?,y\n', { missing: ['NA', '?', -999] });
    expect(types(frame)).toEqual(['a: integer', 'b: number', 'c: string']);
    expect(await frame.values(['a', 'b', 'c'])).toEqual([
      [1, null, null],
      [null, 2.5, null],
      ['x', null, 'y']
    ]);
  });

  it('are proposed when one word is the only one among numbers', async () => {
    await read('a,b\n1,x\nNA,y\n3,z\nNA,u\n4.5,v\n');
    expect(shown()).toContain(
      'a: 3 of 5 are numbers, but "NA" (2 rows) is not; if it means a missing value, read it with { missing: ["NA"] }'
    );
  });

  it('are not proposed among several words', async () => {
    await read(`a,b\n${Array.from({ length: 30 }, (_, i) => `${i},x`).join('\n')}\nsmall,y\nlarge,z\n`);
    expect(shown()).not.toContain('{ missing:');
  });
});

describe('the form of a file', () => {
  it.each([
    [
      'Report of May\na;b;c\n1;2;3\n4;5;6\n',
      'begins in line 2 with 3 values separated by ";".\nPass over the lines above it: { skip: 1 }'
    ],
    ['Report of May\na\tb\n1\t2\n4\t5\n', 'begins in line 2 with 2 values separated by "tab"'],
    [
      'Report, May\n\na;b;c\n1;2;3\n4;5;6\n',
      'begins in line 3 with 3 values separated by ";".\nPass over the lines above it: { skip: 2 }'
    ],
    ['Report of May\na,b\n1,2\n3,4\n', 'begins in line 2 with 2 values separated by ","']
  ])('a title above the table is refused, with what to do: %j', async (text, message) => {
    expect(await refusal(text)).toContain(message);
    const skip = Number(/skip: (\d+)/.exec(await refusal(text))?.[1] ?? 1);
    expect((await read(text, { skip })).columns[0]!.name).toBe('a');
  });

  it('names that differ in capital letters only are refused for that reason', async () => {
    expect(await refusal('id,ID\n1,2\n')).toContain(
      'line 1, column 2: the names "id" and "ID" differ in capital letters only.'
    );
  });

  it('a header may have a line break within quotes', async () => {
    const frame = await read('"temp\n(°C)",n\n1.5,1\n2.5,2\n');
    expect(frame.columnNames).toEqual(['temp\n(°C)', 'n']);
    expect(await column(frame, 'n')).toEqual([1, 2]);
  });

  it.each(['a,b\r\n1,x\n2,y\r\n3,z\n', 'a,b\n1,x\r\n2,y\n3,z', 'a,b\r1,x\r2,y\r3,z\r', 'a,b\r1,x\n2,y\r\n3,z\r'])(
    'lines may end in any way, also mixed: %j',
    async text => {
      expect(await (await read(text)).rows()).toEqual([
        { a: 1, b: 'x' },
        { a: 2, b: 'y' },
        { a: 3, b: 'z' }
      ]);
    }
  );

  it('a line end of another kind may come late, and one within quotes stays as it is', async () => {
    const lines = Array.from({ length: 200_000 }, (_, i) => `${i},"x\r\ny"`);
    const frame = await read(`a,b\n${lines.join('\n')}\r\n7,z\n`);
    expect(frame.rowCount).toBe(200_001);
    expect(new Set(await column(frame, 'b'))).toEqual(new Set(['x\r\ny', 'z']));
  });

  it('an error names the line of the file, whatever was passed over', async () => {
    expect(await refusal('title\na,b\n1,2\n3\n', { skip: 1 })).toContain('"bad.csv" line 4, column "b" is missing');
  });

  it.each([
    [{ skip: -1 }, 'skip is -1'],
    [{ missing: 'NA' as unknown as string[] }, 'missing is not a list']
  ])('an option that makes no sense is refused: %j', async (options, message) => {
    expect(await refusal('a\n1\n', options)).toContain(message);
  });
});
