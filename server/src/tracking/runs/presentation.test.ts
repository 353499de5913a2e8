import type { MetricPoint } from '@slipway/contract';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { logTo, newRun, openTestStore, type TestStore } from '../../../testing/test-store.js';
import { headlineKey } from './headline.js';
import { countPoints, pointsAsJson, pointsAtPlaces, pointsInPieces, sparkOf, seriesOf } from './metric-reading.js';
import { Thinning } from './thinning.js';

describe('the metric that a run shows', () => {
  it('is the loss while it runs, and its quality on unseen data afterwards', () => {
    const keys = ['accuracy', 'loss', 'test_accuracy', 'val_loss'];
    expect(headlineKey(keys, 'RUNNING')).toBe('loss');
    expect(headlineKey(keys, 'FINISHED')).toBe('test_accuracy');
  });

  it('is any metric when none is known, and none when there is none', () => {
    expect(headlineKey(['zeta', 'alpha', 'system/cpu'], 'FINISHED')).toBe('alpha');
    expect(headlineKey([], 'RUNNING')).toBeUndefined();
  });
});

function thin(points: readonly MetricPoint[], limit: number): MetricPoint[] {
  const thinning = new Thinning(points.length, limit);
  points.forEach(point => thinning.add(point));
  return thinning.result();
}

describe('a long series', () => {
  const points = (values: readonly number[]): MetricPoint[] =>
    values.map((value, step) => ({ value, step, timestamp: step }));

  it('is thinned to the limit with its ends and its extremes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer(), { minLength: 1, maxLength: 400 }),
        fc.integer({ min: 4, max: 60 }),
        (values, limit) => {
          const thinned = thin(points(values), limit);
          expect(thinned.length).toBeLessThanOrEqual(limit);
          expect(thinned[0]?.step).toBe(0);
          expect(thinned.at(-1)?.step).toBe(values.length - 1);
          const kept = thinned.map(point => point.value);
          expect(kept).toContain(Math.max(...values));
          expect(kept).toContain(Math.min(...values));
          expect(thinned.map(point => point.step)).toEqual([...thinned.map(point => point.step)].sort((a, b) => a - b));
        }
      )
    );
  });

  it('that fits is left as it is', () => {
    expect(thin(points([1, 2, 3]), 4)).toEqual(points([1, 2, 3]));
  });
});

describe('a sparkline', () => {
  let test: TestStore;
  beforeAll(async () => {
    test = await openTestStore();
  });
  afterAll(async () => {
    await test.remove();
  });

  it('has at most sixty values from the first point to the last, however long the series is', async () => {
    await test.store.write(newRun('run-1'));
    const metrics = Array.from({ length: 1000 }, (_, step) => ({
      key: 'loss',
      value: step,
      step: step * 3,
      timestamp: 1
    }));
    await test.store.write(logTo('run-1', { metrics }));
    const { sid } = await test.store.reads.selectFrom('series').select('sid').executeTakeFirstOrThrow();
    const spark = await sparkOf(test.store.reads, sid);
    expect(spark).toHaveLength(60);
    expect([spark[0], spark.at(-1)]).toEqual([0, 999]);
  });
});

describe('a series that is read in pieces', () => {
  let test: TestStore;
  let sid: number;
  const length = 12_345;
  beforeAll(async () => {
    test = await openTestStore();
    await test.store.write(newRun('run-1'));
    // Several points of one step and of one moment, and some that are not numbers, at the ends of pieces.
    const metrics = Array.from({ length }, (_, index) => ({
      key: 'm',
      value: index % 5 === 4 ? ('NaN' as const) : index % 5,
      timestamp: Math.floor(index / 5) % 40,
      step: Math.floor(index / 200)
    }));
    await test.store.write(logTo('run-1', { metrics }));
    ({ sid } = await test.store.reads.selectFrom('series').select('sid').executeTakeFirstOrThrow());
  });
  afterAll(() => test.remove());

  it('is whole, in order, and without a point twice', async () => {
    const points: MetricPoint[] = [];
    for await (const piece of pointsInPieces(test.store.reads, sid)) {
      points.push(...piece);
    }
    expect(points).toHaveLength(length);
    expect(new Set(points.map(point => JSON.stringify(point))).size).toBe(length);
    const key = ({ step, timestamp, value }: MetricPoint): number =>
      (step * 100 + timestamp) * 10 + (typeof value === 'number' ? value : 9);
    expect(points.every((point, index) => index === 0 || key(point) > key(points[index - 1] ?? point))).toBe(true);
  });

  it.each([0, 1234])('is the same as JSON, from point %i on', async offset => {
    const points: MetricPoint[] = [];
    for await (const piece of pointsInPieces(test.store.reads, sid)) {
      points.push(...piece);
    }
    let text = '';
    for await (const piece of pointsAsJson(test.store.reads, sid, '{"key"', { limit: length, offset })) {
      text += piece;
    }
    expect(JSON.parse(text)).toEqual(points.slice(offset).map(point => ({ key: '{"key"', ...point })));
  });

  it('can be limited to some steps', async () => {
    const steps = { first: 3, last: 4 };
    expect(await countPoints(test.store.reads, sid, steps)).toBe(400);
    let count = 0;
    for await (const piece of pointsInPieces(test.store.reads, sid, steps)) {
      count += piece.filter(point => point.step >= 3 && point.step <= 4).length;
    }
    expect(count).toBe(400);
  });

  it('is thinned to the same points as one in memory', async () => {
    const points: MetricPoint[] = [];
    for await (const piece of pointsInPieces(test.store.reads, sid)) {
      points.push(...piece);
    }
    const run = await test.store.reads.selectFrom('run').select('id').executeTakeFirstOrThrow();
    expect(await seriesOf(test.store.reads, run.id, 50)).toEqual([
      { key: 'm', points: thin(points, 50), total: length }
    ]);
  });

  it('has the same points at its places whether or not a step has several', async () => {
    await test.store.write(newRun('run-2'));
    const metrics = Array.from({ length: 2000 }, (_, step) => ({ key: 'plain', value: step / 2, timestamp: 1, step }));
    await test.store.write(logTo('run-2', { metrics }));
    const { sid: plain } = await test.store.reads
      .selectFrom('series')
      .innerJoin('key', 'key.id', 'series.key')
      .where('key.name', '=', 'plain')
      .select('sid')
      .executeTakeFirstOrThrow();
    for (const series of [sid, plain]) {
      const points: MetricPoint[] = [];
      for await (const piece of pointsInPieces(test.store.reads, series)) {
        points.push(...piece);
      }
      const places = [0, 1, 700, points.length - 1];
      const found = await pointsAtPlaces(test.store.reads, series, points.length, places);
      expect(found).toEqual(places.map(place => points[place]));
    }
  });
});
