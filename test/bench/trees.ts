import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fitBoosting } from '../../packages/learning/dist/models/trees/boosting.js';
import { fitForest } from '../../packages/learning/dist/models/trees/forest.js';
import type { Measurement } from './measurement.ts';

const ROWS = 100_000;
const HELD_BACK = 20_000;
const WIDTH = 20;
const TREES = 100;

/** The two take turns; each is as fast as in its best turn. */
const TURNS = { boosting: 5, forest: 2 } as const;
type Kind = keyof typeof TURNS;

/**
 * Seconds to train gradient boosting and a random forest of 100 trees on 100 000 rows of 20 numbers, beside scikit-learn on the
 * same numbers, both on all cores. Accuracies on rows held back must not be worse by more than 0.01.
 */
export async function trees(): Promise<readonly Measurement[]> {
  const table = makeTable();
  const rows = new Float32Array(ROWS * WIDTH);
  const labels: number[] = [];
  for (let row = 0; row < ROWS; row++) {
    rows.set(table.subarray(row * (WIDTH + 1), row * (WIDTH + 1) + WIDTH), row * WIDTH);
    labels.push(table[row * (WIDTH + 1) + WIDTH]!);
  }
  const never = (): boolean => false;
  const forest = { trees: TREES, depth: Infinity, minRows: 1, columns: undefined, seed: 7 };
  return [
    await beside('gradient boosting', 'boosting', table, () =>
      fitBoosting(rows, WIDTH, labels, 2, { trees: TREES }, never)
    ),
    await beside('random forest', 'forest', table, () => fitForest(rows, WIDTH, labels, 2, forest, never))
  ];
}

interface Predictor {
  predict(rows: Float32Array, width: number): Float32Array;
}

async function beside(
  name: string,
  kind: Kind,
  table: Float32Array,
  train: () => Promise<Predictor>
): Promise<Measurement> {
  let [ours, theirs] = [Infinity, Infinity];
  for (let turn = 0; turn < TURNS[kind]; turn++) {
    const began = performance.now();
    const model = await train();
    ours = Math.min(ours, (performance.now() - began) / 1000);
    const { seconds, accuracy } = withScikitLearn(kind, table);
    theirs = Math.min(theirs, seconds);
    const own = accuracyOf(model, table);
    if (own < accuracy - 0.01) {
      throw new Error(`${name}: accuracy ${own}, scikit-learn's ${accuracy}.`);
    }
  }
  return {
    name: `${name}, ${ROWS.toLocaleString('en')} × ${WIDTH}, ${TREES} trees (best of ${TURNS[kind]})`,
    unit: 's',
    value: ours,
    baseline: theirs,
    baselineName: 'scikit-learn, all cores'
  };
}

function accuracyOf(model: Predictor, table: Float32Array): number {
  let right = 0;
  for (let row = ROWS; row < ROWS + HELD_BACK; row++) {
    const at = row * (WIDTH + 1);
    const p = model.predict(table.slice(at, at + WIDTH), WIDTH);
    if (Number(p[1]! > p[0]!) === table[at + WIDTH]) {
      right++;
    }
  }
  return right / HELD_BACK;
}

function withScikitLearn(kind: Kind, table: Float32Array): { seconds: number; accuracy: number } {
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-bench-'));
  try {
    const file = path.join(folder, 'table.f32');
    writeFileSync(file, new Uint8Array(table.buffer));
    const script = path.join(import.meta.dirname, 'train_trees.py');
    const python = process.env['SLIPWAY_PYTHON'] ?? 'python3';
    const output = execFileSync(python, [script, kind, file, String(ROWS), String(WIDTH)], { encoding: 'utf8' });
    return JSON.parse(output) as { seconds: number; accuracy: number };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Rows of uniform numbers and, last, a class that depends on products, steps and chance. */
function makeTable(): Float32Array {
  let state = 12_345;
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const table = new Float32Array((ROWS + HELD_BACK) * (WIDTH + 1));
  for (let row = 0; row < ROWS + HELD_BACK; row++) {
    const at = row * (WIDTH + 1);
    for (let c = 0; c < WIDTH; c++) {
      table[at + c] = random();
    }
    const x = (c: number): number => table[at + c]!;
    const score = 4 * (x(0) - 0.5) * (x(1) - 0.5) + (x(2) > 0.6 ? 1 : 0) - x(3) + Math.sin(6 * x(4)) + 0.5 * x(5);
    table[at + WIDTH] = score + 0.6 * (random() - 0.5) > 0.4 ? 1 : 0;
  }
  return table;
}
