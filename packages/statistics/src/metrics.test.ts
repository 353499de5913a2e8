import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { accuracy, argMax, logLoss, precisionRecall, rocAuc } from './classification.js';
import { mae, r2, rmse } from './regression.js';

/* Reference values: scikit-learn's documentation examples and hand computation. */
describe('classification metrics', () => {
  it('agree with scikit-learn', () => {
    expect(accuracy([0, 1, 2, 3], [0, 2, 1, 3])).toBe(0.5);
    expect(rocAuc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], 1)).toBe(0.75);
    // log_loss(["spam", "ham", "ham", "spam"], [[.1, .9], [.9, .1], [.8, .2], [.35, .65]])
    expect(logLoss([1, 0, 0, 1], [0.1, 0.9, 0.9, 0.1, 0.8, 0.2, 0.35, 0.65], 2)).toBeCloseTo(0.21616, 5);
    const { precision, recall, f1 } = precisionRecall([0, 1, 1, 0, 1, 1], [0, 1, 0, 1, 1, 1], 1);
    expect([precision, recall, f1]).toEqual([0.75, 0.75, 0.75]);
  });

  it('take the area under the curve as the share of pairs that are ordered right, ties counting half', () => {
    const rows = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 5 })), { minLength: 2, maxLength: 30 });
    fc.assert(
      fc.property(rows, pairs => {
        const truth = pairs.map(([label]) => Number(label));
        const scores = pairs.map(([, score]) => score);
        const positive = scores.filter((_, i) => truth[i] === 1);
        const negative = scores.filter((_, i) => truth[i] === 0);
        fc.pre(positive.length > 0 && negative.length > 0);
        const wins = positive.flatMap(p => negative.map(n => (p > n ? 1 : p === n ? 0.5 : 0)));
        const expected = wins.reduce<number>((a, b) => a + b, 0) / wins.length;
        expect(rocAuc(truth, scores, 1)).toBeCloseTo(expected, 10);
      })
    );
  });

  it('give no area when only one class is there', () => {
    expect(rocAuc([1, 1], [0.2, 0.3], 1)).toBeNaN();
  });

  it('choose the first of equal probabilities', () => {
    expect(argMax([0.5, 0.5, 0.2, 0.8], 2)).toEqual([0, 1]);
  });
});

describe('regression metrics', () => {
  it('agree with scikit-learn', () => {
    const truth = [3, -0.5, 2, 7];
    const predicted = [2.5, 0, 2, 8];
    expect(rmse(truth, predicted)).toBeCloseTo(0.61237, 5);
    expect(mae(truth, predicted)).toBe(0.5);
    expect(r2(truth, predicted)).toBeCloseTo(0.94861, 5);
  });
});
