import { expect, it } from 'vitest';
import { withColumnNames } from './chart-fields.js';

const columns = ['petal.length', 'x[0]', 'plain', 'say "it"'];

it('a chart finds columns with dots, brackets and quotes in their names, and titles its axes with these', () => {
  const spec = {
    mark: 'point',
    encoding: {
      x: { field: 'petal.length', type: 'quantitative' },
      y: { field: 'x[0]', type: 'quantitative', title: 'first' },
      color: { field: 'plain', type: 'nominal', sort: { field: 'say "it"' } }
    },
    transform: [{ aggregate: [{ op: 'mean', field: 'x[0]', as: 'mean' }], groupby: ['petal.length', 'plain'] }]
  };
  expect(withColumnNames(spec, columns)).toEqual({
    mark: 'point',
    encoding: {
      x: { field: 'petal\\.length', type: 'quantitative', title: 'petal.length' },
      y: { field: 'x\\[0\\]', type: 'quantitative', title: 'first' },
      color: { field: 'plain', type: 'nominal', sort: { field: 'say \\"it\\"' } }
    },
    transform: [{ aggregate: [{ op: 'mean', field: 'x\\[0\\]', as: 'mean' }], groupby: ['petal\\.length', 'plain'] }]
  });
});

it('a specification of plain names, and paths that are not columns, stay as they are', () => {
  const spec = {
    encoding: { x: { field: 'plain', type: 'quantitative' }, y: { field: 'nested.value', type: 'nominal' } }
  };
  expect(withColumnNames(spec, ['plain'])).toBe(spec);
  expect(withColumnNames(spec, columns)).toEqual(spec);
});
