import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  Bool,
  DataType,
  DateDay,
  DateMillisecond,
  Decimal,
  Dictionary,
  Field,
  FixedSizeList,
  Float32,
  Float64,
  Int16,
  Int32,
  Int64,
  List,
  makeData,
  Table,
  tableToIPC,
  Timestamp,
  TimeUnit,
  Uint64,
  Utf8,
  Vector,
  vectorFromArray
} from 'apache-arrow';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { RecordingNotebook } from '../../../notebook/testing/notebook-double.js';
import { tableOfArrow } from './arrow-read.js';
import { data } from '../datasets/data.js';
import { execute, freshTable, queryRows, quoteName } from './engine.js';
import { openFrame, type Frame } from '../frame/frame.js';
import { decodeLz4Frame } from './lz4-frame.js';

let folder: string;
beforeAll(() => {
  delete process.env['SLIPWAY_URL'];
  folder = mkdtempSync(path.join(tmpdir(), 'slipway-arrow-'));
  RecordingNotebook.install(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

async function frameOf(table: string): Promise<Frame> {
  const lineage = { source: 'a test', parents: [], steps: [] };
  return openFrame({ name: 't', table, time: null, version: null, lineage, shifts: new Map() });
}

/** What DuckDB says of a table: types and rows as text, exact to the last digit. */
async function content(table: string): Promise<unknown> {
  const types = await queryRows(`describe ${quoteName(table)}`);
  const names = types.map(row => quoteName(String(row['column_name'])));
  const texts = names.map(name => `cast(${name} as varchar) as ${name}`).join(', ');
  return [types.map(row => row['column_type']), await queryRows(`select ${texts} from ${quoteName(table)}`)];
}

const values = {
  BOOLEAN: fc.boolean().map(String),
  BIGINT: fc.oneof(fc.integer(), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })).map(String),
  UBIGINT: fc.bigInt({ min: 2n ** 63n, max: 2n ** 64n - 1n }).map(String),
  DOUBLE: fc.double({ noNaN: true }).map(n => (Object.is(n, -0) ? '-0.0' : String(n))),
  'DECIMAL(38,5)': fc
    .tuple(fc.bigInt({ min: -(10n ** 32n), max: 10n ** 32n }), fc.nat({ max: 9 }))
    .map(([n, digit]) => `${n}.0000${digit}`),
  VARCHAR: fc.string({ unit: 'grapheme', maxLength: 30 }),
  DATE: fc.integer({ min: -100_000, max: 100_000 }).map(n => new Date(n * 86_400_000).toISOString().slice(0, 10)),
  TIMESTAMP: fc.bigInt({ min: -(10n ** 16n), max: 10n ** 16n }).map(n => `epoch:${n}`),
  'TIMESTAMP WITH TIME ZONE': fc.bigInt({ min: -(10n ** 16n), max: 10n ** 16n }).map(n => `epoch:${n}`),
  'BIGINT[]': fc.array(fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })), { maxLength: 4 }).map(list),
  'DOUBLE[]': fc.array(fc.option(fc.double({ noNaN: true })), { maxLength: 4 }).map(list),
  'FLOAT[3]': fc.array(fc.float({ noNaN: true }), { minLength: 3, maxLength: 3 }).map(list)
} satisfies Record<string, fc.Arbitrary<string>>;

function list(items: readonly unknown[]): string {
  return `[${items.map(item => (item === null ? 'null' : String(item))).join(', ')}]`;
}

function literal(value: string | null, type: string): string {
  if (value === null) {
    return `cast(null as ${type})`;
  }
  if (value.startsWith('epoch:')) {
    return `cast(make_timestamp(${value.slice(6)}) as ${type})`;
  }
  return `cast('${value.replaceAll("'", "''")}' as ${type})`;
}

describe('a frame as an Arrow table', () => {
  it('comes back with the same types and rows, whatever they hold, through a file as well', async () => {
    const types = Object.keys(values) as (keyof typeof values)[];
    const row = fc.tuple(...types.map(type => fc.option(values[type], { freq: 4 })));
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 12 }), async rows => {
        const table = freshTable();
        const lines = rows.map(cells => `(${cells.map((cell, i) => literal(cell, types[i]!)).join(', ')})`);
        const names = types.map((_, i) => `c${i}`).join(', ');
        await execute(`create table ${quoteName(table)} as select * from (values ${lines.join(', ')}) t(${names})`);
        const arrow = await (await frameOf(table)).toArrow();
        const expected = await content(table);
        const [, expectedRows] = expected as [unknown, unknown];
        // Whole numbers are given as the narrowest type that holds them, and come back as BIGINT.
        expect(((await content(await tableOfArrow(arrow, 'a table'))) as [unknown, unknown])[1]).toEqual(expectedRows);
        const file = path.join(folder, 'round.arrow');
        writeFileSync(file, tableToIPC(arrow, 'file'));
        expect((await data('round', file)).rowCount).toBe(rows.length);
      }),
      { numRuns: 12 }
    );
  });

  it('is made of several record batches where there are many rows, in their order', async () => {
    const table = freshTable();
    await execute(`create table ${quoteName(table)} as select i, 'w' || i as word from range(200000) t(i)`);
    const arrow = await (await frameOf(table)).toArrow();
    expect(arrow.batches.length).toBeGreaterThan(1);
    expect(arrow.numRows).toBe(200_000);
    expect([arrow.get(199_999)!['i'], arrow.get(199_999)!['word']]).toEqual([199_999, 'w199999']);
  });

  it('has the types that other libraries expect', async () => {
    const table = freshTable();
    await execute(
      `create table ${quoteName(table)} as select 1 as small, 5000000000 as large, 1.5::decimal(4, 1) as price, ` +
        `timestamptz '2024-01-01 12:00:00+02' as instant, sum(1::bigint) as total, [1.5, 2]::float[] as numbers, uuid() as id`
    );
    const arrow = await (await frameOf(table)).toArrow();
    expect(arrow.schema.fields.map(({ name, type }) => `${name}: ${String(type)}`)).toEqual([
      'small: Int32',
      'large: Int64',
      'price: Float64',
      'instant: Timestamp<MICROSECOND, UTC>',
      'total: Int32',
      'numbers: List<Float32>',
      'id: Utf8'
    ]);
    expect(arrow.get(0)!['instant']).toBe(Date.UTC(2024, 0, 1, 10));
  });
});

describe('an Arrow table as a frame', () => {
  const read = async (columns: Record<string, Vector>): Promise<[types: unknown, rows: unknown]> =>
    (await content(await tableOfArrow(new Table(columns as never), 'a table'))) as [unknown, unknown];

  it('keeps whole numbers beyond 2^53, of which every digit is an id', async () => {
    const id = 9_007_199_254_740_993n;
    const [types, rows] = await read({
      a: vectorFromArray([id, null], new Int64()),
      b: vectorFromArray([2n ** 64n - 1n, 0n], new Uint64()),
      c: vectorFromArray([-7, null], new Int16())
    });
    expect(types).toEqual(['BIGINT', 'UBIGINT', 'BIGINT']);
    expect(rows).toEqual([
      { a: '9007199254740993', b: '18446744073709551615', c: '-7' },
      { a: null, b: '0', c: null }
    ]);
  });

  it('reads times of every unit, with a zone as the instant', async () => {
    const time = (unit: TimeUnit, zone: string | null, value: bigint): Vector => {
      const type = new Timestamp(unit, zone);
      return new Vector([makeData({ type, length: 1, data: BigInt64Array.of(value) })]);
    };
    const [types, rows] = await read({
      s: time(TimeUnit.SECOND, null, -1n),
      ms: time(TimeUnit.MILLISECOND, null, 1n),
      us: time(TimeUnit.MICROSECOND, null, 1n),
      ns: time(TimeUnit.NANOSECOND, null, -1n),
      zoned: time(TimeUnit.NANOSECOND, 'Europe/Berlin', 0n)
    });
    expect(types).toEqual([...Array.from({ length: 4 }, () => 'TIMESTAMP'), 'TIMESTAMP WITH TIME ZONE']);
    expect(rows).toEqual([
      {
        s: '1969-12-31 23:59:59',
        ms: '1970-01-01 00:00:00.001',
        us: '1970-01-01 00:00:00.000001',
        ns: '1969-12-31 23:59:59.999999',
        zoned: '1970-01-01 00:00:00+00'
      }
    ]);
  });

  it('reads dictionaries, days, lists and slices of them', async () => {
    const words = vectorFromArray(['dry', 'wet', null, 'dry'], new Dictionary(new Utf8(), new Int32()));
    const days = [new Date('2024-02-29'), null, new Date('1969-12-31'), new Date(0)];
    const item = new Field('item', new Float32(), true);
    const columns = {
      word: words,
      day: vectorFromArray(days, new DateDay()),
      late: vectorFromArray(days, new DateMillisecond()),
      yes: vectorFromArray([true, null, false, true], new Bool()),
      list: vectorFromArray([[1, null], [], null, [0.5]], new List(item)),
      pair: vectorFromArray([[1, 2], null, [3, 4], [5, 6]], new FixedSizeList(2, item))
    };
    const [types, rows] = await read(columns);
    expect(types).toEqual(['VARCHAR', 'DATE', 'DATE', 'BOOLEAN', 'FLOAT[]', 'FLOAT[2]']);
    const expected = [
      { word: 'dry', day: '2024-02-29', late: '2024-02-29', yes: 'true', list: '[1.0, NULL]', pair: '[1.0, 2.0]' },
      { word: 'wet', day: null, late: null, yes: null, list: '[]', pair: null },
      { word: null, day: '1969-12-31', late: '1969-12-31', yes: 'false', list: null, pair: '[3.0, 4.0]' },
      { word: 'dry', day: '1970-01-01', late: '1970-01-01', yes: 'true', list: '[0.5]', pair: '[5.0, 6.0]' }
    ];
    expect(rows).toEqual(expected);
    const sliced = Object.fromEntries(Object.entries(columns).map(([name, vector]) => [name, vector.slice(1, 4)]));
    expect((await read(sliced as never))[1]).toEqual(expected.slice(1));
  });

  it('reads decimals as they are', async () => {
    const type = new Decimal(2, 20, 128);
    const data = new Uint32Array(new BigInt64Array([-150n, -1n, 12_345_678_901_234_567n, 0n]).buffer);
    const [types, rows] = await read({ price: new Vector([makeData({ type, length: 2, data })]) });
    expect(types).toEqual(['DECIMAL(20,2)']);
    expect(rows).toEqual([{ price: '-1.50' }, { price: '123456789012345.67' }]);
  });

  it('names a column that a frame cannot hold', async () => {
    const nested = vectorFromArray([{ a: 1 }]);
    expect(DataType.isStruct(nested.type)).toBe(true);
    await expect(read({ nested })).rejects.toMatchObject({
      code: 'DATA_UNREADABLE',
      message: expect.stringContaining('The column "nested" of a table holds Struct') as string
    });
  });

  it('is read from a file batch by batch', async () => {
    const vector = vectorFromArray(
      Array.from({ length: 5000 }, (_, i) => i / 2),
      new Float64()
    );
    const table = new Table({ x: vector }).concat(new Table({ x: vector }));
    for (const format of ['file', 'stream'] as const) {
      writeFileSync(path.join(folder, `${format}.arrow`), tableToIPC(table, format));
      const frame = await data(format, `${format}.arrow`);
      expect(frame.rowCount).toBe(10_000);
      expect((await frame.values(['x']))[0]!.slice(4999, 5001)).toEqual([2499.5, 0]);
    }
  });
});

describe('Feather files of pyarrow', () => {
  const files = path.resolve(import.meta.dirname, '../../../../test/data/arrow-files');

  it.each(['lz4', 'zstd', 'uncompressed'])('are read, %s as well', async codec => {
    const frame = await data(codec, path.join(files, `${codec}.feather`));
    expect(frame.columns.map(({ name, type }) => `${name}: ${type}`)).toEqual([
      'word: string',
      'text: string',
      'view: string',
      'when: timestamp',
      'price: number',
      'pixels: tensor',
      // Beyond 2^53.
      'id: string',
      'zeros: integer'
    ]);
    const rows = await queryRows(`select * exclude (pixels), pixels[1] as pixel from ${quoteName(frame.table)}`);
    expect(rows).toHaveLength(300);
    expect(rows[299]).toEqual({
      word: 'wet',
      text: 'a rather long text, number 299',
      view: 'seen as a view: 299',
      when: '2024-01-13T11:00:00.000Z',
      price: 2.99,
      zeros: 0,
      pixel: 299,
      id: String(2n ** 60n + 299n)
    });
  });
});

describe('unpacking LZ4', () => {
  it('refuses bytes that are none, end early, or point before their beginning', () => {
    const frame = (...block: number[]): Uint8Array =>
      Uint8Array.of(4, 34, 77, 24, 0x60, 0x40, 0, block.length, 0, 0, 0, ...block, 0, 0, 0, 0);
    // Two letters, then five from two before: they overlap what is being written.
    const last = [0x10, 0x21];
    expect(Buffer.from(decodeLz4Frame(frame(0x21, 0x61, 0x62, 2, 0, ...last))).toString()).toBe('abababa!');
    expect(() => decodeLz4Frame(frame(0x21, 0x61, 0x62, 9, 0, ...last))).toThrow('points before its beginning');
    expect(() => decodeLz4Frame(frame(0x21, 0x61).subarray(0, 12))).toThrow('ends within a block');
    expect(() => decodeLz4Frame(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8))).toThrow('not an LZ4 frame');
  });
});
