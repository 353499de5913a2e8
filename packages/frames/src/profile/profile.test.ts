import { beforeAll, describe, expect, it } from 'vitest';
import { RecordingNotebook } from '../../../notebook/testing/notebook-double.js';
import { execute, freshTable, quoteName } from '../engine/engine.js';
import { readSchema } from '../frame/frame-schema.js';
import { LARGE, profileTable } from './profile.js';
import { checkQuality } from './quality.js';

beforeAll(() => RecordingNotebook.install('/'));

/** Numbers from 0, a word for each, and a number that is missing in every tenth row. */
async function tableOf(rows: number, more = ''): Promise<string> {
  const table = freshTable();
  await execute(
    `create table ${quoteName(table)} as select i as n, ['red', 'green', 'blue'][i % 3 + 1] as word, ` +
      `case when i % 10 = 0 then null else i / 2.0 end as half from range(${rows}) t(i) ${more}`
  );
  return table;
}

describe('a profile', () => {
  it('is exact for few rows', async () => {
    const table = await tableOf(1001);
    const [n, word, half] = await profileTable(table, await readSchema(table));
    expect(n).toMatchObject({ count: 1001, missing: 0, distinct: 1001, min: 0, max: 1000, quartiles: [250, 500, 750] });
    expect(n!.histogram!.counts.reduce((a, b) => a + b)).toBe(1001);
    expect(word).toMatchObject({ distinct: 3, mean: null, quartiles: null, histogram: null });
    expect(word!.top.map(({ value, count }) => `${value} ${count}`)).toEqual(['green 334', 'red 334', 'blue 333']);
    expect(half).toMatchObject({ count: 900, missing: 101 });
  });

  it('has no deviation where numbers are infinite, and the rest all the same', async () => {
    const table = freshTable();
    await execute(`create table ${quoteName(table)} as select unnest(['1', '2', 'inf']::double[]) as x`);
    const [x] = await profileTable(table, await readSchema(table));
    expect(x).toMatchObject({ count: 3, distinct: 3, min: 1, std: null, mean: null, histogram: null });
  });

  it('estimates of many rows what would take long, and counts the rest', async () => {
    const rows = LARGE + 1000;
    const table = await tableOf(rows);
    const [n, word, half] = await profileTable(table, await readSchema(table));
    expect(n).toMatchObject({ count: rows, min: 0, max: rows - 1 });
    expect(Math.abs(n!.distinct / rows - 1)).toBeLessThan(0.1);
    expect(n!.distinct).toBeLessThanOrEqual(rows);
    n!.quartiles!.forEach((value, i) => expect(value / rows).toBeCloseTo((i + 1) / 4, 2));
    expect(n!.histogram!.counts.reduce((a, b) => a + b)).toBe(rows);
    expect(word!.distinct).toBe(3);
    expect(half!.missing).toBe(rows / 10);
  });

  it('goes with a check that finds a word among many numbers, and none where words are usual', async () => {
    const table = freshTable();
    await execute(
      `create table ${quoteName(table)} as select case when i = 150000 then 'x' else i::varchar end as typed, ` +
        `case when i % 5 = 0 then 'w' || i else i::varchar end as mixed, case when i = 7 then 'y' else (i % 9)::varchar ` +
        `end as few from range(${LARGE + 1000}) t(i)`
    );
    const columns = await readSchema(table);
    const checks = await checkQuality(table, columns, await profileTable(table, columns), null);
    expect(checks.find(({ id }) => id === 'no-half-numeric-column')).toMatchObject({
      verdict: 'warn',
      evidence:
        `typed: ${LARGE + 999} of ${LARGE + 1000} are numbers, but "x" is not; ` +
        `few: ${LARGE + 999} of ${LARGE + 1000} are numbers, but "y" is not.`
    });
  });

  it('goes with a check that finds copies among many rows', async () => {
    const copies = async (more: string): Promise<string> => {
      const table = await tableOf(LARGE + 1000, more);
      const columns = await readSchema(table);
      const checks = await checkQuality(table, columns, await profileTable(table, columns), null);
      return checks.find(({ id }) => id === 'no-duplicate-rows')!.evidence;
    };
    expect(await copies('')).toBe(`${LARGE + 1000} different rows.`);
    expect(await copies(`union all select 5, 'blue', 2.5`)).toBe('1 rows are copies of others.');
  });
});
