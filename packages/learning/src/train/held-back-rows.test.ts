import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holdBack } from './held-back-rows.js';

describe('rows held back for validation', () => {
  it('are the last ones of rows in time order', () => {
    const { learned, held } = holdBack([0, 1, 0, 1, 0, 1, 1, 0, 1, 1], 2, 0.3, { inTimeOrder: true, seed: 1 });
    expect([learned, held]).toEqual([
      [0, 1, 2, 3, 4, 5, 6],
      [7, 8, 9]
    ]);
  });

  it('are the same share of each class, the same for a seed, and never rows to learn from', () => {
    const labels = fc.array(fc.constantFrom(0, 1, 2), { minLength: 30, maxLength: 200 });
    fc.assert(
      fc.property(labels, fc.nat(99), (target, seed) => {
        const both = holdBack(target, 3, 0.25, { inTimeOrder: false, seed });
        expect(holdBack(target, 3, 0.25, { inTimeOrder: false, seed })).toEqual(both);
        expect([...both.learned, ...both.held].sort((a, b) => a - b)).toEqual([...target.keys()]);
        for (const label of [0, 1, 2]) {
          const all = target.filter(own => own === label).length;
          expect(both.held.filter(row => target[row] === label)).toHaveLength(Math.round(all * 0.25));
        }
      })
    );
  });

  it('are refused where one part would be empty', () => {
    const order = { inTimeOrder: true, seed: 1 };
    expect(() => holdBack([1, 2, 3], null, 0.1, order)).toThrow('of 3 training rows leaves no row for validation');
    expect(() => holdBack([1, 2, 3], null, 0.99, order)).toThrow('leaves no row for training');
  });
});
