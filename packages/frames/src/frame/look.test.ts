import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { RecordingNotebook } from '../../../notebook/testing/notebook-double.js';
import { data, type Frame } from '../index.js';

describe('a frame that is looked at', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-look-'));
  delete process.env['SLIPWAY_URL'];
  RecordingNotebook.install(folder);
  const lines = Array.from({ length: 40 }, (_, i) => {
    const day = new Date(Date.UTC(2024, 0, 1 + i)).toISOString().slice(0, 10);
    return `${day},${i % 10 === 9 ? '' : i},${['rain', 'sun', 'rain'][i % 3]}`;
  });
  writeFileSync(path.join(folder, 'days.csv'), `day,n,sky\n${lines.join('\n')}\n`);
  const days = await data('days', 'days.csv', { time: 'day' });

  const text = (frame: Frame): string =>
    (frame as unknown as Record<symbol, () => Record<string, string>>)[Symbol.for('Jupyter.display')]!()['text/plain']!;

  it('has a head, all of which is shown', async () => {
    expect((await (await days.head()).values(['n']))[0]).toEqual([0, 1, 2, 3, 4]);
    const long = await days.head(30);
    expect(
      text(long)
        .split('\n')
        .filter(line => line.startsWith('2024-'))
    ).toHaveLength(30);
    expect(long.lineage.steps).toEqual(['first 30 rows']);
    expect((await days.head(1000)).rowCount).toBe(40);
  });

  it('has a sample, in the order of the rows, which the seed decides', async () => {
    const places = async (seed?: number): Promise<unknown[]> =>
      (await (await days.sample(10, seed === undefined ? {} : { seed })).values(['day']))[0]!;
    const some = await places();
    expect(new Set(some).size).toBe(10);
    expect(some.toSorted()).toEqual(some);
    expect(await places(1)).toEqual(some);
    expect(await places(2)).not.toEqual(some);
    expect((await days.sample(1000)).rowCount).toBe(40);
  });

  it('is described by a row for each column', async () => {
    const description = await days.describe();
    const [day, n, sky] = await description.rows();
    expect(day).toMatchObject({
      column: 'day',
      type: 'date',
      count: 40,
      values: '2024-01-01 … 2024-02-09',
      mean: null
    });
    expect(n).toMatchObject({
      column: 'n',
      count: 36,
      missing: 4,
      distinct: 36,
      min: 0,
      max: 38,
      mean: 19,
      values: null
    });
    expect([n!['q25'], n!['q50'], n!['q75']]).toEqual([9.5, 19, 28.5]);
    expect(n!['std']).toBeCloseTo(11.637378202523, 9);
    expect(sky).toMatchObject({ column: 'sky', type: 'string', distinct: 2, values: 'rain (27), sun (13)' });
    expect(text(description)).toContain('rain (27), sun (13)');
  });

  it('gives its first rows as objects', async () => {
    expect(await days.rows({ limit: 2 })).toEqual((await days.rows()).slice(0, 2));
    expect(await days.rows({ limit: 0 })).toEqual([]);
  });

  it.each([
    [() => days.head(0), 'head takes a whole number of rows of at least 1, not 0.'],
    [() => days.sample(2.5), 'sample takes a whole number of rows of at least 1, not 2.5.'],
    [() => days.sample(2, { seed: NaN }), 'seed must be a whole number, not NaN.'],
    [() => days.rows({ limit: -1 }), 'limit must be a whole number of at least 0, not -1.']
  ])('is not looked at in part of a row', async (look, message) => {
    await expect(look()).rejects.toMatchObject({ code: 'OPTION_INVALID', message });
  });
});
