import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { data } from '../../kernel-lib/dist/index.js';
import { TEST_POSTGRES } from '../../server/testing/test-database.js';

const TABLE = `slipway_query_${process.pid}`;
let address: string;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'slipway-postgres-query-'));
  process.env['SLIPWAY_DATA'] = path.join(folder, '.slipway');
  address = process.env[TEST_POSTGRES]!;
  await onServer(`create table ${TABLE} (day date, at timestamp, amount numeric(8, 2), pieces bigint, paid boolean,
    note text, photo bytea)`);
  await onServer(`insert into ${TABLE} select date '2024-01-01' + i, timestamp '2024-01-01 10:00' + i * interval '1 hour',
    i / 2.0, i, i % 2 = 0, case when i % 3 = 0 then null else 'note "' || i || '"' end, '\\x00'
    from generate_series(0, 4999) i`);
});
afterAll(async () => {
  await onServer(`drop table ${TABLE}`);
  await rm(folder, { recursive: true, force: true });
});

async function onServer(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: address });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}

const query = (sql: string, database = address) => data('sales', { database, query: sql });

describe('a query on PostgreSQL', () => {
  it('gives all rows with their types, however many they are', async () => {
    const frame = await query(`select day, at, amount, pieces, paid, note from ${TABLE} order by day;`);
    expect(frame.columns.map(({ name, type }) => `${name}: ${type}`)).toEqual([
      'day: date',
      'at: timestamp',
      'amount: number',
      'pieces: integer',
      'paid: boolean',
      'note: string'
    ]);
    expect(frame.rowCount).toBe(5000);
    const [first, , third] = await frame.rows();
    expect(first).toEqual({
      day: '2024-01-01',
      at: '2024-01-01T10:00:00.000Z',
      amount: 0,
      pieces: 0,
      paid: true,
      note: null
    });
    expect(third).toMatchObject({ amount: 1, pieces: 2, note: 'note "2"' });
  });

  it('gives long whole numbers digit for digit, and columns of one name are refused', async () => {
    const frame = await query('select 9007199254740993::bigint as id, 12345678901234567890.5::numeric as amount');
    expect(await frame.rows()).toEqual([{ id: '9007199254740993', amount: '12345678901234567890.5' }]);
    await expect(query('select 1 as id, 2 as "ID", 3 as n')).rejects.toThrow('gives more than one column named "ID"');
  });

  it('is written down without the password', async () => {
    const frame = await query(`select pieces from ${TABLE} limit 3`);
    const { password } = new URL(address);
    expect(frame.lineage.source).toContain(`select pieces from ${TABLE} limit 3`);
    if (password !== '') {
      expect(frame.lineage.source).not.toContain(`:${password}@`);
    }
  });

  it('changes nothing', async () => {
    const deleting = `with gone as (delete from ${TABLE} returning pieces) select * from gone`;
    await expect(query(deleting)).rejects.toMatchObject({ code: 'DATA_EXPRESSION' });
    expect((await query(`select count(*) as n from ${TABLE}`)).rowCount).toBe(1);
  });

  it.each([
    ['a typing error', () => `select nothing from ${TABLE}`, 'column "nothing" does not exist'],
    ['no rows', () => `select day from ${TABLE} where pieces < 0`, 'gives no rows'],
    ['bytes', () => `select photo from ${TABLE}`, 'The column "photo" of the query on']
  ])('says what is wrong: %s', async (_what, sql, message) => {
    await expect(query(sql())).rejects.toThrow(message);
  });

  it('says that nobody answers', async () => {
    const error: unknown = await query('select 1', 'postgres://ada:secret@127.0.0.1:9/shop').catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'DATA_NOT_FOUND' });
    expect(String(error)).toContain('ada:***@127.0.0.1:9/shop does not answer');
    expect(String(error)).not.toContain('secret');
  });
});
