import { describe, expect, it } from 'vitest';
import { onnxDifference } from '../../../testing/models.js';
import { fitBoosting, type BoostingEstimator } from './boosting.js';

const COUNT = 600;
const numbers = Array.from({ length: COUNT }, (_, i) => i);
const cells = numbers.map(i => [(i * 7) % 41, (i * 11) % 37, (i * 13) % 29] as const);
const values = numbers.map(i => {
  const [a, b, c] = cells[i]!;
  return Math.sin(a / 5) + (b * c) / 500 + 1.5 * (((i * 7919) % 101) / 101 - 0.5);
});
const part = (target: readonly number[], isHeld: boolean): { rows: Float32Array; target: number[] } => {
  const chosen = numbers.filter(i => (i % 5 === 4) === isHeld);
  return { rows: Float32Array.from(chosen.flatMap(i => cells[i]!)), target: chosen.map(i => target[i]!) };
};
const settings = { trees: 200, learningRate: 0.2, maxLeaves: 8, minSamplesLeaf: 10 };

async function fitted(
  target: readonly number[],
  classes: number | null,
  stopAfter = Infinity
): Promise<{ model: BoostingEstimator; losses: number[] }> {
  const { rows, target: own } = part(target, false);
  const validation = { ...part(target, true), nIterNoChange: 5, tol: 1e-7 };
  const losses: number[] = [];
  const model = await fitBoosting(rows, 3, own, classes, { ...settings, validation }, (_, __, loss) => {
    losses.push(loss!);
    return losses.length >= stopAfter;
  });
  return { model, losses };
}

// Values of scikit-learn 1.9.1: HistGradientBoosting*(max_iter=200, learning_rate=0.2, max_leaf_nodes=8, min_samples_leaf=10,
// early_stopping=True, n_iter_no_change=5).fit(X, y, X_val=…, y_val=…).validation_score_; for a regression −2 × the score.
describe('early stopping of boosting', () => {
  it('has the validation losses of scikit-learn for a regression, stops after the same round, and keeps the best', async () => {
    const { model, losses } = await fitted(values, null);
    expect(losses).toHaveLength(39);
    [
      [1, 0.794344226954792],
      [5, 0.4500834577593333],
      [34, 0.19143380985291777],
      [39, 0.19482208380981578]
    ].forEach(([round, loss]) => expect(losses[round! - 1]).toBeCloseTo(loss!, 5));
    expect(model.rounds).toBe(34);
    expect(model.description).toBe('Gradient boosting of 34 trees in 34 rounds, the best of 39 by validation loss.');
    const held = part(values, true).rows;
    expect(await onnxDifference(model, held, 3, null)).toBeLessThan(2e-6);
  });

  it('does so for two and three classes', async () => {
    const two = await fitted(
      values.map(value => Number(value > 0.7005515831170006)),
      2
    );
    expect(two.losses).toHaveLength(24);
    expect(two.losses[0]).toBeCloseTo(0.6115468773177833, 5);
    expect(two.losses[18]).toBeCloseTo(0.35749843936706704, 4);
    expect(two.model.rounds).toBe(19);
    const three = await fitted(
      values.map(value => Number(value >= 0.2) + Number(value >= 1)),
      3
    );
    expect(three.losses).toHaveLength(28);
    expect(three.losses[0]).toBeCloseTo(0.9122601826952026, 5);
    expect(three.losses[22]).toBeCloseTo(0.5275208881481117, 4);
    expect(three.model.rounds).toBe(23);
  });

  it('keeps the best rounds when it is interrupted, and one where none lowers the loss', async () => {
    const { model } = await fitted(values, null, 7);
    expect([model.rounds, model.trained]).toEqual([7, 7]);
    const noise = numbers.map(i => Number((i * 7919) % 101 > 50));
    const rows = part(noise, false);
    const validation = {
      ...part(noise, true),
      target: part(noise, true).target.map(t => 1 - t),
      nIterNoChange: 3,
      tol: 0
    };
    const useless = await fitBoosting(rows.rows, 3, rows.target, 2, { ...settings, validation }, () => false);
    expect([useless.rounds, useless.trained]).toEqual([1, 3]);
  });
});
