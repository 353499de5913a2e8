import { nullTranslator } from '@jupyterlab/translation';
import { describe, expect, it } from 'vitest';
import { countOfColumns, countOfRequests, countOfRows } from './counts.js';

const trans = nullTranslator.load('slipway');

describe('counts on pages', () => {
  it('agree with their noun', () => {
    expect([0, 1, 2].map(count => countOfRows(count, trans))).toEqual(['0 rows', '1 row', '2 rows']);
    expect(countOfColumns(1, trans)).toBe('1 column');
    expect([1, 3].map(count => countOfRequests(count, trans))).toEqual(['1 request', '3 requests']);
  });

  it('have their thousands grouped', () => {
    expect(countOfRows(1461, trans)).toMatch(/^1\D?461 rows$/);
    expect(countOfRequests(41_200, trans)).toMatch(/^41\D2\sk requests$/);
  });
});
