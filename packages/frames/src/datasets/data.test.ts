import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SlipwayError } from '@slipway/notebook';
import { RecordingNotebook } from '../../../notebook/testing/notebook-double.js';
import { data } from './data.js';

const RAIN =
  'date,rain,sky\n2024-01-01,0.5,wet\n2024-01-02,0,dry\n2024-01-03,2.5,wet\n2024-01-04,0,dry\n2024-01-05,1,wet\n';

describe('reading a data file', () => {
  let folder: string;
  let book: RecordingNotebook;

  beforeAll(() => {
    // No server is to be found from here, so that nothing is registered by accident.
    delete process.env['SLIPWAY_URL'];
    folder = mkdtempSync(path.join(tmpdir(), 'slipway-data-ü '));
  });
  beforeEach(() => {
    book = RecordingNotebook.install(folder);
  });

  const write = (name: string, text: string): string => {
    writeFileSync(path.join(folder, name), text);
    return name;
  };
  const refusal = async (text: string, name = 'bad.csv'): Promise<SlipwayError> => {
    const error: unknown = await data('bad', write(name, text)).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(SlipwayError);
    return error as SlipwayError;
  };

  it('gives typed columns, a profile and checks, and goes on when no server is there', async () => {
    const frame = await data('rain', write('rain.csv', RAIN), { time: 'date' });
    expect(frame.columns).toEqual([
      { name: 'date', type: 'date', nullable: false },
      { name: 'rain', type: 'number', nullable: false },
      { name: 'sky', type: 'string', nullable: false }
    ]);
    expect(frame.rowCount).toBe(5);
    expect(frame.version).toBeNull();
    expect(book.shown).toHaveLength(1);
    expect(book.shown[0]!['text/plain']).toContain('Time runs forward: 5 rows');
    expect(book.warnings.join()).toContain('rain was not registered');
  });

  it('names the line and the column where a value is missing', async () => {
    const error = await refusal('a,b,c\n1,2,3\n4,5\n7,8,9\n');
    expect(error.code).toBe('DATA_UNREADABLE');
    expect(error.message).toContain('"bad.csv" line 3, column "c" is missing: 2 of 3 values');
  });

  it('names the line that has too many values', async () => {
    expect((await refusal('a,b\n1,2\n1,2,3\n')).message).toContain('line 3, column 3 is too many');
  });

  it('names the line and the column of a quote that is never closed', async () => {
    expect((await refusal('a,b,c\n1,"2,3\n4,5,6\n')).message).toContain('line 2, column "b": a quote is opened');
  });

  it('warns of a column of numbers with a text in it', async () => {
    const rows = Array.from({ length: 30 }, (_, i) => `${i}`).join('\n');
    await data('numbers', write('numbers.csv', `a\n${rows}\noops\n`));
    expect(book.shown[0]!['text/plain']).toContain('a: 30 of 31 are numbers, but "oops" is not');
  });

  const late = (value: string): string =>
    `n\n${Array.from({ length: 30_000 }, (_, i) => (i === 29_990 ? value : i)).join('\n')}\n`;

  it('shows the whole part of a value, and very large values with an exponent', async () => {
    await data('mass', write('mass.csv', 'mass\n1015.25\n1.0000435172150812e+32\n'));
    expect(book.shown[0]!['text/plain']).toContain('1,015 … 1.0000435172150812e32');
  });

  it('never rounds: a column whose late rows are not whole numbers is read as numbers', async () => {
    const frame = await data('late', write('late.csv', late('1.5')));
    expect(frame.columns[0]!.type).toBe('number');
    expect((await frame.values(['n']))[0]!.slice(29_989, 29_992)).toEqual([29_989, 1.5, 29_991]);
  });

  it('takes a column with a word in a late row as text, and says so', async () => {
    const frame = await data('late', write('late.csv', late('unknown')));
    expect(frame.columns[0]!.type).toBe('string');
    expect(book.shown[0]!['text/plain']).toContain('n: 29999 of 30000 are numbers, but "unknown" is not');
  });

  it.each([
    ['days as they are written in America', 'd,n\n01/31/2024,1\n02/28/2024,2\n', 'date', '2024-02-28'],
    ['days as they are written in Germany', 'd;n\n31.01.2024;1\n28.02.2024;2\n', 'date', '2024-02-28'],
    ['times of a day as text', 'd,n\n10:30:00,1\n11:45:00,2\n', 'string', '11:45:00'],
    [
      'times with a zone as instants',
      'd,n\n2024-01-01T10:00:00+02:00,1\n2024-01-01T10:00:00Z,2\n',
      'timestamp',
      '2024-01-01T10:00:00.000Z'
    ],
    ['numbers with a decimal comma', 'd;n\n1,5;1\n2,25;2\n', 'number', 2.25],
    ['codes with a zero in front as text', 'd,n\n01234,1\n04567,2\n', 'string', '04567'],
    ['NaN as a missing value', 'd,n\n1.5,1\nNaN,2\n', 'number', null],
    ['a mark of the byte order', '\uFEFFd,n\n1,1\n2,2\n', 'integer', 2],
    ['line ends within quotes', 'd,n\n"one\ntwo",1\n"three, four",2\n', 'string', 'three, four']
  ])('reads %s', async (_, text, type, last) => {
    const frame = await data('format', write('format.csv', text));
    expect(frame.columns.map(column => column.type)).toEqual([type, 'integer']);
    expect((await frame.values(['d']))[0]!.at(-1)).toBe(last);
  });

  it('reads text of other encodings, and says when it had to guess', async () => {
    const text = 'Stadt,n\nMünchen,1\nKöln,2\n';
    for (const [encoding, header] of [
      ['latin1', 'Stadt'],
      ['latin1', 'Straße'],
      ['utf16le', 'Straße']
    ] as const) {
      const content = Buffer.from(
        `${encoding === 'utf16le' ? '\uFEFF' : ''}${text.replace('Stadt', header)}`,
        encoding
      );
      writeFileSync(path.join(folder, 'encoded.csv'), content);
      book.warnings.length = 0;
      const frame = await data('encoded', 'encoded.csv');
      expect(frame.columnNames).toEqual([header, 'n']);
      expect(await frame.values([header])).toEqual([['München', 'Köln']]);
      expect(book.warnings.some(warning => warning.includes('read as Windows-1252'))).toBe(encoding === 'latin1');
    }
    // Only the header has a letter that tells.
    writeFileSync(path.join(folder, 'encoded.csv'), Buffer.from('Straße,n\nx,1\n', 'latin1'));
    expect((await data('encoded', 'encoded.csv')).columnNames).toEqual(['Straße', 'n']);
  });

  it('reads what is packed with gzip, in whichever encoding', async () => {
    for (const encoding of ['utf8', 'latin1'] as const) {
      writeFileSync(
        path.join(folder, 'packed.csv.gz'),
        gzipSync(Buffer.from('Stadt,n\nMünchen,1\nKöln,2\n', encoding))
      );
      const frame = await data('packed', 'packed.csv.gz');
      expect(await frame.values(['Stadt', 'n'])).toEqual([
        ['München', 'Köln'],
        [1, 2]
      ]);
    }
    writeFileSync(path.join(folder, 'packed.jsonl.gz'), gzipSync('{"n":1}\n{"n":2}\n'));
    expect((await data('packed', 'packed.jsonl.gz')).rowCount).toBe(2);
    expect((await refusal('a,b\n1,2\n', 'plain.csv.gz')).code).toBe('DATA_UNREADABLE');
  });

  it('says of a page of the web, of bytes, and of row numbers of pandas what they are', async () => {
    expect((await refusal('<!DOCTYPE html><html>404</html>\n')).message).toContain('is a web page or XML');
    expect((await refusal('a,b\n1,\0\u0001\n')).message).toContain('is not text');
    expect((await refusal(',a\n0,1\n')).message).toContain('df.to_csv(file, index=False)');
  });

  it('reads structures of JSON as their text, and the texts of lists', async () => {
    const rows = '[{"a":{"b":1},"words":["x","y"],"numbers":[1,2]},{"a":{"b":2},"words":[],"numbers":[3,4]}]';
    const frame = await data('nested', write('nested.json', rows));
    expect(await frame.values(['a', 'words'])).toEqual([
      ['{"b":1}', '{"b":2}'],
      ['["x","y"]', '[]']
    ]);
  });

  it('refuses an empty file and one with a header only', async () => {
    expect((await refusal('', 'empty.csv')).code).toBe('DATA_EMPTY');
    expect((await refusal('a,b\n', 'header.csv')).code).toBe('DATA_EMPTY');
  });

  it('refuses a header with a nameless or doubled column', async () => {
    expect((await refusal('a,,c\n1,2,3\n')).message).toContain('line 1, column 2: the column has no name');
    expect((await refusal('a,a\n1,2\n')).message).toContain('the name "a" is used twice');
  });

  it('says where it looked for a file that is not there', async () => {
    const error: unknown = await data('no', 'nowhere.csv').catch((e: unknown) => e);
    expect((error as SlipwayError).code).toBe('DATA_NOT_FOUND');
    expect((error as SlipwayError).message).toContain(folder);
  });

  it('suggests near names for an unknown column', async () => {
    const frame = await data('rain', 'rain.csv', { time: 'date' });
    const error: unknown = await frame.derive('x', 'rian * 2').catch((e: unknown) => e);
    expect((error as SlipwayError).code).toBe('COLUMN_UNKNOWN');
    expect((error as SlipwayError).message).toContain('Did you mean "rain"?');
  });

  it('leads and lags in the direction that the words say', async () => {
    const frame = await data('rain', 'rain.csv', { time: 'date' });
    const ahead = await frame.lead('rain', { as: 'tomorrow' });
    expect(await ahead.values(['rain', 'tomorrow'])).toEqual([
      [0.5, 0, 2.5, 0],
      [0, 2.5, 0, 1]
    ]);
    const behind = await frame.lag('rain', { as: 'yesterday', steps: 2 });
    expect(await behind.values(['rain', 'yesterday'])).toEqual([
      [2.5, 0, 1],
      [0.5, 0, 2.5]
    ]);
    expect(behind.lineage.steps).toEqual(['yesterday = rain 2 rows earlier']);
  });

  it('splits by time so that every training row is earlier than every test row', async () => {
    const frame = await data('rain', 'rain.csv', { time: 'date' });
    const { train, test } = await frame.split({ by: 'time', test: 0.4 });
    expect((await train.values(['date']))[0]).toEqual(['2024-01-01', '2024-01-02', '2024-01-03']);
    expect((await test.values(['date']))[0]).toEqual(['2024-01-04', '2024-01-05']);
  });

  it('warns of a random split of rows that are ordered in time', async () => {
    const frame = await data('rain', 'rain.csv', { time: 'date' });
    const { train, test } = await frame.split({ by: 'random', test: 0.4, seed: 3 });
    expect(train.rowCount + test.rowCount).toBe(5);
    expect(book.warnings.join()).toContain('Random split of rain');
  });

  it('reads a file of an npm package from any folder', async () => {
    const frame = await data('weather', 'npm:vega-datasets/data/seattle-weather.csv', { time: 'date' });
    expect(frame.rowCount).toBe(1461);
    expect(frame.columnNames).toEqual(['date', 'precipitation', 'temp_max', 'temp_min', 'wind', 'weather']);
  });
});
