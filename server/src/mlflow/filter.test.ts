import { describe, expect, it } from 'vitest';
import { parseFilter, parseOrder } from './filter.js';
import { MlflowError } from './errors.js';

describe('a filter', () => {
  it('is a list of conditions joined by AND', () => {
    expect(parseFilter(`metrics.loss < 0.5 and params.solver = 'adam' AND tags.team LIKE 'ra%'`)).toEqual([
      { field: { entity: 'metric', key: 'loss' }, comparison: '<', value: 0.5 },
      { field: { entity: 'param', key: 'solver' }, comparison: '=', value: 'adam' },
      { field: { entity: 'tag', key: 'team' }, comparison: 'LIKE', value: 'ra%' }
    ]);
  });

  it('may be empty', () => {
    expect(parseFilter('  ')).toEqual([]);
  });

  it('takes names with points, and any name in quotes', () => {
    const keys = parseFilter(
      `tags.mlflow.parentRunId = 'a' AND metrics.\`my metric\` > -1e-3 AND params."a b" = 'x' AND metrics.val/loss >= 2`
    ).map(predicate => predicate.field.key);
    expect(keys).toEqual(['mlflow.parentRunId', 'my metric', 'a b', 'val/loss']);
  });

  it('takes attributes with and without their prefix, under all their names', () => {
    const keys = parseFilter(
      `attributes.status = 'FINISHED' AND run_name ILIKE 'e%' AND created > 5 AND run_id IN ('a', 'b')`
    ).map(predicate => [predicate.field.key, predicate.comparison, predicate.value]);
    expect(keys).toEqual([
      ['status', '=', 'FINISHED'],
      ['run_name', 'ILIKE', 'e%'],
      ['start_time', '>', 5],
      ['run_id', 'IN', ['a', 'b']]
    ]);
  });

  it('asks whether a parameter is there at all', () => {
    expect(parseFilter('params.a IS NULL AND tags.b IS NOT NULL').map(each => each.comparison)).toEqual([
      'IS NULL',
      'IS NOT NULL'
    ]);
  });

  it.each([
    ['metrics.loss', 'ends too early'],
    [`metrics.loss < 'x'`, 'Expected numeric value'],
    ['params.a = 3', 'Expected a quoted string'],
    [`metrics.loss LIKE 'a'`, 'Invalid comparator'],
    [`wings.a = 'b'`, 'Invalid entity type'],
    [`attributes.size = 'b'`, 'Invalid attribute key'],
    [`params.a = 'b' OR params.c = 'd'`, 'Invalid clause'],
    [`params.a = 'b' params.c = 'd'`, 'Invalid clause'],
    [`params.a = 'b' AND`, 'ends too early'],
    [`params.a = 'b; drop`, 'Invalid clause']
  ])('that is wrong is refused: %s', (filter, message) => {
    expect(() => parseFilter(filter)).toThrow(MlflowError);
    expect(() => parseFilter(filter)).toThrow(message);
  });
});

describe('an order', () => {
  it('is ascending unless it says otherwise', () => {
    expect(parseOrder('metrics.loss')).toEqual({ field: { entity: 'metric', key: 'loss' }, descending: false });
    expect(parseOrder('start_time DESC')).toEqual({
      field: { entity: 'attribute', key: 'start_time' },
      descending: true
    });
  });

  it.each(['metrics.loss down', 'metrics.loss DESC more', `dataset.name`, ''])('that is wrong is refused: %s', text => {
    expect(() => parseOrder(text)).toThrow(MlflowError);
  });
});
