import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitLasso } from './lasso.js';
import { fitLinear } from './linear.js';
import { fitLinearSvm } from './linear-svm.js';
import { fitNaiveBayes } from './naive-bayes.js';
import { fitNeighbors } from './neighbors.js';
import { at, COUNT, index, onnxDifference, WIDTH, X } from '../../testing/models.js';
import { fitDecisionTree, fitForest } from './trees/forest.js';

/* Reference values: scikit-learn 1.9 on the same numbers. */
const values = index.map(i => 1.5 * at(i, 0) - 0.7 * at(i, 1) + 2 * at(i, 2) + 0.3 + 0.2 * Math.sin(i * 5.1));
const two = index.map(i => (at(i, 0) + 0.5 * Math.sin(i * 3.3) > 0 ? 1 : 0));
const three = index.map(i => {
  const v = at(i, 0) + at(i, 1) + 0.4 * Math.sin(i * 3.3);
  return v < -0.5 ? 0 : v < 1.5 ? 1 : 2;
});
const shifted = X.slice(0, 4 * WIDTH).map(x => x + 0.1);

const close = (got: ArrayLike<number>, expected: readonly number[], digits: number): void => {
  expect(got.length).toBe(expected.length);
  expected.forEach((value, i) => expect(got[i]).toBeCloseTo(value, digits));
};

function accuracyOf(p: Float32Array, labels: readonly number[], classes: number): number {
  const right = labels.filter((label, row) => {
    const own = Array.from(p.subarray(row * classes, (row + 1) * classes));
    return own.indexOf(Math.max(...own)) === label;
  });
  return right.length / labels.length;
}

describe('a lasso', () => {
  it('gives the coefficients of scikit-learn, zeros among them', () => {
    const weak = fitLasso(X, WIDTH, values, 0.05);
    close(weak.coefficients, [1.5015735587185, -0.6627980925990377, 1.48474895965818], 6);
    expect(weak.intercept).toBeCloseTo(0.48275516188128353, 6);
    const strong = fitLasso(X, WIDTH, values, 0.3);
    close(strong.coefficients, [1.3945581262657845, -0.4725061091659186, 0], 6);
    expect(strong.coefficients[2]).toBe(0);
  });

  it('is least squares without a penalty, and the mean with a large one', () => {
    close(fitLasso(X, WIDTH, values, 0).coefficients, Array.from(fitLinear(X, WIDTH, values, 0).coefficients), 6);
    const flat = fitLasso(X, WIDTH, values, 1e6);
    expect(Array.from(flat.coefficients)).toEqual([0, 0, 0]);
    expect(flat.intercept).toBeCloseTo(values.reduce((a, b) => a + b, 0) / COUNT, 9);
  });

  it('does not stumble over a column that never changes', () => {
    const rows = Float32Array.from(index.flatMap(i => [at(i, 0), 7]));
    const fitted = fitLasso(rows, 2, values, 0.01);
    expect([fitted.coefficients[1], Number.isFinite(fitted.intercept)]).toEqual([0, true]);
  });

  it('computes the same as ONNX', async () => {
    expect(await onnxDifference(fitLasso(X, WIDTH, values, 0.05), X, WIDTH, null)).toBeLessThan(1e-6);
  });
});

describe('a linear SVM', () => {
  it('finds the line of scikit-learn for two classes, and one against the rest for three', () => {
    const [side] = fitLinearSvm(X, WIDTH, two, 2, 1, 7).sides;
    close(side!.weights, [1.3542915299239113, -0.09367732606411339, 0.4422723673651422, -0.004157626734976615], 5);
    const { sides } = fitLinearSvm(X, WIDTH, three, 3, 0.5, 7);
    close(sides[0]!.weights, [-0.7378129102747917, -0.8359872141473969, -0.4716026751568287, -0.42938893805433154], 5);
    close(sides[1]!.weights, [-0.20103360565168238, -0.1180385506666603, 0.13487391499431858, -0.06200215866655577], 5);
    close(sides[2]!.weights, [0.8771076206907369, 0.7840034490039713, -0.19987595203649822, -1.2253308915280527], 5);
  });

  it('gives probabilities that add up to one and agree with the side of the line', () => {
    const fitted = fitLinearSvm(X, WIDTH, two, 2, 1, 7);
    const p = fitted.predict(X, WIDTH);
    index.forEach(row => expect(p[row * 2]! + p[row * 2 + 1]!).toBeCloseTo(1, 6));
    expect(fitted.sides[0]!.slope).toBeGreaterThan(0);
    expect(accuracyOf(p, two, 2)).toBeGreaterThan(0.85);
  });

  it('computes the same as ONNX, for two classes and for three', async () => {
    expect(await onnxDifference(fitLinearSvm(X, WIDTH, two, 2, 1, 7), X, WIDTH, 2)).toBeLessThan(1e-6);
    expect(await onnxDifference(fitLinearSvm(X, WIDTH, three, 3, 1, 7), X, WIDTH, 3)).toBeLessThan(1e-6);
  });
});

describe('naive Bayes', () => {
  it('gives the probabilities of scikit-learn', () => {
    const p = fitNaiveBayes(X, WIDTH, three, 3).predict(X, WIDTH);
    close(
      p.slice(0, 9),
      [
        0, 0.6636189419979444, 0.33638105800205476, 0, 0.19738313412293462, 0.8026168658770653, 0, 0.4657875868522492,
        0.5342124131477506
      ],
      5
    );
  });

  it('computes the same as ONNX, also far from zero', async () => {
    expect(await onnxDifference(fitNaiveBayes(X, WIDTH, three, 3), X, WIDTH, 3)).toBeLessThan(1e-5);
    const far = X.map(x => x + 1000);
    expect(await onnxDifference(fitNaiveBayes(far, WIDTH, three, 3), far, WIDTH, 3)).toBeLessThan(1e-3);
  });

  it('takes a column that never changes within a class', () => {
    const rows = Float32Array.from(index.flatMap(i => [at(i, 0), three[i]!]));
    expect(accuracyOf(fitNaiveBayes(rows, 2, three, 3).predict(rows, 2), three, 3)).toBe(1);
  });
});

describe('nearest neighbors', () => {
  it('answer as those of scikit-learn, for classes and numbers', () => {
    close(fitNeighbors(X, WIDTH, three, 3, 5).predict(shifted, WIDTH), [0, 1, 0, 0, 0, 1, 0, 0.6, 0.4, 0.8, 0.2, 0], 6);
    close(
      fitNeighbors(X, WIDTH, values, null, 3).predict(shifted, WIDTH),
      [0.7279189761703644, 3.00128296864853, 2.486079115257382, -0.09206901433922793],
      5
    );
  });

  it('know their own rows', () => {
    const fitted = fitNeighbors(X, WIDTH, three, 3, 1);
    expect(accuracyOf(fitted.predict(X, WIDTH), three, 3)).toBe(1);
  });

  it('compute the same as ONNX, for classes and numbers', async () => {
    expect(await onnxDifference(fitNeighbors(X, WIDTH, three, 3, 5), shifted, WIDTH, 3)).toBeLessThan(1e-6);
    expect(await onnxDifference(fitNeighbors(X, WIDTH, values, null, 3), shifted, WIDTH, null)).toBeLessThan(1e-6);
  });

  it('cannot be more than there are rows', () => {
    expect(() => fitNeighbors(X, WIDTH, three, 3, 41)).toThrow('only 40 training rows');
  });
});

describe('a decision tree', () => {
  it('asks the questions of scikit-learn, to any depth', () => {
    const shallow = fitDecisionTree(X, WIDTH, three, 3, { depth: 2, minRows: 2 });
    const p = shallow.predict(X, WIDTH);
    close(p.slice(0, 12), [1 / 3, 2 / 3, 0, 0, 0, 1, 0, 0, 1, 1 / 3, 2 / 3, 0], 6);
    expect([leaves(shallow), accuracyOf(p, three, 3)]).toEqual([4, 0.725]);
    const deep = fitDecisionTree(X, WIDTH, three, 3, { depth: Infinity, minRows: 2 });
    expect([leaves(deep), accuracyOf(deep.predict(X, WIDTH), three, 3)]).toEqual([8, 0.95]);
  });

  it('gives the values of scikit-learn', () => {
    const fitted = fitDecisionTree(X, WIDTH, values, null, { depth: 3, minRows: 3 });
    close(
      fitted.predict(X, WIDTH).slice(0, 5),
      [-0.5291979595709213, 2.554900581814764, 2.554900581814764, -0.5291979595709213, -2.0872248049968696],
      5
    );
    expect(leaves(fitted)).toBe(8);
  });

  it('computes the same as ONNX, for classes and numbers', async () => {
    const settings = { depth: Infinity, minRows: 1 };
    expect(await onnxDifference(fitDecisionTree(X, WIDTH, three, 3, settings), X, WIDTH, 3)).toBeLessThan(1e-6);
    expect(await onnxDifference(fitDecisionTree(X, WIDTH, values, null, settings), X, WIDTH, null)).toBeLessThan(1e-6);
  });

  it('has no leaf with fewer rows than asked for, and separates rows that differ when it may', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 2 })), {
          minLength: 6,
          maxLength: 60
        }),
        fc.integer({ min: 1, max: 5 }),
        (pairs, minRows) => {
          const rows = Float32Array.from(pairs, ([x]) => x);
          const labels = pairs.map(([, label]) => label);
          const fitted = fitDecisionTree(rows, 1, labels, 3, { depth: Infinity, minRows });
          const p = fitted.predict(rows, 1);
          const sizes = new Map<string, number>();
          pairs.forEach((_, row) => {
            const path = leafPath(fitted, rows[row]!);
            sizes.set(path, (sizes.get(path) ?? 0) + 1);
          });
          if (pairs.length >= minRows) {
            expect(Math.min(...sizes.values())).toBeGreaterThanOrEqual(Math.min(minRows, pairs.length));
          }
          if (minRows === 1) {
            for (const x of new Set(rows)) {
              const there = labels.filter((_, row) => rows[row] === x);
              const row = rows.indexOf(x);
              for (let k = 0; k < 3; k++) {
                expect(p[row * 3 + k]).toBeCloseTo(there.filter(label => label === k).length / there.length, 5);
              }
            }
          }
        }
      ),
      { numRuns: 60 }
    );
  });
});

describe('a random forest', () => {
  const settings = { trees: 30, depth: Infinity, minRows: 1, columns: undefined, seed: 7 };
  const never = (): boolean => false;

  it('learns what its trees learn, and computes the same as ONNX', async () => {
    for (const [target, classes] of [
      [three, 3],
      [two, 2],
      [values, null]
    ] as const) {
      const fitted = await fitForest(X, WIDTH, target, classes, settings, never);
      if (classes !== null) {
        expect(accuracyOf(fitted.predict(X, WIDTH), target, classes)).toBeGreaterThan(0.95);
      }
      expect(await onnxDifference(fitted, X, WIDTH, classes)).toBeLessThan(2e-6);
    }
  });

  it('is the same for the same seed, and another one for another', async () => {
    const [a, b, c] = await Promise.all(
      [7, 7, 8].map(seed => fitForest(X, WIDTH, three, 3, { ...settings, seed }, never))
    );
    expect(a!.predict(X, WIDTH)).toEqual(b!.predict(X, WIDTH));
    expect(a!.predict(X, WIDTH)).not.toEqual(c!.predict(X, WIDTH));
  });

  it('keeps its trees when it is interrupted', async () => {
    const fitted = await fitForest(X, WIDTH, three, 3, settings, number => number === 4);
    expect(fitted.trees).toHaveLength(5);
  });
});

function leaves(estimator: ReturnType<typeof fitDecisionTree>): number {
  return estimator.trees[0]!.column.filter(column => column < 0).length;
}

/** Which leaf a value of the only column reaches. */
function leafPath(estimator: ReturnType<typeof fitDecisionTree>, value: number): string {
  const tree = estimator.trees[0]!;
  let node = 0;
  while (tree.column[node]! >= 0) {
    node = value <= tree.threshold[node]! ? tree.left[node]! : tree.right[node]!;
  }
  return String(node);
}
