import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RecordingNotebook } from '../../../notebook/testing/notebook-double.js';
import { data } from '../datasets/data.js';
import type { Frame } from './frame.js';

let folder: string;
let book: RecordingNotebook;
beforeAll(() => {
  delete process.env['SLIPWAY_URL'];
  folder = mkdtempSync(path.join(tmpdir(), 'slipway-split-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => {
  book = RecordingNotebook.install(folder);
});

let files = 0;
/** A frame with a column `id` that is different in each row, and `kind` with the given values. */
async function frameOf(kinds: readonly string[], time = false): Promise<Frame> {
  const name = `rows-${++files}.csv`;
  const lines = kinds.map((kind, i) => `${i},2024-01-${String((i % 28) + 1).padStart(2, '0')},${kind}`);
  writeFileSync(path.join(folder, name), ['id,day,kind', ...lines].join('\n'));
  return data('rows', name, time ? { time: 'day' } : {});
}
const column = async (frame: Frame, name: string): Promise<unknown[]> => (await frame.values([name]))[0] ?? [];
const warnings = (): string => book.warnings.filter(text => !text.includes('not registered')).join('\n');

const kinds = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { minLength: 4, maxLength: 60 });

describe('a split', () => {
  it('has every row once, by whatever it is made, and the same seed gives the same parts', async () => {
    const by = fc.constantFrom('random' as const, 'group' as const, 'stratified' as const);
    await fc.assert(
      fc.asyncProperty(kinds, by, fc.nat({ max: 9 }), async (values, how, seed) => {
        fc.pre(new Set(values).size > 1 && (how !== 'stratified' || values.length >= 30));
        const frame = await frameOf(values);
        const options = { by: how, test: 0.3, seed, ...(how === 'random' ? {} : { column: 'kind' }) };
        const ids = async (): Promise<unknown[][]> => {
          const { train, test } = await frame.split(options);
          return [await column(train, 'id'), await column(test, 'id')];
        };
        const [train = [], test = []] = await ids();
        expect([...train, ...test].map(Number).sort((a, b) => a - b)).toEqual(values.map((_, i) => i));
        expect(test.length).toBeGreaterThan(0);
        expect(await ids()).toEqual([train, test]);
      }),
      { numRuns: 25 }
    );
  }, 60_000);

  it('by group has no group in both parts', async () => {
    await fc.assert(
      fc.asyncProperty(kinds, async values => {
        fc.pre(new Set(values).size > 1);
        const { train, test } = await (await frameOf(values)).split({ by: 'group', column: 'kind', test: 0.3 });
        const inTrain = new Set(await column(train, 'kind'));
        expect((await column(test, 'kind')).filter(kind => inTrain.has(kind))).toEqual([]);
      }),
      { numRuns: 25 }
    );
  }, 60_000);

  it('by group comes near its share when groups are small, and says so when they are not', async () => {
    const small = Array.from({ length: 400 }, (_, i) => `customer ${i % 100}`);
    const { test } = await (await frameOf(small)).split({ by: 'group', column: 'kind', test: 0.25 });
    expect(test.rowCount).toBe(100);
    expect(warnings()).toBe('');
    await (
      await frameOf([...Array<string>(50).fill('a'), ...Array<string>(50).fill('b')])
    ).split({
      ...{ by: 'group', column: 'kind', test: 0.2 }
    });
    expect(warnings()).toContain('The test part has 50 % of the rows instead of 20 %');
  });

  it('that is stratified has the same share of each class in both parts', async () => {
    const values = [...Array<string>(80).fill('common'), ...Array<string>(20).fill('rare')];
    const { train, test } = await (await frameOf(values)).split({ by: 'stratified', column: 'kind', test: 0.25 });
    const count = async (frame: Frame, kind: string): Promise<number> =>
      (await column(frame, 'kind')).filter(value => value === kind).length;
    expect([await count(test, 'common'), await count(test, 'rare')]).toEqual([20, 5]);
    expect([await count(train, 'common'), await count(train, 'rare')]).toEqual([60, 15]);
    expect(train.lineage.steps.at(-1)).toBe('by stratified of kind, train part, test 25 %');
  });

  it('that is stratified warns of a class of one row, and refuses what are not classes', async () => {
    const values = [...Array<string>(10).fill('a'), ...Array<string>(10).fill('b'), 'alone'];
    await (await frameOf(values)).split({ by: 'stratified', column: 'kind', test: 0.3 });
    expect(warnings()).toContain('Only one row of rows has kind = alone');
    const many = await frameOf(Array.from({ length: 150 }, (_, i) => `value ${i}`));
    await expect(many.split({ by: 'stratified', column: 'kind', test: 0.3 })).rejects.toThrow(
      'which are too many for classes'
    );
  });

  it('other than by time of rows that are ordered in time warns', async () => {
    const frame = await frameOf(['a', 'b', 'a', 'b', 'a', 'b'], true);
    await frame.split({ by: 'group', column: 'kind', test: 0.5 });
    expect(warnings()).toContain('Split by group of rows, whose rows are ordered by day');
  });

  it('that cannot be made says what to do', async () => {
    const frame = await frameOf(['a', 'a', 'a', 'a']);
    await expect(frame.split({ by: 'group', test: 0.5 })).rejects.toThrow('split({ by: "group", column: "…"');
    await expect(frame.split({ by: 'group', column: 'kind', test: 0.5 })).rejects.toThrow('at least two different');
    await expect(frame.split({ by: 'group', column: 'knd', test: 0.5 })).rejects.toThrow('Did you mean "kind"');
  });
});
