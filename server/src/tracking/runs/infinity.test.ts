import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { logTo, newRun, openTestStore, type TestStore } from '../../../testing/test-store.js';
import { pointsAsJson, pointsAtPlaces, pointsInPieces, pointsOf } from './metric-reading.js';

let test: TestStore;
beforeEach(async () => {
  test = await openTestStore();
});
afterEach(() => test.remove());

async function collected<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) {
    found.push(item);
  }
  return found;
}

describe('infinite and undefined points of a metric', () => {
  it('are read as they were logged, whichever way the series is read', async () => {
    const values = [1, 'Infinity', '-Infinity', 'NaN', 2] as const;
    await test.store.write(newRun('a'));
    const metrics = values.map((value, step) => ({ key: 'loss', value, timestamp: 1, step }));
    await test.store.write(logTo('a', { metrics }));
    const { reads } = test.store;
    const { sid } = await reads.selectFrom('series').select('sid').executeTakeFirstOrThrow();
    const expected = values.map((value, step) => ({ value, timestamp: 1, step }));
    expect(await pointsOf(reads, sid)).toEqual(expected);
    expect(await pointsAtPlaces(reads, sid, 5, [0, 1, 2, 3, 4])).toEqual(expected);
    expect((await collected(pointsInPieces(reads, sid))).flat()).toEqual(expected);
    const text = (await collected(pointsAsJson(reads, sid, 'loss', { limit: 9, offset: 0 }))).join('');
    expect(JSON.parse(text)).toEqual(expected.map(point => ({ key: 'loss', ...point })));
  });
});
