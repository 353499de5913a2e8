import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '@slipway/statistics/random';
import { onnxAnswers, onnxDifference } from '../../../testing/models.js';
import { fitBoosting } from './boosting.js';
import type { ColumnRule } from './binned-rows.js';
import { Derivatives } from './histogram.js';

const COUNT = 1500;
const never = (): boolean => false;
const number: ColumnRule = { categorical: false, monotone: 0 };
const kind: ColumnRule = { categorical: true, monotone: 0 };
const random = seededRandom(3);
const noise = Float32Array.from({ length: COUNT * 2 }, () => random());

/** How well a value is explained, from 0 to 1. */
function explained(target: readonly number[], predicted: Float32Array): number {
  const mean = target.reduce((a, b) => a + b, 0) / target.length;
  const left = target.reduce((sum, t, i) => sum + (t - predicted[i]!) ** 2, 0);
  return 1 - left / target.reduce((sum, t) => sum + (t - mean) ** 2, 0);
}

describe('boosting with missing values', () => {
  // A missing value says something of its own here: it belongs to the large values.
  const rows = noise.map((value, i) => (i % 2 === 0 && value > 0.8 ? NaN : value));
  const target = Array.from({ length: COUNT }, (_, i) => {
    const value = rows[i * 2]!;
    return (Number.isNaN(value) ? 5 : value < 0.3 ? 1 : 0) + rows[i * 2 + 1]!;
  });

  it('sends them where they belong, and computes the same as ONNX', async () => {
    const fitted = await fitBoosting(rows, 2, target, null, { trees: 40 }, never);
    expect(explained(target, fitted.predict(rows, 2))).toBeGreaterThan(0.98);
    expect(await onnxDifference(fitted, rows, 2, null)).toBeLessThan(2e-6);
  });

  it('sends one that training never saw with the most rows, and computes the same as ONNX', async () => {
    const fitted = await fitBoosting(noise, 2, target, null, { trees: 10 }, never);
    const asked = Float32Array.of(NaN, 0.5, 0.2, NaN, NaN, NaN);
    const said = fitted.predict(asked, 2);
    expect(said.every(Number.isFinite)).toBe(true);
    const there = await onnxAnswers(fitted, asked, 2, null);
    said.forEach((value, i) => expect(there[i]).toBeCloseTo(value, 5));
  });
});

describe('boosting with categories', () => {
  // The order of the numbers says nothing: even ones are high, odd ones low.
  const rows = noise.map((value, i) => (i % 2 === 0 ? Math.floor(value * 30) : value));
  const target = Array.from({ length: COUNT }, (_, i) => (rows[i * 2]! % 2 === 0 ? 4 : 0) + rows[i * 2 + 1]!);

  it('asks for sets of them: one question finds what numbers need many for', async () => {
    const options = { trees: 1, maxLeaves: 2, learningRate: 1, minSamplesLeaf: 5 };
    const asCategories = await fitBoosting(rows, 2, target, null, { ...options, rules: [kind, number] }, never);
    const asNumbers = await fitBoosting(rows, 2, target, null, options, never);
    expect(explained(target, asCategories.predict(rows, 2))).toBeGreaterThan(0.95);
    expect(explained(target, asNumbers.predict(rows, 2))).toBeLessThan(0.3);
  });

  it('computes the same as ONNX, for categories that it never saw as well', async () => {
    const classes = target.map(value => (value > 4.5 ? 2 : value > 2 ? 1 : 0));
    const fitted = await fitBoosting(
      rows,
      2,
      classes,
      3,
      { trees: 15, minSamplesLeaf: 5, rules: [kind, number] },
      never
    );
    expect(await onnxDifference(fitted, rows, 2, 3)).toBeLessThan(2e-6);
    const asked = Float32Array.of(77, 0.5, -1, 0.2, NaN, 0.9);
    const [here, there] = [fitted.predict(asked, 2), await onnxAnswers(fitted, asked, 2, 3)];
    here.forEach((p, i) => expect(there[i]).toBeCloseTo(p, 5));
  });
});

describe('boosting with monotone columns', () => {
  it('never contradicts them, whatever the rows say', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 5 }), fc.integer({ min: -9, max: 9 })),
          {
            minLength: 30,
            maxLength: 120
          }
        ),
        fc.constantFrom(1 as const, -1 as const),
        async (list, monotone) => {
          const rows = Float32Array.from(list.flatMap(([a, b]) => [a, b]));
          const target = list.map(([, , y]) => y);
          const rules: ColumnRule[] = [{ categorical: false, monotone }, number];
          const fitted = await fitBoosting(
            rows,
            2,
            target,
            null,
            { trees: 5, minSamplesLeaf: 2, learningRate: 0.5, rules },
            never
          );
          for (let b = 0; b <= 5; b++) {
            const said = fitted.predict(line(b), 2);
            for (let a = 1; a < said.length; a++) {
              expect((said[a]! - said[a - 1]!) * monotone).toBeGreaterThanOrEqual(-1e-5);
            }
          }
        }
      ),
      { numRuns: 25 }
    );
  });

  it('still learns what agrees with them', async () => {
    const target = Array.from({ length: COUNT }, (_, i) => 3 * noise[i * 2]! + noise[i * 2 + 1]!);
    const rules: ColumnRule[] = [{ categorical: false, monotone: 1 }, number];
    const fitted = await fitBoosting(noise, 2, target, null, { trees: 60, rules }, never);
    expect(explained(target, fitted.predict(noise, 2))).toBeGreaterThan(0.98);
  });
});

describe('sums of rows and hessians in one number', () => {
  it('give both back', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 0.25, noNaN: true }), { minLength: 1, maxLength: 300 }),
        hessians => {
          const derivatives = new Derivatives(hessians.length, 0.25);
          hessians.forEach((hessian, row) => derivatives.set(row, 0, hessian));
          const sum = derivatives.pairs.reduce((all, value, i) => all + (i % 2 === 1 ? value : 0), 0);
          expect(derivatives.rowsOf(sum)).toBe(hessians.length);
          expect(derivatives.hessianOf(sum)).toBeCloseTo(
            hessians.reduce((a, b) => a + b, 0),
            6
          );
        }
      )
    );
  });
});

function line(b: number): Float32Array {
  return Float32Array.from(Array.from({ length: 21 }, (_, a) => [a, b]).flat());
}
