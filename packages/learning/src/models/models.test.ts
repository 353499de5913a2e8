import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { fitLinear, solveSymmetric } from './linear.js';
import { fitLogistic } from './logistic.js';
import { at, index, onnxDifference, WIDTH, X } from '../../testing/models.js';
import { binColumns, binOf, MAX_BINS } from './trees/binning.js';
import { fitBoosting } from './trees/boosting.js';

const close = (got: ArrayLike<number>, expected: readonly number[], digits: number): void => {
  expect(got.length).toBe(expected.length);
  expected.forEach((value, i) => expect(got[i]).toBeCloseTo(value, digits));
};

/* Reference values: scikit-learn 1.x on the same numbers (LinearRegression, Ridge(2), LogisticRegression(C=1 and 0.5)). */
describe('linear regression', () => {
  const y = index.map(i => 1.5 * at(i, 0) - 0.7 * at(i, 1) + 2 * at(i, 2) + 0.3 + 0.2 * Math.sin(i * 5.1));

  it('gives the coefficients of scikit-learn, with and without a penalty', () => {
    const plain = fitLinear(X, WIDTH, y, 0);
    close(plain.coefficients, [1.520128680545465, -0.70492841931734, 2.0748930613339187], 6);
    expect(plain.intercept).toBeCloseTo(0.2635541763848833, 6);
    const ridge = fitLinear(X, WIDTH, y, 2);
    close(ridge.coefficients, [1.4902622992230279, -0.6725782535758653, 1.3087629392340558], 6);
    expect(ridge.intercept).toBeCloseTo(0.5757692107250726, 6);
  });

  it('finds the golden line 61.77 + 0.0592 w when the points are on it', () => {
    const weights = Float32Array.from([60, 80, 100, 140, 200]);
    const line = fitLinear(
      weights,
      1,
      Array.from(weights, w => 61.77 + 0.0592 * w),
      0
    );
    expect(line.intercept).toBeCloseTo(61.77, 6);
    expect(line.coefficients[0]).toBeCloseTo(0.0592, 8);
  });

  it('solves a system whose columns repeat each other', () => {
    const doubled = Float32Array.from(index.flatMap(i => [at(i, 0), at(i, 0)]));
    const fitted = fitLinear(
      doubled,
      2,
      index.map(i => 3 * at(i, 0)),
      0
    );
    close(
      fitted.predict(doubled, 2),
      index.map(i => 3 * at(i, 0)),
      4
    );
  });

  it('computes the same as ONNX', async () => {
    expect(await onnxDifference(fitLinear(X, WIDTH, y, 0.5), X, WIDTH, null)).toBeLessThan(1e-6);
  });

  it('solves every positive definite system', () => {
    const entry = fc.double({ min: -3, max: 3, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(entry, { minLength: 9, maxLength: 9 }),
        fc.array(entry, { minLength: 3, maxLength: 3 }),
        (m, b) => {
          const a = (i: number, j: number): number =>
            m[i * 3]! * m[j * 3]! + m[i * 3 + 1]! * m[j * 3 + 1]! + m[i * 3 + 2]! * m[j * 3 + 2]! + (i === j ? 1 : 0);
          const lower = Float64Array.from({ length: 9 }, (_, k) => a(Math.floor(k / 3), k % 3));
          const x = solveSymmetric(lower, Float64Array.from(b), 3, 0);
          for (let i = 0; i < 3; i++) {
            expect(a(i, 0) * x[0]! + a(i, 1) * x[1]! + a(i, 2) * x[2]!).toBeCloseTo(b[i]!, 7);
          }
        }
      )
    );
  });
});

describe('logistic regression', () => {
  const two = index.map(i => (at(i, 0) + 0.5 * Math.sin(i * 3.3) > 0 ? 1 : 0));
  const three = index.map(i => {
    const v = at(i, 0) + at(i, 1) + 0.4 * Math.sin(i * 3.3);
    return v < -0.5 ? 0 : v < 1.5 ? 1 : 2;
  });

  it('gives the coefficients and probabilities of scikit-learn for two classes', () => {
    const fitted = fitLogistic(X, WIDTH, two, 2, 1);
    const coefficients = [0, 1, 2].map(c => fitted.weights[c * 2 + 1]!);
    close(coefficients, [2.267172173254364, -0.1961099682608341, 0.36058839738953885], 5);
    expect(fitted.weights[WIDTH * 2 + 1]).toBeCloseTo(0.2900718529898685, 5);
    close(
      fitted.predict(X, WIDTH).slice(0, 4),
      [0.4765267963653762, 0.5234732036346238, 0.008844832712882944, 0.9911551672871171],
      5
    );
  });

  it('gives the probabilities of scikit-learn for three classes', () => {
    const fitted = fitLogistic(X, WIDTH, three, 3, 2);
    const expected = [
      0.08354788698285093, 0.639336492397905, 0.27711562061924405, 0.003519400425410931, 0.16555675901446745,
      0.8309238405601216
    ];
    close(fitted.predict(X, WIDTH).slice(0, 6), expected, 5);
  });

  it('stays finite where a line separates the classes', () => {
    const labels = index.map(i => (at(i, 0) > 0 ? 1 : 0));
    const fitted = fitLogistic(X, WIDTH, labels, 2, 1e-3);
    expect(Array.from(fitted.weights).every(Number.isFinite)).toBe(true);
    const p = fitted.predict(X, WIDTH);
    expect(labels.every((label, row) => p[row * 2 + label]! > 0.5)).toBe(true);
  });

  it('computes the same as ONNX', async () => {
    expect(await onnxDifference(fitLogistic(X, WIDTH, three, 3, 1), X, WIDTH, 3)).toBeLessThan(1e-6);
  });
});

describe('binning', () => {
  it('puts every value on the same side of an edge as the comparison does', () => {
    const values = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 400 });
    fc.assert(
      fc.property(values, list => {
        const rows = Float32Array.from(list);
        const { bins, edges } = binColumns(rows, 1);
        expect(edges[0]!.length).toBeLessThan(MAX_BINS);
        rows.forEach((value, row) => {
          const bin = bins[0]![row]!;
          expect(bin).toBe(binOf(edges[0]!, value));
          if (bin < edges[0]!.length) {
            expect(value <= edges[0]![bin]!).toBe(true);
          }
          if (bin > 0) {
            expect(value <= edges[0]![bin - 1]!).toBe(false);
          }
        });
      }),
      { numRuns: 60 }
    );
  });
});

describe('gradient boosting', () => {
  const count = 2000;
  const width = 4;
  const rows = Float32Array.from(
    { length: count * width },
    (_, i) => Math.sin(i * 12.9898) * 43758.5453 - Math.floor(Math.sin(i * 12.9898) * 43758.5453)
  );
  const cell = (row: number, column: number): number => rows[row * width + column]!;
  const never = (): boolean => false;
  const options = { trees: 40, minRows: 10 };

  it('learns a step and a product that no line can, for numbers', async () => {
    const target = Array.from({ length: count }, (_, i) => (cell(i, 0) > 0.5 ? 2 : 0) + cell(i, 1) * cell(i, 2) * 4);
    const fitted = await fitBoosting(rows, width, target, null, options, never);
    const predicted = fitted.predict(rows, width);
    const mean = target.reduce((a, b) => a + b, 0) / count;
    const residual = target.reduce((sum, t, i) => sum + (t - predicted[i]!) ** 2, 0);
    const total = target.reduce((sum, t) => sum + (t - mean) ** 2, 0);
    expect(1 - residual / total).toBeGreaterThan(0.98);
    expect(await onnxDifference(fitted, rows, width, null)).toBeLessThan(2e-6);
  });

  it('separates two classes by an exclusive or, and three by bands, and computes the same as ONNX', async () => {
    const xor = Array.from({ length: count }, (_, i) => (cell(i, 0) > 0.5 !== cell(i, 1) > 0.5 ? 1 : 0));
    const bands = Array.from({ length: count }, (_, i) => Math.floor(cell(i, 2) * 3));
    for (const [labels, classes] of [
      [xor, 2],
      [bands, 3]
    ] as const) {
      const fitted = await fitBoosting(rows, width, labels, classes, options, never);
      const p = fitted.predict(rows, width);
      const right = labels.filter((label, i) => p[i * classes + label]! > 0.5).length;
      expect(right / count).toBeGreaterThan(0.98);
      expect(await onnxDifference(fitted, rows, width, classes)).toBeLessThan(2e-6);
    }
  });

  it('lowers its loss in every round and stops when it is told to', async () => {
    const target = Array.from({ length: count }, (_, i) => cell(i, 0) * 3);
    const losses: number[] = [];
    const fitted = await fitBoosting(rows, width, target, null, options, (round, loss) => {
      losses.push(loss);
      return round === 4;
    });
    expect(losses).toHaveLength(5);
    expect(losses.every((loss, i) => i === 0 || loss < losses[i - 1]!)).toBe(true);
    expect(fitted.series[0]).toHaveLength(5);
  });

  it('gives every leaf at least the rows that it was asked for', async () => {
    const target = Array.from({ length: count }, (_, i) => cell(i, 3));
    const fitted = await fitBoosting(
      rows,
      width,
      target,
      null,
      { trees: 1, maxLeaves: 64, minSamplesLeaf: 150 },
      never
    );
    const values = fitted.predict(rows, width);
    const sizes = new Map<number, number>();
    values.forEach(v => sizes.set(v, (sizes.get(v) ?? 0) + 1));
    expect(Math.min(...sizes.values())).toBeGreaterThanOrEqual(150);
    expect(sizes.size).toBeGreaterThan(4);
  });
});
