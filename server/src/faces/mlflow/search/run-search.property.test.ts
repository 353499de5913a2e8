import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { holds, type FieldValue } from '../../../platform/store/search/conditions.js';
import { numberOf } from '../../../platform/store/metric-value.js';
import type { Comparison, RunQuery } from '../../../platform/store/run-query.js';
import { logTo, newRun, openTestStore, type TestStore } from '../../../../testing/test-store.js';
import { parseRunFilter, parseRunOrder } from './run-search.js';

interface PlainRun {
  readonly id: string;
  readonly name: string;
  readonly start: number;
  readonly end: number | undefined;
  readonly status: 'RUNNING' | 'FINISHED' | 'FAILED';
  readonly metrics: Readonly<Record<string, number>>;
  readonly params: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly dataset: string | undefined;
}

interface Condition {
  readonly entity: 'metrics' | 'params' | 'tags' | 'attributes' | 'dataset';
  readonly key: string;
  readonly comparison: Comparison;
  readonly value: string | number | readonly string[];
}

const KEYS = ['a', 'b c', 'd.e'];
const WORDS = ['', 'a', 'A', 'ab', '%', 'x_y', 'größe'];
const NUMBERS = [-1.5, 0, 0.5, 1, 1e-9];

const plainRun = fc.record({
  name: fc.constantFrom('oak', 'Oak', 'elm', 'fir'),
  start: fc.integer({ min: 1, max: 4 }),
  end: fc.option(fc.integer({ min: 5, max: 8 }), { nil: undefined }),
  status: fc.constantFrom('RUNNING' as const, 'FINISHED' as const, 'FAILED' as const),
  metrics: fc.dictionary(fc.constantFrom(...KEYS), fc.constantFrom(...NUMBERS, NaN)),
  params: fc.dictionary(fc.constantFrom(...KEYS), fc.constantFrom(...WORDS)),
  tags: fc.dictionary(fc.constantFrom(...KEYS), fc.constantFrom(...WORDS)),
  dataset: fc.option(fc.constantFrom('weather', 'Rain'), { nil: undefined })
});

const numeric = fc.constantFrom<Comparison>('=', '!=', '<', '<=', '>', '>=');
const textual = fc.constantFrom<Comparison>('=', '!=', 'LIKE', 'ILIKE');
const key = fc.constantFrom(...KEYS);
const pattern = fc.constantFrom(...WORDS, 'a%', '%B', '_', 'x[y');
const list = fc.array(fc.constantFrom('r0', 'r1', 'r2', 'weather', 'Rain', 'oak'), { minLength: 1, maxLength: 3 });
const condition: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({ entity: fc.constant('metrics' as const), key, comparison: numeric, value: fc.constantFrom(...NUMBERS) }),
  fc.record({ entity: fc.constantFrom('params' as const, 'tags' as const), key, comparison: textual, value: pattern }),
  fc.record({
    entity: fc.constantFrom('params' as const, 'tags' as const),
    key,
    comparison: fc.constantFrom<Comparison>('IS NULL', 'IS NOT NULL'),
    value: fc.constant('')
  }),
  fc.record({
    entity: fc.constant('attributes' as const),
    key: fc.constantFrom('run_name', 'status', 'artifact_uri'),
    comparison: textual,
    value: fc.constantFrom('oak', 'o%', 'FINISHED', 'F%', 'mlflow-artifacts:/0/%')
  }),
  fc.record({
    entity: fc.constant('attributes' as const),
    key: fc.constantFrom('start_time', 'end_time'),
    comparison: numeric,
    value: fc.integer({ min: 1, max: 8 })
  }),
  fc.record({
    entity: fc.constant('attributes' as const),
    key: fc.constant('run_id'),
    comparison: fc.constantFrom<Comparison>('IN', 'NOT IN'),
    value: list
  }),
  fc.record({
    entity: fc.constant('dataset' as const),
    key: fc.constant('name'),
    comparison: fc.constantFrom<Comparison>('=', '!=', 'LIKE', 'ILIKE'),
    value: fc.constantFrom('weather', 'r%', 'Rain')
  }),
  fc.record({
    entity: fc.constant('dataset' as const),
    key: fc.constant('name'),
    comparison: fc.constantFrom<Comparison>('IN', 'NOT IN'),
    value: list
  })
);
const order = fc.record({
  field: fc.constantFrom(
    'metrics.a',
    'metrics.`b c`',
    'params.a',
    'tags."d.e"',
    'attributes.status',
    'end_time',
    'run_name'
  ),
  descending: fc.boolean()
});

/** The condition as a user writes it. */
function write({ entity, key: name, comparison, value }: Condition): string {
  const quotedName = /^\w+$/.test(name) ? name : `\`${name}\``;
  const left = entity === 'attributes' && name.length % 2 === 0 ? quotedName : `${entity}.${quotedName}`;
  if (comparison.startsWith('IS')) {
    return `${left} ${comparison}`;
  }
  const right = Array.isArray(value)
    ? `(${value.map(each => `'${each}'`).join(', ')})`
    : typeof value === 'number'
      ? String(value)
      : `'${value as string}'`;
  return `${left} ${comparison} ${right}`;
}

function valueOf(run: PlainRun, entity: string, name: string): FieldValue {
  switch (entity) {
    case 'metrics':
      return run.metrics[name] ?? null;
    case 'params':
      return run.params[name] ?? null;
    case 'tags':
      return run.tags[name] ?? null;
    case 'dataset':
      return run.dataset ?? null;
    default: {
      const attributes: Record<string, FieldValue> = {
        run_id: run.id,
        run_name: run.name,
        status: run.status,
        start_time: run.start,
        end_time: run.end ?? null,
        artifact_uri: `mlflow-artifacts:/0/${run.id}/artifacts`
      };
      return attributes[name] ?? null;
    }
  }
}

function plainSearch(
  runs: readonly PlainRun[],
  conditions: readonly Condition[],
  orders: readonly { field: string; descending: boolean }[]
): string[] {
  const rank = (value: FieldValue): number => (value === null ? 2 : Number.isNaN(value) ? 1 : 0);
  const read = (run: PlainRun, field: string): FieldValue => {
    const [, entity = 'attributes', name = ''] = /^(?:(\w+)\.)?[`"]?([^`"]+)[`"]?$/.exec(field) ?? [];
    return valueOf(run, entity, name);
  };
  return runs
    .filter(run => conditions.every(each => holds(valueOf(run, each.entity, each.key), each)))
    .sort((a, b) => {
      for (const { field, descending } of orders) {
        const [left, right] = [read(a, field), read(b, field)];
        const ranked = rank(left) - rank(right);
        if (ranked !== 0) {
          return ranked;
        }
        if (left !== null && right !== null && left !== right && rank(left) === 0) {
          return (left < right ? -1 : 1) * (descending ? -1 : 1);
        }
      }
      return b.start - a.start || (a.id < b.id ? -1 : 1);
    })
    .map(run => run.id);
}

let test: TestStore;
let runs: PlainRun[];
beforeAll(async () => {
  test = await openTestStore();
  runs = (fc.sample(plainRun, { numRuns: 60, seed: 7 }) as Omit<PlainRun, 'id'>[]).map((run, index) => ({
    ...run,
    id: `r${index}`
  }));
  for (const run of runs) {
    const { id, name, start, end, status, metrics, params, tags, dataset } = run;
    await test.store.write(newRun(id, { name, start_time: start, status: 'RUNNING' }));
    const pairs = (texts: Readonly<Record<string, string>>) =>
      Object.entries(texts).map(([name_, value]) => ({ key: name_, value }));
    await test.store.write(
      logTo(id, {
        metrics: Object.entries(metrics).map(([name_, value]) => ({
          key: name_,
          value: Number.isNaN(value) ? 'NaN' : numberOf(value),
          timestamp: 1
        })),
        params: pairs(params),
        tags: pairs(tags)
      })
    );
    await test.store.write({
      kind: 'run.update',
      run_id: id,
      status,
      ...(end === undefined ? {} : { end_time: end })
    });
    if (dataset !== undefined) {
      const input = { name: dataset, version: null, digest: 'd', context: '', details: null };
      await test.store.write({ kind: 'run.inputs', run_id: id, inputs: [input] });
    }
  }
});
afterAll(() => test.remove());

describe('a search of runs', () => {
  it('finds what a scan of all runs finds, in the same order and on pages of any size', async () => {
    const rows = await test.store.reads.selectFrom('run').select(['id', 'uuid', 'end_time']).execute();
    const idOf = new Map(rows.map(row => [row.id, row.uuid]));
    const stored = runs.map(run => ({
      ...run,
      end: rows.find(row => row.uuid === run.id)?.end_time ?? undefined
    }));
    const orders = fc.uniqueArray(order, { maxLength: 2, selector: each => each.field });
    const size = fc.integer({ min: 1, max: 70 });
    await fc.assert(
      fc.asyncProperty(fc.array(condition, { maxLength: 3 }), orders, size, async (conditions, ordered, limit) => {
        const filter = conditions.map(write).join(' AND ');
        const query: RunQuery = {
          experiments: [0],
          lifecycle: 'active',
          predicates: parseRunFilter(filter),
          order: parseRunOrder(ordered.map(({ field, descending }) => `${field}${descending ? ' DESC' : ''}`)),
          limit
        };
        const found: number[] = [];
        let page = await test.store.findRuns(query);
        found.push(...page.ids);
        while (page.end !== undefined) {
          page = await test.store.findRuns({ ...query, after: page.end });
          found.push(...page.ids);
        }
        expect(found.map(id => idOf.get(id))).toEqual(plainSearch(stored, conditions, ordered));
      }),
      { numRuns: 300 }
    );
  });
});
