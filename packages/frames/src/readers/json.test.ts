import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { failureOf } from '../../../notebook/testing/failures.js';
import { RecordingNotebook } from '../../../notebook/testing/notebook-double.js';
import { data, type DataOptions } from '../datasets/data.js';
import { execute, quoteText } from '../engine/engine.js';
import type { Frame } from '../frame/frame.js';

let folder: string;
let book: RecordingNotebook;
beforeAll(() => {
  delete process.env['SLIPWAY_URL'];
  folder = mkdtempSync(path.join(tmpdir(), 'slipway-json-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => {
  book = RecordingNotebook.install(folder);
});

async function read(text: string | Buffer, options: DataOptions = {}, name = 'rows.json'): Promise<Frame> {
  writeFileSync(path.join(folder, name), text);
  return data('rows', name, options);
}
const types = (frame: Frame): string[] => frame.columns.map(({ name, type }) => `${name}: ${type}`);

describe('JSON', () => {
  it('gives numbers, booleans, dates and lists as such, and texts as they are', async () => {
    const rows = [
      { n: 1, x: 1.5, yes: true, day: '2024-01-31', at: '2024-01-31T10:00:00Z', list: [1, 2.5], text: '5' },
      { n: 2, x: 2, yes: false, day: '2024-02-01', at: '2024-02-01T10:00:00Z', list: [3, 4], text: '6' }
    ];
    const frame = await read(JSON.stringify(rows));
    expect(types(frame)).toEqual([
      'n: integer',
      'x: number',
      'yes: boolean',
      'day: date',
      'at: timestamp',
      'list: tensor',
      'text: string'
    ]);
    expect(await frame.values(['n', 'x', 'yes', 'text'])).toEqual([
      [1, 2],
      [1.5, 2],
      [true, false],
      ['5', '6']
    ]);
  });

  it('keeps ids and clock times as they are written', async () => {
    const frame = await read('[{"id":"6F9619FF-8B86-D011-B42D-00C04FC964FF","at":"7:30"},{"id":"A","at":"07:05:00"}]');
    expect(await frame.rows()).toEqual([
      { id: '6F9619FF-8B86-D011-B42D-00C04FC964FF', at: '7:30' },
      { id: 'A', at: '07:05:00' }
    ]);
  });

  it('gives values of several types as the text of each, without quotes', async () => {
    const frame = await read('[{"a":1.5,"b":true},{"a":"n/a","b":"x \\"y\\""},{"a":null,"b":[1]},{"b":{"c":2}}]');
    expect(types(frame)).toEqual(['a: string', 'b: string']);
    expect(await frame.values(['a', 'b'])).toEqual([
      ['1.5', 'n/a', null, null],
      ['true', 'x "y"', '[1]', '{"c":2}']
    ]);
  });

  it('keeps whole numbers beyond 2^53 digit for digit, as text', async () => {
    const frame = await read('[{"a":9007199254740993},{"a":18446744073709551615}]');
    expect(await frame.values(['a'])).toEqual([['9007199254740993', '18446744073709551615']]);
    expect(String(book.shown[0]!['text/plain'])).toContain('a holds whole numbers beyond 2^53');
  });

  it('takes the type of all rows, however late a value comes', async () => {
    const rows = Array.from({ length: 30_000 }, (_, i) => JSON.stringify({ a: i === 29_000 ? 'late' : i }));
    const frame = await read(rows.join('\n'), {}, 'late.jsonl');
    expect(types(frame)).toEqual(['a: string']);
  });

  it.each([
    ['a mark of the byte order', Buffer.from('\uFEFF[{"id":1},{"id":3}]')],
    ['UTF-16', Buffer.from('\uFEFF[{"id":1},{"id":3}]', 'utf16le')]
  ])('with %s is a list of rows', async (_, bytes) => {
    expect(await (await read(bytes)).rows()).toEqual([{ id: 1 }, { id: 3 }]);
  });

  it('reads columns that the schema declares text as text, and named words as missing', async () => {
    const text = '[{"id":1,"x":"?"},{"id":2,"x":2.5},{"id":3,"x":-999}]';
    const frame = await read(text, { schema: { id: 'string' }, missing: ['?', -999] });
    expect(types(frame)).toEqual(['id: string', 'x: number']);
    expect(await frame.values(['id', 'x'])).toEqual([
      ['1', '2', '3'],
      [null, 2.5, null]
    ]);
  });

  it('is refused with keys that differ in capital letters only, and without objects', async () => {
    expect((await failureOf(read('[{"id":1,"ID":2}]'))).message).toContain(
      'the names "id" and "ID" differ in capital letters'
    );
    expect((await failureOf(read('[1, 2]'))).message).toContain('does not hold one object for each row');
  });

  it('may have columns that are named like members of every object', async () => {
    const frame = await read(
      '[{"constructor":1,"__proto__":2,"toString":"a"},{"constructor":3,"__proto__":4,"toString":"b"}]'
    );
    expect(frame.columnNames).toEqual(['constructor', '__proto__', 'toString']);
    expect(await frame.values(['__proto__', 'toString'])).toEqual([
      [2, 4],
      ['a', 'b']
    ]);
  });
});

describe('Parquet', () => {
  const parquet = async (sql: string, options: DataOptions = {}): Promise<Frame> => {
    const file = path.join(folder, 'rows.parquet');
    await execute(`copy (${sql}) to ${quoteText(file)} (format parquet)`);
    return data('rows', 'rows.parquet', options);
  };

  it('keeps whole numbers beyond 2^53 digit for digit, as text or as declared', async () => {
    const sql = `select unnest([9007199254740993, 5]) as id, 7::ubigint as n`;
    expect(types(await parquet(sql))).toEqual(['id: string', 'n: integer']);
    const declared = await parquet(sql, { schema: { id: 'integer' } });
    expect(types(declared)[0]).toBe('id: integer');
    expect(await declared.values(['id'])).toEqual([['9007199254740993', 5]]);
  });

  it('is refused with columns that differ in capital letters only', async () => {
    // The engine cannot write such a file: the name is changed in the bytes.
    await parquet('select unnest([1, 2]) as id, unnest([3, 4]) as xx');
    const bytes = readFileSync(path.join(folder, 'rows.parquet')).toString('latin1');
    writeFileSync(path.join(folder, 'names.parquet'), Buffer.from(bytes.replaceAll('xx', 'ID'), 'latin1'));
    const error = await failureOf(data('rows', 'names.parquet'));
    expect(error.message).toContain('the names "id" and "ID" differ in capital letters only');
  });

  it('with infinite numbers is registered with their count and a check', async () => {
    await parquet(`select unnest([1.5, 'inf'::double, '-inf'::double, 3]) as x`);
    expect(String(book.shown[0]!['text/plain'])).toContain('! No infinite values: Infinite: x 2.');
    expect(String(book.shown[0]!['text/plain'])).toMatch(/x +number +0 +4 +1\.5 … 3/);
  });

  it('has the named words and numbers missing', async () => {
    const frame = await parquet(`select unnest([1, -999, 3]) as n, unnest(['a', 'NA', 'b']) as w`, {
      missing: ['NA', -999]
    });
    expect(await frame.values(['n', 'w'])).toEqual([
      [1, null, 3],
      ['a', null, 'b']
    ]);
  });
});

describe('a query on SQLite', () => {
  beforeAll(() => {
    const shop = new DatabaseSync(path.join(folder, 'shop.db'));
    shop.exec(`create table a(id integer, mixed, big integer, whole real);
      insert into a values (1, 'n/a', 9007199254740993, 2.0), (2, 2.5, -5, 3.0), (3, 7, null, 4.0);
      create table b(id integer, price real); insert into b values (1, 9.5), (2, 8);`);
    shop.close();
  });
  const query = (sql: string): Promise<Frame> => data('rows', { database: 'shop.db', query: sql });

  it('gives columns of mixed types as text without quotes, long whole numbers exactly, and reals as numbers', async () => {
    const frame = await query('select mixed, big, whole from a');
    expect(types(frame)).toEqual(['mixed: string', 'big: string', 'whole: number']);
    expect(await frame.values(['mixed', 'big', 'whole'])).toEqual([
      ['n/a', '2.5', '7'],
      ['9007199254740993', '-5', null],
      [2, 3, 4]
    ]);
  });

  it('is refused when two columns have one name, which it says', async () => {
    const error = await failureOf(query('select * from a join b on a.id = b.id'));
    expect(error.message).toContain('The query on "shop.db" gives more than one column named "id".');
    expect(error.message).toContain('select a.id as a_id, b.id as b_id');
    expect((await query('select a.id as a_id, b.id as b_id from a join b on a.id = b.id')).rowCount).toBe(2);
  });
});
