import { expect, it } from 'vitest';
import { toCodePoints, toUnits } from './code-points.js';

it('positions in text with emoji are counted both ways', () => {
  const text = 'a🌧b';
  expect([0, 1, 2, 3].map(position => toUnits(text, position))).toEqual([0, 1, 3, 4]);
  expect([0, 1, 3, 4].map(position => toCodePoints(text, position))).toEqual([0, 1, 2, 3]);
  expect(toUnits(text, 99)).toBe(text.length);
});
