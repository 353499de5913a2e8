import { expect, it } from 'vitest';
import { binColumns } from '../../packages/learning/dist/models/trees/binning.js';
import { growForest } from '../../packages/learning/dist/models/trees/growth/forest-growth.js';
import { growForestTree, type ForestJob } from '../../packages/learning/dist/models/trees/growth/forest-job.js';
import { seededRandom } from '../../packages/statistics/dist/random.js';

const ROWS = 12_000;
const WIDTH = 6;
const TREES = 20;

const random = seededRandom(5);
const rows = Float32Array.from({ length: ROWS * WIDTH }, () => random());
const labels = new Int32Array(ROWS).map((_, row) => Math.floor(rows[row * WIDTH]! * 2 + random()));
const job: ForestJob = {
  data: binColumns(rows, WIDTH),
  target: { kind: 'classes', labels, classes: 3 },
  depth: Infinity,
  minRows: 1,
  columns: 2,
  seeds: Uint32Array.from({ length: TREES }, (_, number) => number)
};

it('a forest has the same trees whether they grow in threads or one after the other', async () => {
  const alone = Array.from({ length: TREES }, (_, number) => growForestTree(job, number));
  const told: number[] = [];
  const trees = await growForest(job, number => told.push(number) < 0);
  expect(trees).toEqual(alone);
  expect(told).toEqual(alone.map((_, number) => number));
});

it('a forest that is interrupted keeps the trees that have grown', async () => {
  const trees = await growForest(job, number => number === 3);
  expect(trees).toHaveLength(4);
  const alone = Array.from({ length: TREES }, (_, number) => growForestTree(job, number));
  trees.forEach(tree => expect(alone).toContainEqual(tree));
});
