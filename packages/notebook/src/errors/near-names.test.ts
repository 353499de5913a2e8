import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { editDistance, nearNames, suggestion } from './near-names.js';

describe('near names', () => {
  const columns = ['precipitation', 'temp_max', 'temp_min', 'wind'];

  it('finds the column that was misspelt', () => {
    expect(nearNames('tmep_max', columns)[0]).toBe('temp_max');
    expect(suggestion('precipitaton', columns)).toBe('Did you mean "precipitation"?');
  });

  it('lists what there is when nothing is near', () => {
    expect(suggestion('q', columns)).toBe('There is: precipitation, temp_max, temp_min, wind.');
  });

  it('measures a distance: zero to itself, the same both ways, at most the longer length', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
        expect(editDistance(a, a)).toBe(0);
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, b)).toBeLessThanOrEqual(Math.max(a.toLowerCase().length, b.toLowerCase().length));
      })
    );
  });
});
