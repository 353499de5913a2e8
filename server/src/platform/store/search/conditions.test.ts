import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { searchEntities, type EntityCondition } from './conditions.js';
import { isLike } from './like.js';

describe('LIKE', () => {
  it('equals a regular expression made from the pattern', () => {
    const short = fc.string({ unit: fc.constantFrom('a', 'A', 'b', '%', '_', '.', '😀'), maxLength: 8 });
    fc.assert(
      fc.property(short, short, fc.boolean(), (text, pattern, ignoreCase) => {
        const source = pattern
          .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
          .replace(/%/g, '.*')
          .replace(/_/g, '.');
        const expression = new RegExp(`^${source}$`, ignoreCase ? 'sui' : 'su');
        expect(isLike(text, pattern, ignoreCase)).toBe(expression.test(text));
      }),
      { numRuns: 500 }
    );
  });

  it('does not grow without bounds with the pattern', () => {
    expect(isLike('a'.repeat(2000), '%a'.repeat(200) + '%b', false)).toBe(false);
  });
});

describe('a search of few entities', () => {
  const trees = [
    { name: 'oak', age: 3 },
    { name: 'elm', age: 3 },
    { name: 'fir', age: null }
  ];
  const search = (conditions: EntityCondition[], descending = false, limit = 10) =>
    searchEntities(
      trees,
      {
        conditions,
        order: [{ field: { entity: 'attribute', key: 'age' }, descending }],
        limit,
        offset: 0
      },
      (tree, { key }) => (key === 'age' ? tree.age : tree.name)
    );

  it('keeps ties in their order, and puts what has no value last in either direction', () => {
    expect(search([]).found.map(tree => tree.name)).toEqual(['oak', 'elm', 'fir']);
    expect(search([], true).found.map(tree => tree.name)).toEqual(['oak', 'elm', 'fir']);
  });

  it('finds nothing under a value that is absent, but with IS NULL', () => {
    const age = { entity: 'attribute', key: 'age' } as const;
    expect(search([{ field: age, comparison: '!=', value: 3 }]).found).toEqual([]);
    expect(search([{ field: age, comparison: 'IS NULL', value: '' }]).found.map(tree => tree.name)).toEqual(['fir']);
  });

  it('says whether another page follows', () => {
    expect(search([], false, 2)).toMatchObject({ more: true });
    expect(search([], false, 3)).toMatchObject({ more: false });
  });
});
