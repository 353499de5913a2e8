import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MetricValue } from '@slipway/contract';
import { logTo, newRun, openTestStore, type TestStore } from '../../../testing/test-store.js';
import type { RunPredicate, RunQuery } from './run-query.js';

interface Sample {
  readonly id: string;
  readonly start: number;
  readonly loss: MetricValue | undefined;
  readonly solver: string | undefined;
}

let test: TestStore;
let samples: Sample[];
beforeAll(async () => {
  test = await openTestStore();
  const losses: (MetricValue | undefined)[] = [0, 0.5, 1, 2, 'NaN', undefined, 'Infinity', -1];
  const solvers = ['adam', 'sgd', 'Adam', undefined];
  samples = Array.from({ length: 60 }, (_, index) => ({
    id: `run-${String(index).padStart(3, '0')}`,
    start: index % 7,
    loss: losses[index % losses.length],
    solver: solvers[index % solvers.length]
  }));
  for (const { id, start, loss, solver } of samples) {
    await test.store.write(newRun(id, { start_time: start }));
    await test.store.write(
      logTo(id, {
        metrics: loss === undefined ? [] : [{ key: 'loss', value: loss, timestamp: 1 }],
        params: solver === undefined ? [] : [{ key: 'solver', value: solver }]
      })
    );
  }
});
afterAll(async () => {
  await test.remove();
});

const everything: RunQuery = {
  experiments: [0],
  lifecycle: 'active',
  predicates: [],
  order: [],
  limit: 1000
};

async function find(search: Partial<RunQuery>): Promise<string[]> {
  const { ids } = await test.store.findRuns({ ...everything, ...search });
  const rows = await test.store.reads.selectFrom('run').select(['id', 'uuid']).execute();
  const names = new Map(rows.map(row => [row.id, row.uuid]));
  return ids.map(id => names.get(id) ?? '');
}

/** Numbers, then not-a-number, then nothing. */
function rank(loss: MetricValue | undefined): number {
  return loss === undefined ? 2 : loss === 'NaN' ? 1 : 0;
}

function sorted(all: readonly Sample[], descending: boolean): string[] {
  const sign = descending ? -1 : 1;
  const number = (loss: MetricValue | undefined): number => (loss === 'NaN' ? 0 : Number(loss ?? 0));
  return [...all]
    .sort(
      (a, b) =>
        rank(a.loss) - rank(b.loss) ||
        (rank(a.loss) === 0 ? sign * (Math.sign(number(a.loss) - number(b.loss)) || 0) : 0) ||
        b.start - a.start ||
        (a.id < b.id ? -1 : 1)
    )
    .map(sample => sample.id);
}

const loss = { entity: 'metric', key: 'loss' } as const;
const solver = { entity: 'param', key: 'solver' } as const;

function where(predicate: RunPredicate): Partial<RunQuery> {
  return { predicates: [predicate] };
}

describe('searching runs', () => {
  it('orders by a metric with not-a-number after numbers and runs without it last, both ways', async () => {
    for (const descending of [false, true]) {
      const order = [{ field: loss, descending }];
      expect(await find({ order })).toEqual(sorted(samples, descending));
      // Two experiments are found in another way.
      expect(await find({ order, experiments: [0, 1] })).toEqual(sorted(samples, descending));
    }
  });

  it('keeps that order among runs that a condition selects, whichever condition leads', async () => {
    const some = samples.filter(each => each.solver === 'adam' && each.start < 5);
    for (const descending of [false, true]) {
      const found = await find({
        order: [{ field: loss, descending }],
        predicates: [
          { field: { entity: 'attribute', key: 'start_time' }, comparison: '<', value: 5 },
          { field: solver, comparison: '=', value: 'adam' }
        ]
      });
      expect(found).toEqual(sorted(some, descending));
    }
  });

  it('finds the same runs in one experiment as in several', async () => {
    const predicates: RunPredicate[] = [
      { field: loss, comparison: '<', value: 1 },
      { field: solver, comparison: '!=', value: 'sgd' }
    ];
    const found = await find({ predicates });
    expect(found.length).toBeGreaterThan(0);
    expect(await find({ predicates, experiments: [0, 1] })).toEqual(found);
  });

  it('finds nothing by a name that nobody has logged', async () => {
    const unknown = { entity: 'metric', key: 'speed' } as const;
    expect(await find(where({ field: unknown, comparison: '<', value: 1 }))).toEqual([]);
    expect(await find({ order: [{ field: unknown, descending: true }] })).toHaveLength(60);
  });

  it('does not count not-a-number among the larger ones', async () => {
    const found = await find(where({ field: loss, comparison: '>', value: 1 }));
    const expected = samples.filter(each => each.loss === 2 || each.loss === 'Infinity').map(each => each.id);
    expect(found.sort()).toEqual(expected);
  });

  it('minds the case for LIKE and not for ILIKE', async () => {
    const count = async (comparison: 'LIKE' | 'ILIKE') =>
      (await find(where({ field: solver, comparison, value: 'ad%' }))).length;
    expect([await count('LIKE'), await count('ILIKE')]).toEqual([15, 30]);
  });

  it('tells runs that have a parameter from those that have not', async () => {
    expect(await find(where({ field: solver, comparison: 'IS NULL', value: '' }))).toHaveLength(15);
    expect(await find(where({ field: solver, comparison: '!=', value: 'adam' }))).toHaveLength(30);
  });

  it('takes special characters of patterns and statements as text', async () => {
    for (const value of [`'; drop table run; --`, '[a-z]*', '?dam', '*']) {
      expect(await find(where({ field: solver, comparison: 'LIKE', value }))).toEqual([]);
      expect(await find(where({ field: solver, comparison: '=', value }))).toEqual([]);
    }
    expect(await find({})).toHaveLength(60);
  });

  it('leaves deleted runs out unless they are asked for', async () => {
    await test.store.write({ kind: 'run.lifecycle', run_id: 'run-000', deleted: true });
    expect(await find({})).toHaveLength(59);
    expect(await find({ lifecycle: 'deleted' })).toEqual(['run-000']);
    expect(await find({ lifecycle: 'all' })).toHaveLength(60);
    await test.store.write({ kind: 'run.lifecycle', run_id: 'run-000', deleted: false });
  });
});
