import { describe, expect, it } from 'vitest';
import { baselinesOf, isLowerBetter, withoutBaselines } from './baselines.js';

const METRICS = [
  { key: 'accuracy', value: 0.81 },
  { key: 'baseline.majority.accuracy', value: 0.64 },
  { key: 'baseline.persistence.accuracy', value: 0.71 },
  { key: 'baseline.mean.rmse', value: 3 },
  { key: 'baseline.last value.rmse', value: 2 }
];

describe('baselines among the metrics of a run', () => {
  it('are parted from what the run reached itself', () => {
    expect(withoutBaselines(METRICS).map(({ key }) => key)).toEqual(['accuracy']);
  });

  it('come with the best first', () => {
    expect(baselinesOf('accuracy', METRICS).map(({ name }) => name)).toEqual(['persistence', 'majority']);
    expect(baselinesOf('rmse', METRICS).map(({ name }) => name)).toEqual(['last value', 'mean']);
    expect(baselinesOf('f1', METRICS)).toEqual([]);
  });

  it('know by the name which metrics are better when they are smaller', () => {
    expect(['loss', 'val_loss', 'log_loss', 'RMSE', 'mae'].map(isLowerBetter)).toEqual([true, true, true, true, true]);
    expect(['accuracy', 'glossiness', 'r2', 'f1'].map(isLowerBetter)).toEqual([false, false, false, false]);
  });
});
