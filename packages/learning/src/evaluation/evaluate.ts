import type { BaselineResult, Columns, Evaluation } from '@slipway/contract';
import type { Frame } from '@slipway/frames';
import { majorityBaseline, meanBaseline, persistenceBaseline, type BaselinePrediction } from './baselines.js';
import {
  accuracy,
  argMax,
  averagePrecision,
  balancedAccuracy,
  bootstrapInterval,
  brierScore,
  calibrationError,
  explainedVariance,
  logLoss,
  macroF1,
  macroRocAuc,
  mae,
  mape,
  matthews,
  medianAbsoluteError,
  precisionRecall,
  r2,
  rmse,
  rocAuc,
  wilsonInterval
} from '@slipway/statistics';
import type { Target } from '../examples/target.js';

/** A bundle carries at most this many test rows of a frame. */
const MOST_KEPT = 5000;
/** Enough for the ends of an interval, and a moment for thousands of rows. */
const BOOTSTRAP_SAMPLES = 400;

/** Rows of a frame as the bundle stores them. Values become float32 where the model reads float32. */
export function columnsOf(
  names: readonly string[],
  values: readonly (readonly (number | string | boolean | null)[])[]
): Columns {
  return Object.fromEntries(names.map((name, i) => [name, [...values[i]!]]));
}

/** Places of the test rows of a frame that a bundle keeps: the last ones. */
export function keptOfFrame(rows: number): number[] {
  const first = Math.max(0, rows - MOST_KEPT);
  return Array.from({ length: rows - first }, (_, i) => first + i);
}

/** What was asked, and what of it the bundle keeps. */
export interface Judged {
  readonly target: Target;
  /** How the rows were split, in words. */
  readonly split: string;
  /** Places of the test rows that are kept. */
  readonly kept: readonly number[];
  /** The kept rows. */
  readonly inputs: Columns;
  /** Baselines beside those of the training rows. */
  readonly baselines: Known;
}

/**
 * Metrics of the model and of every baseline on all test rows, with the rows that are kept.
 *
 * @param outputs the model's answers for the test rows: probabilities [rows, classes], or values [rows].
 */
export function evaluateRows(
  { target, split, kept, inputs, baselines }: Judged,
  outputs: ArrayLike<number>
): Evaluation {
  const rows = kept.length;
  const pick = <T>(values: readonly T[]): T[] => kept.map(place => values[place]!);
  const shared = { split, rows, ...(rows < target.test.length ? { test_rows: target.test.length } : {}), inputs };
  return target.labels
    ? classification(target, target.labels, outputs, baselines, shared, pick)
    : regression(target, outputs, baselines, shared, pick);
}

/** The same for the rows of a frame, of which the last ones are kept. */
export async function evaluate(
  test: Frame,
  inputs: readonly string[],
  target: Target,
  outputs: ArrayLike<number>,
  split: string
): Promise<Evaluation> {
  const kept = keptOfFrame(test.rowCount);
  const values = (await test.values(inputs)).map(column => column.slice(-kept.length));
  const persistence = await persistenceBaseline(test, target.name);
  const judged: Judged = {
    target,
    split,
    kept,
    inputs: columnsOf(inputs, values),
    baselines: persistence === null ? [] : [persistence]
  };
  return evaluateRows(judged, outputs);
}

type Shared = Pick<Evaluation, 'split' | 'rows' | 'test_rows' | 'inputs'>;
type Kept = <T>(values: readonly T[]) => T[];
/** Baselines beside those of the training rows. */
type Known = readonly BaselinePrediction<string | number>[];

function classification(
  target: Target,
  labels: readonly string[],
  probabilities: ArrayLike<number>,
  known: Known,
  shared: Shared,
  pick: Kept
): Evaluation {
  const predicted = argMax(probabilities, labels.length);
  const names = (indices: readonly number[]): string[] => indices.map(i => labels[i]!);
  const truth = names(target.test);
  const candidates = [
    majorityBaseline(names(target.train), truth.length),
    ...known.map(baseline => ({ ...baseline, predictions: baseline.predictions.map(String) }))
  ];
  const baselines: BaselineResult[] = candidates.map(b => ({
    name: b.name,
    description: b.description,
    value: accuracy(
      target.test,
      b.predictions.map(p => labels.indexOf(p))
    ),
    predictions: pick(b.predictions)
  }));
  const value = accuracy(target.test, predicted);
  const rows = target.test.length;
  const metrics = defined({
    accuracy: value,
    log_loss: logLoss(target.test, probabilities, labels.length),
    balanced_accuracy: balancedAccuracy(target.test, predicted, labels.length),
    mcc: matthews(target.test, predicted, labels.length),
    ...(labels.length === 2
      ? twoClasses(target.test, predicted, probabilities)
      : {
          f1_macro: macroF1(target.test, predicted, labels.length),
          roc_auc_macro: macroRocAuc(target.test, probabilities, labels.length)
        })
  });
  const interval = [...wilsonInterval(Math.round(value * rows), rows)] as [number, number];
  return {
    metric: 'accuracy',
    higher_is_better: true,
    value,
    interval,
    metrics,
    ...shared,
    truth: pick(truth),
    baselines
  };
}

/** What is known of the second of two classes. */
function twoClasses(
  truth: readonly number[],
  predicted: readonly number[],
  probabilities: ArrayLike<number>
): Record<string, number> {
  const scores = truth.map((_, row) => probabilities[row * 2 + 1]!);
  const happened = truth.map(label => label === 1);
  return {
    ...precisionRecall(truth, predicted, 1),
    roc_auc: rocAuc(truth, scores, 1),
    average_precision: averagePrecision(happened, scores),
    brier: brierScore(happened, scores),
    calibration_error: calibrationError(happened, scores)
  };
}

/** Without those that these rows do not define. */
function defined(metrics: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(metrics).filter(([, value]) => !Number.isNaN(value)));
}

function regression(target: Target, outputs: ArrayLike<number>, known: Known, shared: Shared, pick: Kept): Evaluation {
  const predicted = Array.from(outputs);
  const candidates = [
    meanBaseline(target.train, target.test.length),
    ...known.map(baseline => ({ ...baseline, predictions: baseline.predictions.map(Number) }))
  ];
  const baselines: BaselineResult[] = candidates.map(b => ({
    name: b.name,
    description: b.description,
    value: rmse(target.test, b.predictions),
    predictions: pick(b.predictions)
  }));
  const value = rmse(target.test, predicted);
  const metrics = defined({
    rmse: value,
    mae: mae(target.test, predicted),
    median_absolute_error: medianAbsoluteError(target.test, predicted),
    mape: mape(target.test, predicted),
    explained_variance: explainedVariance(target.test, predicted),
    r2: r2(target.test, predicted)
  });
  const interval = bootstrapInterval(
    target.test.length,
    drawn =>
      rmse(
        drawn.map(row => target.test[row]!),
        drawn.map(row => predicted[row]!)
      ),
    { samples: BOOTSTRAP_SAMPLES }
  );
  return {
    metric: 'rmse',
    higher_is_better: false,
    value,
    interval: [...interval],
    metrics,
    ...shared,
    truth: pick(target.test),
    baselines
  };
}
