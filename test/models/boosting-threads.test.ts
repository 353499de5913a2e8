import { availableParallelism } from 'node:os';
import { expect, it } from 'vitest';
import { Growth } from '../../packages/learning/dist/models/trees/growth/growth.js';
import { BINS, SLOTS } from '../../packages/learning/dist/models/trees/histogram.js';
import { seededRandom } from '../../packages/statistics/dist/random.js';

const ROWS = 60_000;
const WIDTH = 10;

it('threads that help with a histogram add up what one thread alone does, bit by bit', async () => {
  const random = seededRandom(5);
  const rows = Float32Array.from({ length: ROWS * WIDTH }, () => random());
  const labels = Array.from({ length: ROWS }, (_, row) => Number(rows[row * WIDTH]! + random() > 1));
  const rules = Array.from({ length: WIDTH }, () => ({ categorical: false, monotone: 0 as const }));
  const growth = new Growth(rows, rules, labels, { leaves: 2, minRows: 1, l2: 0, classes: 2, series: 1 });
  try {
    growth.derive();
    growth.order.forEach((_, i) => (growth.order[i] = ROWS - 1 - i));
    const alone = sumsOf(growth, 100, 50_000);
    const until = Date.now() + 20_000;
    // Until the threads have started, and then some.
    for (let helped = 0; helped < 5 && Date.now() < until;) {
      const before = growth.helped;
      const number = growth.makeHistogram(0, 100, 50_000, null);
      expect(growth.histogram(number)).toEqual(alone);
      growth.release(number);
      helped += growth.helped - before;
      await new Promise(resolve => setTimeout(resolve, 5));
    }
    if (availableParallelism() > 1) {
      expect(growth.helped).toBeGreaterThan(0);
    }
  } finally {
    await growth.close();
  }
});

function sumsOf(growth: Growth, start: number, end: number): Float64Array {
  const { data, order } = growth;
  const { pairs } = growth.derivativesOf(0);
  const sums = new Float64Array(data.columns.length * BINS * SLOTS);
  for (const { first, size, offset } of data.groups) {
    for (let c = 0; c < size; c++) {
      for (let i = start; i < end; i++) {
        const row = order[i]!;
        const at = ((first + c) * BINS + data.bins[offset + row * size + c]!) * SLOTS;
        sums[at]! += pairs[2 * row]!;
        sums[at + 1]! += pairs[2 * row + 1]!;
      }
    }
  }
  return sums;
}
