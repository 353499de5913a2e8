import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { seenInWindows, sumOfWindows, type Windows } from './windows.js';

const size = fc.integer({ min: 1, max: 4 });

/** Windows on an input, some of them over its edges. */
const windows: fc.Arbitrary<Windows> = fc.record({
  batchSize: size,
  inHeight: size,
  inWidth: size,
  inChannels: size,
  filterHeight: size,
  filterWidth: size,
  strideHeight: size,
  strideWidth: size,
  dilationHeight: fc.integer({ min: 1, max: 2 }),
  dilationWidth: fc.integer({ min: 1, max: 2 }),
  outHeight: size,
  outWidth: size,
  padInfo: fc.record({ top: fc.integer({ min: 0, max: 2 }), left: fc.integer({ min: 0, max: 2 }) })
});

describe('the windows of a convolution', () => {
  it('are seen weight by weight, with zeros beyond the edges', () => {
    const two: Windows = {
      ...{ batchSize: 1, inHeight: 2, inWidth: 2, inChannels: 1, filterHeight: 1, filterWidth: 2 },
      ...{ strideHeight: 1, strideWidth: 1, dilationHeight: 1, dilationWidth: 1, outHeight: 2, outWidth: 2 },
      padInfo: { top: 0, left: 0 }
    };
    expect([...seenInWindows([1, 2, 3, 4], two)]).toEqual([1, 2, 3, 4, 2, 0, 4, 0]);
    expect([...sumOfWindows([1, 10, 2, 20, 3, 30, 4, 40], two)]).toEqual([1, 12, 3, 34]);
  });

  it('are summed by the transpose of what sees them', () => {
    fc.assert(
      fc.property(windows, each => {
        const places = each.batchSize * each.outHeight * each.outWidth;
        const weights = each.filterHeight * each.filterWidth * each.inChannels;
        const values = Array.from(
          { length: each.batchSize * each.inHeight * each.inWidth * each.inChannels },
          (_, i) => ((i * 7) % 5) - 2
        );
        const parts = Array.from({ length: places * weights }, (_, i) => ((i * 11) % 7) - 3);
        const seen = seenInWindows(values, each);
        const sums = sumOfWindows(parts, each);
        const seenByParts = parts.reduce(
          (sum, part, i) => sum + part * seen[(i % weights) * places + Math.floor(i / weights)]!,
          0
        );
        expect(values.reduce((sum, value, i) => sum + value * sums[i]!, 0)).toBe(seenByParts);
      })
    );
  });
});
