import { describe, expect, it } from 'vitest';
import { mcNemarP, pairedP } from './paired-tests.js';

/* Reference values: scipy.stats.binomtest(min, n, 0.5).pvalue and a hand computation. */
describe('comparing with a baseline', () => {
  it('gives the exact two-sided binomial probability of the disagreements', () => {
    expect(mcNemarP(9, 1)).toBeCloseTo(0.021484375, 9);
    expect(mcNemarP(15, 5)).toBeCloseTo(0.04138946533203125, 9);
    expect(mcNemarP(5, 5)).toBe(1);
    expect(mcNemarP(0, 0)).toBe(1);
  });

  it('stays exact for many rows', () => {
    expect(mcNemarP(600, 400)).toBeLessThan(1e-9);
    expect(mcNemarP(600, 400)).toBeGreaterThan(0);
  });

  it('sees no difference between equal losses and a clear one between shifted ones', () => {
    const losses = Array.from({ length: 100 }, (_, i) => 1 + Math.sin(i));
    expect(pairedP(losses, losses)).toBe(1);
    expect(
      pairedP(
        losses,
        losses.map((l, i) => l + 0.5 + 0.1 * Math.cos(i))
      )
    ).toBeLessThan(1e-6);
  });
});
