import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MetricValue } from '@slipway/contract';
import { InvalidRequestError, InvalidStateError, NotFoundError } from '../errors.js';
import { logTo, newRun, openTestStore, sessionStarted, type TestStore } from '../../../testing/test-store.js';
import { isLater, numberOf, toStored } from './metric-value.js';
import type { MetricEntry } from './operations.js';

let test: TestStore;
beforeEach(async () => {
  test = await openTestStore();
});
afterEach(async () => {
  await test.remove();
});

const metricValue: fc.Arbitrary<MetricValue> = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom<MetricValue>('NaN', 'Infinity', '-Infinity', 0.5)
);
const metricEntry: fc.Arbitrary<MetricEntry> = fc.record({
  key: fc.constantFrom('loss', 'accuracy'),
  value: metricValue,
  timestamp: fc.integer({ min: 0, max: 3 }),
  step: fc.integer({ min: -2, max: 3 })
});

async function latest(runId: string): Promise<Record<string, unknown>> {
  const rows = await test.store.reads
    .selectFrom('series')
    .innerJoin('run', 'run.id', 'series.run')
    .innerJoin('key', 'key.id', 'series.key')
    .where('run.uuid', '=', runId)
    .select(['key.name', 'series.step', 'series.ts', 'series.value'])
    .execute();
  return Object.fromEntries(rows.map(({ name, ...point }) => [name, point]));
}

function latestOf(entries: readonly MetricEntry[]): Record<string, unknown> {
  const result: Record<string, { step: number; timestamp: number; value: number }> = {};
  for (const entry of entries) {
    const point = { step: entry.step ?? 0, timestamp: entry.timestamp, value: numberOf(entry.value) };
    const before = result[entry.key];
    if (before === undefined || isLater(point, before)) {
      result[entry.key] = point;
    }
  }
  return Object.fromEntries(
    Object.entries(result).map(([key, { step, timestamp, value }]) => [
      key,
      { step, ts: timestamp, value: toStored(value) }
    ])
  );
}

describe('metrics', () => {
  it('keep as latest the largest by step, time and value, in whatever order and grouping they come', async () => {
    let count = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(metricEntry, { maxLength: 6 }), { maxLength: 6 }), async batches => {
        const runId = `run-${(count += 1)}`;
        await test.store.write(newRun(runId));
        await Promise.all(batches.map(metrics => test.store.write(logTo(runId, { metrics }))));
        expect(await latest(runId)).toEqual(latestOf(batches.flat()));
      }),
      { numRuns: 60 }
    );
  });

  it('are stored once when exactly the same point comes again, not-a-number too', async () => {
    await test.store.write(newRun('run-1'));
    const metrics: MetricEntry[] = [
      { key: 'loss', value: 'NaN', timestamp: 1, step: 1 },
      { key: 'loss', value: 2, timestamp: 1, step: 1 }
    ];
    await test.store.write(logTo('run-1', { metrics: [...metrics, ...metrics] }));
    await test.store.write(logTo('run-1', { metrics }));
    const points = await test.store.reads.selectFrom('point').select('value').orderBy('value').execute();
    expect(points.map(point => point.value)).toEqual([2, 'NaN']);
  });

  it('of a run go on in the same series after a restart', async () => {
    await test.store.write(newRun('run-1'));
    await test.store.write(newRun('run-2'));
    await test.store.write(logTo('run-1', { metrics: [{ key: 'loss', value: 1, timestamp: 1, step: 1 }] }));
    await test.reopen();
    await test.store.write(logTo('run-2', { metrics: [{ key: 'loss', value: 5, timestamp: 1, step: 1 }] }));
    await test.store.write(logTo('run-1', { metrics: [{ key: 'loss', value: 2, timestamp: 2, step: 2 }] }));
    const points = await test.store.reads.selectFrom('point').select(['sid', 'value']).orderBy('value').execute();
    expect(points[0]?.sid).toBe(points[1]?.sid);
    expect(points[2]?.sid).not.toBe(points[0]?.sid);
  });
});

describe('operations that are committed together', () => {
  it('do not suffer from one that is refused', async () => {
    await test.store.write(newRun('run-1'));
    await test.store.write(logTo('run-1', { params: [{ key: 'depth', value: '3' }] }));
    const results = await Promise.allSettled([
      test.store.write(logTo('run-1', { metrics: [{ key: 'loss', value: 1, timestamp: 1 }] })),
      test.store.write(
        logTo('run-1', { params: [{ key: 'depth', value: '4' }], tags: [{ key: 'note', value: 'no' }] })
      ),
      test.store.write(logTo('nobody', { tags: [{ key: 'note', value: 'no' }] })),
      test.store.write(logTo('run-1', { metrics: [{ key: 'loss', value: 2, timestamp: 2, step: 1 }] }))
    ]);
    expect(results.map(result => result.status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    expect(results[1]).toMatchObject({ reason: expect.any(InvalidRequestError) as unknown });
    expect(results[2]).toMatchObject({ reason: expect.any(NotFoundError) as unknown });
    expect(await latest('run-1')).toEqual({ loss: { step: 1, ts: 2, value: 2 } });
    expect(
      await test.store.reads.selectFrom('tag').innerJoin('key', 'key.id', 'tag.key').select('name').execute()
    ).toEqual([{ name: 'mlflow.runName' }]);
  });

  it('keep their latest metrics when another one fails after it has written', async () => {
    await test.store.write(newRun('run-1'));
    const broken = { key: 'bad', value: null as unknown as string };
    const results = await Promise.allSettled([
      test.store.write(logTo('run-1', { metrics: [{ key: 'loss', value: 1, timestamp: 1, step: 1 }] })),
      test.store.write(
        logTo('run-1', { metrics: [{ key: 'lost', value: 9, timestamp: 1, step: 1 }], params: [broken] })
      ),
      test.store.write(logTo('run-1', { metrics: [{ key: 'loss', value: 2, timestamp: 2, step: 2 }] }))
    ]);
    expect(results.map(result => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await latest('run-1')).toEqual({ loss: { step: 2, ts: 2, value: 2 } });
    const points = await test.store.reads.selectFrom('point').select('value').orderBy('value').execute();
    expect(points.map(point => point.value)).toEqual([1, 2]);
  });

  it('take turns with transactions of the query layer', async () => {
    await test.store.write(newRun('run-1'));
    await Promise.all([
      ...Array.from({ length: 20 }, (_, step) =>
        test.store.write(logTo('run-1', { metrics: [{ key: 'loss', value: step, timestamp: step, step }] }))
      ),
      ...Array.from({ length: 20 }, (_, index) =>
        test.store.writes.transaction().execute(async transaction => {
          await transaction
            .insertInto('experiment_tag')
            .values({ exp: 0, key: String(index), value: '' })
            .execute();
          await new Promise(resolve => setImmediate(resolve));
        })
      )
    ]);
    expect(await test.store.reads.selectFrom('experiment_tag').selectAll().execute()).toHaveLength(20);
    expect(await test.store.reads.selectFrom('point').selectAll().execute()).toHaveLength(20);
  });
});

describe('a run', () => {
  it('refuses another value for a parameter, and says both', async () => {
    await test.store.write(newRun('run-1'));
    await test.store.write(logTo('run-1', { params: [{ key: 'depth', value: '3' }] }));
    await test.store.write(logTo('run-1', { params: [{ key: 'depth', value: '3' }] }));
    await expect(test.store.write(logTo('run-1', { params: [{ key: 'depth', value: '4' }] }))).rejects.toThrow(
      /The parameter "depth" of run run-1 is "3" and cannot become "4"/
    );
  });

  it('is named by its tag and its name alike', async () => {
    await test.store.write(newRun('run-1', { name: 'first' }));
    await test.store.write(logTo('run-1', { tags: [{ key: 'mlflow.runName', value: 'second' }] }));
    expect(await test.store.reads.selectFrom('run').select('name').execute()).toEqual([{ name: 'second' }]);
    await test.store.write({ kind: 'run.update', run_id: 'run-1', name: 'third' });
    expect(await test.store.reads.selectFrom('tag').select('value').execute()).toEqual([{ value: 'third' }]);
  });

  it('takes nothing while it is deleted, and everything when it is restored', async () => {
    await test.store.write(newRun('run-1'));
    await test.store.write({ kind: 'run.lifecycle', run_id: 'run-1', deleted: true });
    const tags = [{ key: 'note', value: 'x' }];
    await expect(test.store.write(logTo('run-1', { tags }))).rejects.toThrow(InvalidStateError);
    await test.store.write({ kind: 'run.lifecycle', run_id: 'run-1', deleted: false });
    await expect(test.store.write(logTo('run-1', { tags }))).resolves.toEqual({ experiment_id: 0 });
  });
});

describe('text that not every database can hold', () => {
  const texts = ['a\0b', 'half of a pair: \ud800'];

  it('is refused as a name or value, with what to do, and nothing beside it is stored', async () => {
    await test.store.write(newRun('run-1'));
    for (const text of texts) {
      for (const entry of [
        { params: [{ key: text, value: '1' }] },
        { tags: [{ key: 'note', value: text }] },
        { metrics: [{ key: text, value: 1, timestamp: 1 }] }
      ]) {
        const metrics = [{ key: 'loss', value: 1, timestamp: 1 }];
        await expect(test.store.write(logTo('run-1', { metrics, ...entry }))).rejects.toThrow(InvalidRequestError);
      }
      const search = test.store.reads.selectFrom('run').where('name', '=', text).select('id').execute();
      await expect(search).rejects.toThrow(InvalidRequestError);
    }
    expect(await latest('run-1')).toEqual({});
  });

  it('is replaced in the records of a notebook, which are not lost for it', async () => {
    const at = 1_700_000_000_000;
    const started = sessionStarted(1, at);
    if (started.type === 'session.started') {
      const session = { ...started.session, notebook_path: 'a\0b.ipynb' };
      await test.store.write({ kind: 'records', session_id: 's', records: [{ ...started, session }] });
    }
    const sessions = await test.store.reads.selectFrom('session').select('notebook_path').execute();
    expect(sessions).toEqual([{ notebook_path: 'a\ufffdb.ipynb' }]);
  });
});
