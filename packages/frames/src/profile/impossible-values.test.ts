import { beforeAll, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { RecordingNotebook } from '../../../notebook/testing/notebook-double.js';
import { execute, freshTable, quoteName } from '../engine/engine.js';
import { openFrame } from '../frame/frame.js';
import { impossibleValues, type ImpossibleValue } from './impossible-values.js';

beforeAll(() => RecordingNotebook.install('/'));

async function found(values: readonly number[]): Promise<ImpossibleValue[]> {
  const table = freshTable();
  await execute(`create table ${quoteName(table)} as select unnest([${values.join(', ')}]::double[]) as x`);
  const lineage = { source: 'a test', parents: [], steps: [] };
  const frame = await openFrame({ name: 't', table, time: null, version: null, lineage, shifts: new Map() });
  return impossibleValues(frame, ['x']);
}

describe('a number that means "missing"', () => {
  it('is found below and above all others, with how often it occurs', async () => {
    const pressures = Array.from({ length: 30 }, (_, i) => 980 + i);
    expect(await found([...pressures, 0, 0])).toEqual([{ column: 'x', value: 0, rows: 2, from: 980, to: 1009 }]);
    expect(await found([...pressures, 9999])).toMatchObject([{ value: 9999, rows: 1, from: 980, to: 1009 }]);
  });

  it('is not found where others reach half of the way to it', async () => {
    expect(await found(Array.from({ length: 30 }, (_, i) => i * 10))).toEqual([]);
    expect(await found([0, ...Array.from({ length: 30 }, (_, i) => 500 + i * 20), 400])).toEqual([]);
  });

  it('is farther from all others than these are from each other, whatever the numbers are', async () => {
    const number = fc.oneof(fc.integer({ min: -20_000, max: 20_000 }), fc.integer({ min: 900, max: 1100 }));
    await fc.assert(
      fc.asyncProperty(fc.array(number, { minLength: 12, maxLength: 40 }), async values => {
        const rest = [...new Set(values.filter(value => value !== -999))];
        fc.pre(rest.length >= 10);
        const [from, to] = [Math.min(...rest), Math.max(...rest)];
        const farOff = Math.max(from + 999, -999 - to) > to - from;
        const all = await found([...rest, -999]);
        expect(all.some(({ value }) => value === -999)).toBe(farOff);
      }),
      { numRuns: 40 }
    );
  });
});
