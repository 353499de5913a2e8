import type { BaselineResult, Evaluation } from '@slipway/contract';
import { namedFeeds, type ImportedModel } from '@slipway/onnx/import';
import type { Frame } from '@slipway/frames';
import { evaluate } from '../evaluation/evaluate.js';
import { splitOf } from '../examples/examples.js';
import { answersOf, columnsOf, truthOf } from './evaluate-import.js';

/** One quantity of several: how it was answered, and how far its truth spreads. */
interface Judged {
  readonly name: string;
  readonly evaluation: Evaluation;
  /** Standard deviation of the truth on the test rows. */
  readonly spread: number;
}

/**
 * How an imported regression of several quantities answers on test rows, beside the baselines. What decides is nrmse: the root of the
 * mean, over rows and quantities, of the squared errors, each divided by the standard deviation of its quantity on the test rows, so
 * that no quantity counts more for its unit. 1 is as good as the mean of the test rows.
 *
 * @param names of the quantities: the columns of the test rows with their truth.
 * @param train rows from which the baselines learn; null: the test rows.
 * @throws SlipwayError COLUMN_UNKNOWN, TARGET_MISSING, COLUMN_TYPE for rows that the model cannot be asked about.
 */
export async function evaluateImportedValues(
  model: ImportedModel,
  test: Frame,
  train: Frame | null,
  names: readonly string[]
): Promise<Evaluation> {
  const { inputs } = model.signature;
  const read = inputs.map(input => input.name);
  const columns = await columnsOf(model, test, read);
  const answers = await answersOf(model, test.rowCount, (from, to) => namedFeeds(inputs, columns, from, to));
  const judged: Judged[] = [];
  for (const [place, name] of names.entries()) {
    const truth = await truthOf(test, name, null);
    const learned = train ? await truthOf(train, name, null) : truth;
    const target = { name, task: 'regression' as const, labels: null, train: learned, test: truth };
    const own = truth.map((_, row) => answers[row * names.length + place]!);
    judged.push({
      name,
      evaluation: await evaluate(test, read, target, own, splitOf(test)),
      spread: deviation(truth)
    });
  }
  return joined(judged);
}

function joined(judged: readonly Judged[]): Evaluation {
  const [first] = judged;
  const { split, rows, test_rows, inputs } = first!.evaluation;
  const nrmse = scaledError(judged, evaluation => evaluation.value);
  const each = judged.flatMap(({ name, evaluation: { metrics } }) =>
    ['rmse', 'r2'].flatMap(metric => (metric in metrics ? [[`${metric}.${name}`, metrics[metric]!] as const] : []))
  );
  return {
    metric: 'nrmse',
    higher_is_better: false,
    value: nrmse,
    metrics: { nrmse, ...Object.fromEntries(each) },
    split,
    rows,
    ...(test_rows === undefined ? {} : { test_rows }),
    inputs,
    truth: rowByRow(judged.map(({ evaluation }) => evaluation.truth)),
    baselines: first!.evaluation.baselines.flatMap(baseline => joinedBaseline(judged, baseline))
  };
}

/** A baseline of all quantities; none when one of them lacks it. */
function joinedBaseline(judged: readonly Judged[], { name, description }: BaselineResult): BaselineResult[] {
  const own = judged.map(({ evaluation }) => evaluation.baselines.find(baseline => baseline.name === name));
  if (own.includes(undefined)) {
    return [];
  }
  const value = scaledError(judged, ({ baselines }) => baselines.find(baseline => baseline.name === name)!.value);
  const predictions = rowByRow(own.map(baseline => baseline!.predictions));
  return [{ name, description: `${description}, and so for each quantity`, value, predictions }];
}

/** Root of the mean of squared errors, each in standard deviations of its quantity. */
function scaledError(judged: readonly Judged[], rmseOf: (evaluation: Evaluation) => number): number {
  const squares = judged.map(({ evaluation, spread }) => (rmseOf(evaluation) / spread) ** 2);
  return Math.sqrt(squares.reduce((a, b) => a + b, 0) / squares.length);
}

/** Columns of one length as [rows, columns], row-major. */
function rowByRow<T>(columns: readonly (readonly T[])[]): T[] {
  return columns[0]!.flatMap((_, row) => columns.map(column => column[row]!));
}

/** Standard deviation; 1 for what does not vary, which is not a scale. */
function deviation(values: readonly number[]): number {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) || 1;
}
