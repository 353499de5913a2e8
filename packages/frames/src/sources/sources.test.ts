import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DateDay, Float64, Int32, Table, tableFromIPC, tableToIPC, Utf8, vectorFromArray } from 'apache-arrow';
import S3rver from 's3rver';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RecordingNotebook } from '../../../notebook/testing/notebook-double.js';
import { data, type DataOptions } from '../datasets/data.js';

let folder: string;
let book: RecordingNotebook;
beforeAll(() => {
  delete process.env['SLIPWAY_URL'];
  folder = mkdtempSync(path.join(tmpdir(), 'slipway-sources-ü '));
  mkdirSync(path.join(folder, 'temporary'));
  process.env['TMPDIR'] = path.join(folder, 'temporary');
  cpSync(path.join(import.meta.dirname, '..', '..', 'testing', 'sales.xlsx'), path.join(folder, 'sales.xlsx'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => {
  book = RecordingNotebook.install(folder);
});

const write = (name: string, text: string | Uint8Array): string => {
  writeFileSync(path.join(folder, name), text);
  return name;
};
const types = async (from: string | Table, options: DataOptions = {}): Promise<string[]> =>
  (await data('rows', from, options)).columns.map(({ name, type }) => `${name}: ${type}`);

describe('an Excel file', () => {
  it('gives typed columns, leaves out empty rows, and keeps missing values', async () => {
    const frame = await data('sales', 'sales.xlsx', { time: 'day' });
    expect(frame.columns.map(({ name, type }) => `${name}: ${type}`)).toEqual([
      'day: date',
      'shop: string',
      'pieces: integer',
      'price: number',
      'open: boolean'
    ]);
    expect(await frame.values(['shop', 'pieces'])).toEqual([
      ['Köln', 'Bonn', 'Köln', 'Bonn'],
      [3, null, 7, 1]
    ]);
    expect(readdirSync(path.join(folder, 'temporary'))).toEqual([]);
  });

  it.each([
    ['Saless', 'DATA_NOT_FOUND', 'has no sheet "Saless".\nDid you mean "Sales"?'],
    ['Gaps', 'DATA_UNREADABLE', '"sales.xlsx", sheet "Gaps", row 1, column 2: the column has no name.'],
    [3, 'DATA_EMPTY', '"sales.xlsx", sheet "Empty" has column names but no rows.']
  ])('says what is wrong with the sheet %j', async (sheet, code, message) => {
    const refused = expect(data('sales', 'sales.xlsx', { sheet })).rejects;
    await refused.toMatchObject({ code, message: expect.stringContaining(message) as string });
  });

  it('is refused when it is not one', async () => {
    await expect(data('sales', write('page.xlsx', '<html>'))).rejects.toThrow(
      '"page.xlsx" is not a readable Excel file'
    );
  });
});

describe('Arrow', () => {
  const table = (): Table =>
    new Table({
      n: vectorFromArray([1, 2, 3], new Int32()),
      x: vectorFromArray([0.5, NaN, 2], new Float64()),
      word: vectorFromArray(['a', null, 'ü'], new Utf8()),
      day: vectorFromArray([new Date('2024-01-01'), new Date('2024-01-02'), new Date('2024-01-03')], new DateDay())
    });

  it('comes in as a table and as a file, with the types of its schema', async () => {
    const expected = ['n: integer', 'x: number', 'word: string', 'day: date'];
    expect(await types(table())).toEqual(expected);
    expect(await types(write('table.arrow', tableToIPC(table(), 'file')))).toEqual(expected);
    const frame = await data('rows', table());
    expect(await frame.values(['x', 'word', 'day'])).toEqual([
      [0.5, null, 2],
      ['a', null, 'ü'],
      ['2024-01-01', '2024-01-02', '2024-01-03']
    ]);
  });

  it('goes out with the same rows, and through its bytes', async () => {
    const frame = await data('rows', table());
    const arrow = tableFromIPC(tableToIPC(await frame.toArrow(), 'stream'));
    expect(arrow.numRows).toBe(3);
    expect([...arrow.getChild('word')!]).toEqual(['a', null, 'ü']);
    expect(arrow.schema.fields.map(({ name, type }) => `${name}: ${String(type)}`)).toEqual([
      'n: Int32',
      'x: Float64',
      'word: Utf8',
      'day: Date32<DAY>'
    ]);
    expect(await types(arrow)).toEqual(await types(table()));
  });

  it('is refused when the file is not one', async () => {
    await expect(data('rows', write('none.arrow', 'nothing'))).rejects.toMatchObject({ code: 'DATA_UNREADABLE' });
  });
});

describe('objects of a bucket', () => {
  let server: S3rver;
  beforeAll(async () => {
    const directory = path.join(folder, 'buckets');
    server = new S3rver({
      port: 0,
      address: '127.0.0.1',
      silent: true,
      directory,
      configureBuckets: [{ name: 'weather', configs: [] }]
    });
    const { port } = (await server.run()) as AddressInfo;
    Object.assign(process.env, {
      AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}`,
      AWS_ACCESS_KEY_ID: 'S3RVER',
      AWS_SECRET_ACCESS_KEY: 'S3RVER'
    });
    const { PutObjectCommand, S3Client } = await import('@aws-sdk/client-s3');
    const endpoint = process.env['AWS_ENDPOINT_URL_S3']!;
    const client = new S3Client({ endpoint, forcePathStyle: true, region: 'us-east-1' });
    for (const [Key, Body] of [
      ['days/2024-01.csv', 'day,rain\n1,0.5\n2,0\n'],
      ['days/2024-02.csv', 'day,rain\n32,1.5\n'],
      ['days/old/2023-01.csv', 'day,rain\n0,9\n'],
      ['notes.txt', 'no table']
    ]) {
      await client.send(new PutObjectCommand({ Bucket: 'weather', Key, Body }));
    }
    client.destroy();
  });
  afterAll(() => server?.close());

  it('are read one by one and by pattern, in the order of their keys', async () => {
    const one = await data('days', 's3://weather/days/2024-02.csv');
    expect(await one.values(['day'])).toEqual([[32]]);
    const several = await data('days', 's3://weather/days/*.csv');
    expect(await several.values(['day'])).toEqual([[1, 2, 32]]);
    expect((await data('days', 's3://weather/days/**/*.csv')).rowCount).toBe(4);
    expect(several.lineage.source).toBe('s3://weather/days/*.csv');
    expect(readdirSync(path.join(folder, 'temporary'))).toEqual([]);
  });

  it.each([
    ['s3://weather/days/2025.csv', 'DATA_NOT_FOUND', 'There is no object "s3://weather/days/2025.csv".'],
    ['s3://weather/days/2025-*.csv', 'DATA_NOT_FOUND', 'No object matches'],
    ['s3://weather', 'DATA_NOT_FOUND', 'names no object of a bucket']
  ])('%s is refused', async (address, code, message) => {
    await expect(data('days', address)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message) as string
    });
  });
});

describe('a schema', () => {
  const AIR = 'at,pressure,sky,zip\n2024-01-01,1013,dry,01234\n2024-01-02,0,wet,99999\n2024-01-03,,dry,00001\n';

  it('gives columns their types', async () => {
    const schema = { zip: 'string', pressure: { type: 'number', max: 1090 }, at: 'timestamp' } as const;
    const found = await types(write('air.csv', AIR), { schema });
    expect(found).toEqual(['at: timestamp', 'pressure: number', 'sky: string', 'zip: string']);
  });

  it.each([
    [
      { pressure: { min: 850 } },
      '"pressure" of "air.csv" is less than 850 in 1 row, first in row 2 ("0").\nFix the rows'
    ],
    [{ pressure: { required: true } }, '"pressure" of "air.csv" is missing in 1 row, first in row 3.'],
    [{ sky: { oneOf: ['dry'] } }, '"sky" of "air.csv" is not one of dry in 1 row, first in row 2 ("wet").'],
    [
      { sky: 'number' as const },
      '"sky" of "air.csv" is not a number that can be kept exactly in 3 rows, first in row 1 ("dry").'
    ],
    [{ presure: 'number' as const }, 'There is no column "presure" in "air.csv", which the schema names.']
  ])('refuses rows that break %j', async (schema, message) => {
    await expect(data('air', write('air.csv', AIR), { schema })).rejects.toThrow(message);
  });

  it('goes without saying: a value that means "missing" is named', async () => {
    const lines = Array.from({ length: 60 }, (_, i) => `${i === 9 ? -999 : 980 + i}`);
    await data('air', write('stations.csv', ['pressure', ...lines].join('\n')));
    expect(book.warnings.join()).toContain(
      'Cell In[1]: "pressure" of air is -999 in 1 row and else from 980 to 1039: -999 probably means "missing".'
    );
  });
});
