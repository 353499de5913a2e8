import { describe, expect, it } from 'vitest';
import { flatRow, isTensor, rowSize } from './row-shape.js';

describe('a row of a tensor', () => {
  it('is given flat or nested', () => {
    expect(flatRow([1, 2, 3, 4], [2, 2])).toEqual([1, 2, 3, 4]);
    expect(
      flatRow(
        [
          [1, 2],
          [3, 4]
        ],
        [2, 2]
      )
    ).toEqual([1, 2, 3, 4]);
    expect(flatRow(Float32Array.of(1, 2), [2])).toEqual(Float32Array.of(1, 2));
  });

  it.each<[unknown, string]>([
    [[1, 2, 3], 'expected 4 numbers, flat or nested as 2×2, got 3'],
    [[[1, 2, 3, 4]], 'got a list nested as 1×4'],
    [[[1, 2], [3]], 'got a list nested as 2×2'],
    ['text', 'got "text"'],
    [JSON.parse('['.repeat(100_000) + ']'.repeat(100_000)), 'got a list nested as 1×1×1×1×1×1×1×1'],
    [null, 'got null']
  ])('is rejected in another shape: %#', (value, why) => {
    expect(() => flatRow(value, [2, 2])).toThrow(why);
  });

  it('is distinguished from a single value by the shape of the input', () => {
    expect([[-1, 1], [-1], [-1, 4], [-1, 1, 1]].map(shape => isTensor({ shape }))).toEqual([false, false, true, true]);
    expect(rowSize({ shape: [-1, 28, 28, 1] })).toBe(784);
  });
});
