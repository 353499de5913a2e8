import { expect, it } from 'vitest';
import { seededRandom } from '@slipway/statistics/random';
import { fitBoosting } from '../boosting.js';
import { giveBackMemory, takeMemory } from './spare-memory.js';

const MEBIBYTE = 2 ** 20;

it('gives the memory of the last training to the next one of about the same size, and to no two', () => {
  const first = takeMemory(MEBIBYTE).memory;
  giveBackMemory(first);
  const again = takeMemory(MEBIBYTE + 1000);
  expect([again.memory === first, again.isNew]).toEqual([true, false]);
  expect(takeMemory(MEBIBYTE).memory).not.toBe(first);
  giveBackMemory(first);
  expect(takeMemory(10 * MEBIBYTE).memory).not.toBe(first);
  giveBackMemory(first);
  expect(takeMemory(MEBIBYTE / 8).memory).not.toBe(first);
});

it('refuses more than WebAssembly can have', () => {
  expect(() => takeMemory(2 ** 33)).toThrow();
});

it('a training in a used memory gives the same trees', async () => {
  const random = seededRandom(11);
  const table = (width: number): Float32Array => Float32Array.from({ length: 600 * width }, () => random());
  const [rows, others] = [table(3), table(2)];
  const target = Array.from({ length: 600 }, (_, row) => rows[row * 3]! * rows[row * 3 + 1]!);
  const fit = (own: Float32Array, width: number): ReturnType<typeof fitBoosting> =>
    fitBoosting(own, width, target, null, { trees: 5 }, () => false);
  const first = await fit(rows, 3);
  await fit(others, 2);
  expect((await fit(rows, 3)).series).toEqual(first.series);
});
