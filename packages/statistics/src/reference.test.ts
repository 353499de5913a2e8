import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as metrics from './index.js';

/* The same sixty rows were given to scikit-learn 1.9 (and the interval to SciPy); the values below are its answers. */
const index = Array.from({ length: 60 }, (_, i) => i);
const three = index.map(i => (i * 7) % 3);
const guessed = three.map((label, i) => ((i * 5) % 4 === 0 ? (label + 1) % 3 : label));
const probabilities = index.flatMap(i => {
  const raw = [0, 1, 2].map(k => Math.abs(Math.sin(i * 1.1 + k) + (three[i] === k ? 1.2 : 0) + 0.3) + 0.01);
  const sum = raw.reduce((a, b) => a + b, 0);
  return raw.map(value => value / sum);
});
const truth = index.map(i => Math.sin(i * 0.9) > 0.1);
const scores = index.map(i => 1 / (1 + Math.exp(-(Math.sin(i * 0.9) + 0.8 * Math.cos(i * 2.3)))));
const values = index.map(i => Math.sin(i * 0.4) * 3 + 4);
const predicted = values.map((value, i) => value + 0.5 * Math.cos(i * 1.7));

describe('metrics of classes', () => {
  it('agree with scikit-learn', () => {
    expect(metrics.confusionMatrix(three, guessed, 3)).toEqual([
      [15, 5, 0],
      [0, 15, 5],
      [5, 0, 15]
    ]);
    expect(metrics.matthews(three, guessed, 3)).toBeCloseTo(0.625, 12);
    expect(metrics.balancedAccuracy(three, guessed, 3)).toBeCloseTo(0.75, 12);
    expect(metrics.cohenKappa(three, guessed, 3)).toBeCloseTo(0.625, 12);
    expect(metrics.macroF1(three, guessed, 3)).toBeCloseTo(0.75, 12);
    expect(metrics.macroRocAuc(three, probabilities, 3)).toBeCloseTo(0.9191666666666666, 12);
  });

  it('give no correlation for a constant guess, and a perfect one for the truth', () => {
    expect(
      metrics.matthews(
        three,
        index.map(() => 1),
        3
      )
    ).toBe(0);
    expect(metrics.matthews(three, three, 3)).toBeCloseTo(1, 12);
  });
});

describe('curves over thresholds', () => {
  it('agree with scikit-learn', () => {
    expect(metrics.averagePrecision(truth, scores)).toBeCloseTo(0.8975155777999465, 12);
    const roc = metrics.rocCurve(truth, scores);
    expect(roc).toHaveLength(61);
    expect(roc[10]?.falsePositiveRate).toBe(0);
    expect(roc[10]?.truePositiveRate).toBeCloseTo(0.3333333333333333, 12);
    expect(roc[10]?.threshold).toBeCloseTo(0.7366274102184657, 12);
  });

  it('rise from nothing to everything, and their area is that of the ranks', () => {
    const rows = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 6 })), { minLength: 2, maxLength: 40 });
    fc.assert(
      fc.property(rows, pairs => {
        const labels = pairs.map(([label]) => label);
        fc.pre(labels.includes(true) && labels.includes(false));
        const own = pairs.map(([, score]) => score);
        const curve = metrics.rocCurve(labels, own);
        const area = curve.slice(1).reduce((sum, point, i) => {
          const before = curve[i]!;
          const height = (point.truePositiveRate + before.truePositiveRate) / 2;
          return sum + height * (point.falsePositiveRate - before.falsePositiveRate);
        }, 0);
        expect(area).toBeCloseTo(metrics.rocAuc(labels.map(Number), own, 1), 10);
        expect([curve[0]?.truePositiveRate, curve.at(-1)?.truePositiveRate]).toEqual([0, 1]);
      })
    );
  });

  it('are empty where there is nothing to tell apart', () => {
    expect(metrics.rocCurve([true, true], [0.1, 0.2])).toEqual([]);
    expect(metrics.averagePrecision([false], [0.1])).toBeNaN();
  });
});

describe('calibration', () => {
  it('agrees with scikit-learn', () => {
    expect(metrics.brierScore(truth, scores)).toBeCloseTo(0.1562936162570575, 12);
    const curve = metrics.calibrationCurve(truth, scores, 5);
    const expected = [0, 0.2, 0.42105263157894735, 0.8666666666666667, 1];
    curve.forEach((bin, i) => expect(bin.observed).toBeCloseTo(expected[i]!, 12));
    expect(curve[1]?.predicted).toBeCloseTo(0.3156417591859851, 12);
    expect(curve.reduce((sum, bin) => sum + bin.rows, 0)).toBe(60);
  });

  it('has no error where the shares are right', () => {
    const fair = [true, false, false, false];
    expect(metrics.calibrationError(fair, [0.25, 0.25, 0.25, 0.25])).toBe(0);
    expect(metrics.calibrationError([false], [1])).toBe(1);
  });
});

describe('metrics of numbers', () => {
  it('agree with scikit-learn', () => {
    expect(metrics.medianAbsoluteError(values, predicted)).toBeCloseTo(0.36186655536287127, 12);
    expect(metrics.mape(values, predicted)).toBeCloseTo(0.11970815341458073, 12);
    expect(metrics.explainedVariance(values, predicted)).toBeCloseTo(0.9717688365413798, 12);
    expect(metrics.maxError(values, predicted)).toBeCloseTo(0.5, 12);
    expect(metrics.pinballLoss(values, predicted, 0.9)).toBeCloseTo(0.15835076184837754, 12);
  });

  it('do not invent a share of nothing', () => {
    expect(metrics.mape([0, 1], [1, 1])).toBeNaN();
    expect(metrics.explainedVariance([2, 2], [1, 3])).toBeNaN();
  });
});

describe('metrics of clusters', () => {
  const rows = index.flatMap(i => [Math.sin(i * 1.3) + 3 * (i % 3), Math.cos(i * 0.7) + 2 * (i % 3)]);
  const clusters = index.map(i => i % 3);
  const others = index.map(i => Math.floor(i / 2) % 3);

  it('agree with scikit-learn', () => {
    expect(metrics.silhouette(rows, 2, clusters)).toBeCloseTo(0.6107296966674138, 12);
    expect(metrics.adjustedRand(clusters, others)).toBeCloseTo(0.2236842105263158, 12);
    expect(metrics.normalizedMutualInformation(clusters, others)).toBeCloseTo(0.3690702464285427, 12);
  });

  it('do not mind how clusters are numbered', () => {
    const renamed = clusters.map(k => (k + 1) % 3);
    expect(metrics.adjustedRand(clusters, renamed)).toBeCloseTo(1, 12);
    expect(metrics.normalizedMutualInformation(clusters, renamed)).toBeCloseTo(1, 12);
    expect(
      metrics.silhouette(
        rows,
        2,
        index.map(() => 0)
      )
    ).toBeNaN();
  });
});

describe('metrics of rankings', () => {
  const relevances = [
    [3, 2, 3, 0, 1, 2],
    [0, 0, 1, 2, 0, 3]
  ];
  const given = [
    [0.9, 0.8, 0.1, 0.3, 0.5, 0.2],
    [0.3, 0.9, 0.5, 0.4, 0.2, 0.1]
  ];
  const shown = relevances.map((list, i) => metrics.byScore(list, given[i]!));
  const mean = (of: (list: number[]) => number): number => (of(shown[0]!) + of(shown[1]!)) / 2;

  it('agree with scikit-learn', () => {
    expect(mean(list => metrics.ndcg(list))).toBeCloseTo(0.7458691889990785, 12);
    expect(mean(list => metrics.ndcg(list, 3))).toBeCloseTo(0.5752904701446508, 12);
    expect(mean(list => metrics.dcg(list))).toBeCloseTo(4.651868998915795, 12);
  });

  it('look at the first places', () => {
    expect(metrics.reciprocalRank([false, true, true])).toBe(0.5);
    expect(metrics.reciprocalRank([false])).toBe(0);
    expect(metrics.precisionAt([true, false, true], 2)).toBe(0.5);
    expect(metrics.ndcg([0, 0])).toBe(0);
  });
});

describe('intervals', () => {
  it('agree with SciPy, and stay between 0 and 1', () => {
    const [low, high] = metrics.wilsonInterval(45, 60);
    expect(low).toBeCloseTo(0.6276792992295218, 12);
    expect(high).toBeCloseTo(0.8422347746994333, 12);
    expect(metrics.wilsonInterval(0, 10)[0]).toBe(0);
    expect(metrics.wilsonInterval(10, 10)[1]).toBe(1);
    expect(metrics.wilsonInterval(0, 0)).toEqual([0, 1]);
  });

  it('hold the true mean about as often as they say', () => {
    let held = 0;
    const trials = 200;
    for (let trial = 0; trial < trials; trial++) {
      const sample = Array.from({ length: 50 }, (_, i) => Math.sin((trial * 50 + i) * 12.9898) * 43758.5453).map(
        x => x - Math.floor(x)
      );
      const mean = (rows: readonly number[]): number => rows.reduce((sum, row) => sum + sample[row]!, 0) / rows.length;
      const [low, high] = metrics.bootstrapInterval(50, mean, { samples: 300, seed: trial });
      if (low <= 0.5 && 0.5 <= high) {
        held++;
      }
    }
    expect(held / trials).toBeGreaterThan(0.88);
    expect(held / trials).toBeLessThan(0.99);
  });

  it('leave out samples that give no value', () => {
    expect(metrics.bootstrapInterval(3, () => NaN)).toEqual([NaN, NaN]);
  });
});
