import type { BaselineResult, Columns, Evaluation } from '@slipway/contract';
import type { Frame } from '../data/frame.js';
import { majorityBaseline, meanBaseline, persistenceBaseline } from '../metrics/baselines.js';
import { accuracy, argMax, logLoss, precisionRecall, rocAuc } from '../metrics/classification.js';
import { mae, r2, rmse } from '../metrics/regression.js';
import type { Target } from './target.js';

/** A bundle carries at most this many test rows; with more, the last ones. */
const MAX_ROWS = 5000;

/** Rows of a frame as the bundle stores them. Values become float32 where the model reads float32. */
export function columnsOf(
  names: readonly string[],
  values: readonly (readonly (number | string | boolean | null)[])[]
): Columns {
  return Object.fromEntries(names.map((name, i) => [name, [...values[i]!]]));
}

/**
 * Metrics of the model and of every baseline on the test rows.
 *
 * @param outputs the model's answers for the test rows: probabilities [rows, classes], or values [rows].
 */
export async function evaluate(
  test: Frame,
  inputs: readonly string[],
  target: Target,
  outputs: ArrayLike<number>,
  split: string
): Promise<Evaluation> {
  const rows = Math.min(test.rowCount, MAX_ROWS);
  const last = <T>(values: readonly T[]): T[] => values.slice(values.length - rows);
  const values = (await test.values(inputs)).map(last);
  const persistence = await persistenceBaseline(test, target.name);
  const shared = { split, rows, inputs: columnsOf(inputs, values) };
  return target.labels
    ? classification(target, target.labels, outputs, persistence, shared, last)
    : regression(target, outputs, persistence, shared, last);
}

type Shared = Pick<Evaluation, 'split' | 'rows' | 'inputs'>;
type Last = <T>(values: readonly T[]) => T[];
type Persistence = Awaited<ReturnType<typeof persistenceBaseline>>;

function classification(
  target: Target,
  labels: readonly string[],
  probabilities: ArrayLike<number>,
  persistence: Persistence,
  shared: Shared,
  last: Last
): Evaluation {
  const predicted = argMax(probabilities, labels.length);
  const names = (indices: readonly number[]): string[] => indices.map(i => labels[i]!);
  const truth = names(target.test);
  const candidates = [
    majorityBaseline(names(target.train), truth.length),
    ...(persistence ? [{ ...persistence, predictions: persistence.predictions.map(String) }] : [])
  ];
  const baselines: BaselineResult[] = candidates.map(b => ({
    name: b.name,
    description: b.description,
    value: accuracy(
      target.test,
      b.predictions.map(p => labels.indexOf(p))
    ),
    predictions: last(b.predictions)
  }));
  const value = accuracy(target.test, predicted);
  const metrics: Record<string, number> = {
    accuracy: value,
    log_loss: logLoss(target.test, probabilities, labels.length)
  };
  if (labels.length === 2) {
    const scores = target.test.map((_, row) => probabilities[row * 2 + 1]!);
    Object.assign(metrics, precisionRecall(target.test, predicted, 1));
    const area = rocAuc(target.test, scores, 1);
    if (!Number.isNaN(area)) metrics['roc_auc'] = area;
  }
  return { metric: 'accuracy', higher_is_better: true, value, metrics, ...shared, truth: last(truth), baselines };
}

function regression(
  target: Target,
  outputs: ArrayLike<number>,
  persistence: Persistence,
  shared: Shared,
  last: Last
): Evaluation {
  const predicted = Array.from(outputs);
  const candidates = [
    meanBaseline(target.train, target.test.length),
    ...(persistence ? [{ ...persistence, predictions: persistence.predictions.map(Number) }] : [])
  ];
  const baselines: BaselineResult[] = candidates.map(b => ({
    name: b.name,
    description: b.description,
    value: rmse(target.test, b.predictions),
    predictions: last(b.predictions)
  }));
  const value = rmse(target.test, predicted);
  const metrics: Record<string, number> = { rmse: value, mae: mae(target.test, predicted) };
  const determination = r2(target.test, predicted);
  if (!Number.isNaN(determination)) metrics['r2'] = determination;
  return { metric: 'rmse', higher_is_better: false, value, metrics, ...shared, truth: last(target.test), baselines };
}
