/*
 * Writes players.csv: 1 034 made-up players, of whom the ridge regression of the training part (standardized weight, penalty
 * 1, as scikit-learn's Ridge) is the line height = 61.77 + 0.0592 · weight. Weights, heights and the spread around the line
 * are like those of the baseball players in the book that the example follows; no row is a person.
 *
 *   node examples/make-players.mjs
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';

const ROWS = 1034;
const TEST_ROWS = 103;
const INTERCEPT = 61.77;
const SLOPE = 0.0592;

let state = 3;
function uniform() {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return (state + 0.5) / 2 ** 32;
}
function normal() {
  return Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

const players = Array.from({ length: ROWS }, (_, i) => {
  const weight = Math.min(290, Math.max(150, Math.round(201.7 + 21 * normal())));
  const height = Math.round(INTERCEPT + SLOPE * weight + 1.96 * normal());
  return { weight, height, part: i < TEST_ROWS ? 'test' : 'train' };
});

const train = players.filter(player => player.part === 'train');
const count = train.length;
const meanWeight = train.reduce((sum, { weight }) => sum + weight, 0) / count;
const spread = train.reduce((sum, { weight }) => sum + (weight - meanWeight) ** 2, 0);

// The ridge slope on standardized weights is the least-squares slope times n / (n + 1).
const wantedSlope = SLOPE * (1 + 1 / count);
const wantedMean = INTERCEPT + SLOPE * meanWeight;

/** How far the line of the training part is from the one that it is to be, in inches at 400 lb and at the mean. */
function error() {
  const meanHeight = train.reduce((sum, { height }) => sum + height, 0) / count;
  const moment = train.reduce((sum, { weight, height }) => sum + (weight - meanWeight) * height, 0);
  return Math.abs((moment / spread - wantedSlope) * 200) + Math.abs(meanHeight - wantedMean);
}

// Heights are whole inches: one inch more or less here and there turns the line of chance into the line that is wanted.
let best = error();
for (let attempt = 0; attempt < 40_000 && best > 0.0008; attempt++) {
  const changed = [train[Math.floor(uniform() * count)], train[Math.floor(uniform() * count)]];
  const steps = uniform() < 0.3 ? [uniform() < 0.5 ? 1 : -1, 0] : [1, -1];
  changed.forEach((player, i) => (player.height += steps[i]));
  const next = error();
  if (next < best) {
    best = next;
  } else {
    changed.forEach((player, i) => (player.height -= steps[i]));
  }
}

// Training and test rows are mixed.
const order = players.map(player => [uniform(), player]).sort(([a], [b]) => a - b);
const lines = order.map(([, { weight, height, part }]) => `${weight},${height},${part}`);
writeFileSync(path.join(import.meta.dirname, 'players.csv'), ['weight,height,part', ...lines, ''].join('\n'));
console.log(`${ROWS} players; the line is within ${best.toFixed(4)} in of the one that is wanted.`);
