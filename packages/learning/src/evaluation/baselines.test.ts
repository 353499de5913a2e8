import { describe, expect, it } from 'vitest';
import { majorityBaseline, meanBaseline } from './baselines.js';

describe('baselines', () => {
  it('name the most frequent class of the training rows', () => {
    expect(majorityBaseline(['b', 'a', 'b'], 2).predictions).toEqual(['b', 'b']);
  });

  it('give the mean of the training rows', () => {
    expect(meanBaseline([1, 2, 6], 2).predictions).toEqual([3, 3]);
  });
});
