import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RecordingNotebook } from '../../../notebook/testing/notebook-double.js';
import { data } from '../datasets/data.js';

let folder: string;
beforeAll(() => {
  delete process.env['SLIPWAY_URL'];
  folder = mkdtempSync(path.join(tmpdir(), 'slipway-query-test-'));
  mkdirSync(path.join(folder, 'temporary'));
  process.env['TMPDIR'] = path.join(folder, 'temporary');
  const shop = new DatabaseSync(path.join(folder, 'shop.db'));
  shop.exec(`create table sale(day text, amount real, pieces integer, note text, photo blob);
    insert into sale values ('2024-01-02', 2.5, 1, null, x'00'), ('2024-01-01', 7, 3, 'a "big" one', null);`);
  const many = shop.prepare('insert into sale(day, amount, pieces) values (?, ?, ?)');
  shop.exec('begin');
  for (let i = 0; i < 5000; i++) {
    many.run('2024-02-01', i / 2, i);
  }
  shop.exec('commit');
  shop.close();
  writeFileSync(path.join(folder, 'text.db'), 'this is not a database, however long it is'.repeat(50));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => {
  RecordingNotebook.install(folder);
});

const query = (sql: string, database = 'shop.db') => data('sales', { database, query: sql });

describe('a query on a SQLite file', () => {
  it('gives typed rows, as those of a file, and says where they are from', async () => {
    const frame = await data(
      'sales',
      { database: 'shop.db', query: "select day, amount, pieces, note from sale where day < '2024-02-01'" },
      { time: 'day' }
    );
    expect(frame.columns.map(({ name, type }) => `${name}: ${type}`)).toEqual([
      'day: date',
      'amount: number',
      'pieces: integer',
      'note: string'
    ]);
    expect(await frame.rows()).toEqual([
      { day: '2024-01-01', amount: 7, pieces: 3, note: 'a "big" one' },
      { day: '2024-01-02', amount: 2.5, pieces: 1, note: null }
    ]);
    expect(frame.lineage.source).toContain('shop.db: select day, amount');
  });

  it('may give many rows, and leaves no file behind', async () => {
    expect((await query('select day, amount from sale')).rowCount).toBe(5002);
    expect(readdirSync(path.join(folder, 'temporary')).filter(name => name.startsWith('slipway-query-'))).toEqual([]);
  });

  it('is refused in words when it cannot be run', async () => {
    await expect(query('select prize from sale')).rejects.toThrow('no such column: prize');
    await expect(query('delete from sale')).rejects.toMatchObject({ code: 'DATA_EXPRESSION' });
    await expect(query('select photo from sale')).rejects.toThrow('"photo" of the query on "shop.db" holds bytes');
    await expect(query('select day from sale where pieces < 0')).rejects.toMatchObject({ code: 'DATA_EMPTY' });
    await expect(query('select 1', 'nowhere.db')).rejects.toMatchObject({ code: 'DATA_NOT_FOUND' });
    await expect(query('select * from sale', 'text.db')).rejects.toThrow('"text.db" is not an SQLite database.');
    expect((await query('select pieces from sale')).rowCount).toBe(5002);
  });
});
