import { availableParallelism } from 'node:os';
import { expect, it } from 'vitest';
import { binRows } from '../../packages/learning/dist/models/trees/binned-rows.js';
import { addToHistogram, BINS, Derivatives, SLOTS } from '../../packages/learning/dist/models/trees/histogram.js';
import { Histograms } from '../../packages/learning/dist/models/trees/histograms.js';
import { seededRandom } from '../../packages/statistics/dist/random.js';

const ROWS = 60_000;
const WIDTH = 10;

it('the thread that helps with histograms adds up what one thread alone does, bit by bit', async () => {
  const random = seededRandom(5);
  const rows = Float32Array.from({ length: ROWS * WIDTH }, () => random());
  const data = binRows(
    rows,
    Array.from({ length: WIDTH }, () => ({ categorical: false, monotone: 0 as const }))
  );
  const derivatives = new Derivatives(ROWS, 0.25);
  for (let row = 0; row < ROWS; row++) {
    derivatives.set(row, random() - 0.5, random() / 4);
  }
  const histograms = new Histograms(data, [derivatives]);
  try {
    for (let row = 0; row < ROWS; row++) {
      histograms.order[row] = ROWS - 1 - row;
    }
    const alone = new Float64Array(data.stride * BINS * SLOTS);
    const source = { bins: data.bins, stride: data.stride, ...derivatives };
    addToHistogram(source, histograms.order, 100, 50_000, 0, data.stride, alone);
    // Until the thread has started, and then some.
    const until = Date.now() + 20_000;
    for (let helped = 0; helped < 5 && Date.now() < until;) {
      const before = histograms.helped;
      expect(histograms.of(0, 100, 50_000)).toEqual(alone);
      helped += histograms.helped - before;
      await new Promise(resolve => setTimeout(resolve, 5));
    }
    if (availableParallelism() > 1) {
      expect(histograms.helped).toBeGreaterThan(0);
    }
  } finally {
    histograms.close();
  }
});
