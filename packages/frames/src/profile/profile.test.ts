import { beforeAll, describe, expect, it } from 'vitest';
import { RecordingNotebook } from '../../../notebook/testing/notebook-double.js';
import { execute, freshTable, quoteName } from '../engine/engine.js';
import { openFrame, type Frame } from '../frame/frame.js';
import { profileTable } from './profile.js';
import { LARGE } from './figures.js';
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

function frameOf(table: string): Promise<Frame> {
  const lineage = { source: 'a test', parents: [], steps: [] };
  return openFrame({ name: 't', table, time: null, version: null, lineage, shifts: new Map() });
}

describe('a profile', () => {
  it('is exact for few rows', async () => {
    const table = await tableOf(1001);
    const [n, word, half] = await profileTable(await frameOf(table));
    expect(n).toMatchObject({ count: 1001, missing: 0, distinct: 1001, min: 0, max: 1000, quartiles: [250, 500, 750] });
    expect(n!.histogram!.counts.reduce((a, b) => a + b)).toBe(1001);
    expect(word).toMatchObject({ distinct: 3, mean: null, quartiles: null, histogram: null });
    expect(word!.top.map(({ value, count }) => `${value} ${count}`)).toEqual(['green 334', 'red 334', 'blue 333']);
    expect(half).toMatchObject({ count: 900, missing: 101 });
  });

  it('of a column with infinite numbers is that of the others, and a check counts them', async () => {
    for (const rows of [3, LARGE + 3]) {
      const table = freshTable();
      const value = "case i when 0 then 1.0 when 1 then 2.0 when 2 then cast('-inf' as double) end";
      await execute(`create table ${quoteName(table)} as select ${value} as x, i as n from range(${rows}) t(i)`);
      const frame = await frameOf(table);
      const [x] = await profileTable(frame);
      expect(x).toMatchObject({ count: 3, distinct: 3, min: 1, max: 2, mean: 1.5 });
      expect(x!.histogram!.counts).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
      const checks = await checkQuality(frame, await profileTable(frame));
      expect(checks.find(({ id }) => id === 'no-infinite-values')).toMatchObject({
        verdict: 'warn',
        evidence: 'Infinite: x 1.'
      });
    }
  });

  it('has no deviation where squares of the numbers are beyond all numbers, and the rest all the same', async () => {
    const table = freshTable();
    await execute(`create table ${quoteName(table)} as select unnest(['1e300', '-1e300']::double[]) as x`);
    const [x] = await profileTable(await frameOf(table));
    expect(x).toMatchObject({ count: 2, distinct: 2, min: -1e300, max: 1e300, std: null });
  });

  it('is the same for few rows as for many of the same values', async () => {
    const values =
      `['b', 'a', 'b', null, 'ü', 'A'][i % 6 + 1] as word, [1.5, 2, null, 8, 9.25, -3][i % 6 + 1] as x, ` +
      `date '2024-01-01' + (i % 6)::integer as day, i % 2 = 0 as even`;
    const profiles: unknown[] = [];
    for (const rows of [6, 60_000]) {
      const table = freshTable();
      await execute(`create table ${quoteName(table)} as select ${values} from range(${rows}) t(i)`);
      const columns = await profileTable(await frameOf(table));
      const share = (n: number): number => (n * 6) / rows;
      profiles.push(
        columns.map(({ name, count, missing, distinct, min, max, histogram, top }) => ({
          name,
          count: share(count),
          missing: share(missing),
          distinct,
          ends: [min, max],
          histogram: histogram?.counts.map(share),
          top: top.map(({ value, count: n }) => `${value} ${share(n)}`)
        }))
      );
    }
    expect(profiles[0]).toEqual(profiles[1]);
  });

  it('estimates of many rows what would take long, and counts the rest', async () => {
    const rows = LARGE + 1000;
    const table = await tableOf(rows);
    const [n, word, half] = await profileTable(await frameOf(table));
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
    const frame = await frameOf(table);
    const checks = await checkQuality(frame, await profileTable(frame));
    expect(checks.find(({ id }) => id === 'no-half-numeric-column')).toMatchObject({
      verdict: 'warn',
      evidence:
        `typed: ${LARGE + 999} of ${LARGE + 1000} are numbers, but "x" is not; if it means a missing value, read it with { missing: ["x"] }; ` +
        `few: ${LARGE + 999} of ${LARGE + 1000} are numbers, but "y" is not; if it means a missing value, read it with { missing: ["y"] }.`
    });
  });

  it('goes with a check that finds copies among many rows', async () => {
    const copies = async (more: string): Promise<string> => {
      const table = await tableOf(LARGE + 1000, more);
      const frame = await frameOf(table);
      const checks = await checkQuality(frame, await profileTable(frame));
      return checks.find(({ id }) => id === 'no-duplicate-rows')!.evidence;
    };
    expect(await copies('')).toBe(`${LARGE + 1000} different rows.`);
    expect(await copies(`union all select 5, 'blue', 2.5`)).toBe('1 rows are copies of others.');
  });
});
