import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RecordingNotebook } from '../../../notebook/testing/notebook-double.js';
import { data } from '../datasets/data.js';
import type { Frame } from './frame.js';

let folder: string;
let book: RecordingNotebook;
beforeAll(() => {
  delete process.env['SLIPWAY_URL'];
  folder = mkdtempSync(path.join(tmpdir(), 'slipway-combine-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => {
  book = RecordingNotebook.install(folder);
});

async function frameOf(name: string, text: string, options = {}): Promise<Frame> {
  writeFileSync(path.join(folder, `${name}.csv`), text);
  return data(name, `${name}.csv`, options);
}
const sales = () =>
  frameOf('sales', 'day,shop,sold\n2024-01-01,a,3\n2024-01-02,b,5\n2024-01-03,c,7\n', { time: 'day' });
const warnings = (): string => book.warnings.filter(text => !text.includes('not registered')).join('\n');

describe('a join', () => {
  it('puts columns beside the rows whose keys are equal, in their order', async () => {
    const shops = await frameOf('shops', 'name,city\nc,Graz\na,Wien\n');
    const joined = await (await sales()).join(shops, { on: { shop: 'name' } });
    expect(await joined.rows()).toEqual([
      { day: '2024-01-01', shop: 'a', sold: 3, city: 'Wien' },
      { day: '2024-01-03', shop: 'c', sold: 7, city: 'Graz' }
    ]);
    expect(joined.time).toBe('day');
    expect(joined.lineage.steps).toEqual(['inner join with shops on shop = name']);
    const all = await (await sales()).join(shops, { on: { shop: 'name' }, how: 'left' });
    expect((await all.values(['city']))[0]).toEqual(['Wien', null, 'Graz']);
    expect(warnings()).toBe('');
  });

  it('warns when it multiplies rows', async () => {
    const shops = await frameOf('twice', 'shop,city\na,Wien\na,Linz\nb,Graz\n');
    expect((await (await sales()).join(shops, { on: 'shop', how: 'left' })).rowCount).toBe(4);
    expect(warnings()).toContain('The join made 4 rows of 3: some keys occur more than once in twice.');
  });

  it('that cannot be made says why', async () => {
    const other = await frameOf('other', 'shop,sold\na,1\n');
    await expect((await sales()).join(other, { on: 'shop' })).rejects.toThrow('Both frames have "sold".');
    await expect((await sales()).join(other, { on: 'shp' })).rejects.toThrow('Did you mean "shop"?');
    await expect((await sales()).join(other, { on: [] })).rejects.toThrow('at least one column to join on');
  });
});

describe('a group', () => {
  it('has one row for each value, with what is computed of its rows', async () => {
    const frame = await frameOf('visits', 'shop,visits\nb,1\na,2\nb,3\na,4\nb,5\n');
    const grouped = await frame.group(['shop'], { days: 'count(*)', most: 'max(visits)' });
    expect(await grouped.rows()).toEqual([
      { shop: 'a', days: 2, most: 4 },
      { shop: 'b', days: 3, most: 5 }
    ]);
    expect(await (await frame.group([], { all: 'sum(visits)' })).rows()).toEqual([{ all: 15 }]);
  });

  it('stays in time only when each row has its own time', async () => {
    expect((await (await sales()).group(['day'], { n: 'sum(sold)' })).time).toBe('day');
    expect((await (await sales()).group(['shop'], { n: 'sum(sold)' })).time).toBeNull();
  });

  it('that cannot be made says why', async () => {
    await expect((await sales()).group(['shop'], {})).rejects.toThrow('at least one column to compute');
    await expect((await sales()).group(['shop'], { n: 'max(slod)' })).rejects.toThrow('Did you mean "sold"');
    await expect((await sales()).group(['shop'], { n: 'biggest(sold)' })).rejects.toMatchObject({
      code: 'DATA_EXPRESSION'
    });
  });
});
