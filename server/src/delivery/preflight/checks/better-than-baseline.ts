import type { BaselineResult, Evaluation, ModelSignature } from '@slipway/contract';
import type { Outputs } from '@slipway/tensor-inputs';
import type { Check, Finding } from '../check.js';
import { mcNemarP, pairedP } from '@slipway/statistics/significance';
import { counted, formatNumber } from '@slipway/wording';

/** A difference with a larger p may be due to chance. */
const SIGNIFICANT = 0.05;

export const betterThanBaseline: Check = {
  id: 'better-than-baseline',
  title: 'Better than the baselines',
  protectsFrom: 'a model that a one-line rule beats',
  async run(examination) {
    const { task } = examination.signature;
    const evaluation = await examination.evaluation();
    if (task === 'clustering' || task === 'projection') {
      const measured =
        evaluation === null
          ? ''
          : ` ${evaluation.metric} ${formatNumber(evaluation.value)} on ${counted(evaluation.test_rows ?? evaluation.rows, 'row')}.`;
      return {
        verdict: 'not_applicable',
        evidence: `There are no true values to compare ${task === 'clustering' ? 'clusters' : 'components'} with.${measured}`
      };
    }
    if (evaluation === null) {
      return {
        verdict: 'warn',
        evidence: 'The model was imported without test rows, so its quality was not measured.',
        remedy: 'Import it again with them: slip.importOnnx(file, { test, target }).'
      };
    }
    if (evaluation.baselines.length === 0) {
      return {
        verdict: 'warn',
        evidence: 'The bundle holds no baseline to compare with.',
        remedy: 'Fit with slip.fit.'
      };
    }
    const outputs = await examination.answers(evaluation.inputs);
    return examination.signature.labels
      ? judgeClasses(evaluation, examination.signature, outputs)
      : judgeValues(evaluation, examination.signature, outputs);
  }
};

function judgeClasses(evaluation: Evaluation, signature: ModelSignature, outputs: Outputs): Finding {
  const label = signature.outputs.find(o => o.role === 'label')!.name;
  const predicted = Array.from(outputs[label]!.data, String);
  const truth = evaluation.truth.map(String);
  const right = predicted.map((p, i) => p === truth[i]);
  const value = share(right);
  const results = evaluation.baselines.map(baseline => {
    const theirs = baseline.predictions.map((p, i) => String(p) === truth[i]);
    const better = right.filter((r, i) => r && !theirs[i]).length;
    const worse = right.filter((r, i) => !r && theirs[i]).length;
    return { baseline, theirValue: share(theirs), p: mcNemarP(better, worse) };
  });
  const best = results.reduce((a, b) => (b.theirValue > a.theirValue ? b : a));
  return verdict(
    'accuracy',
    value,
    best.baseline,
    best.theirValue,
    best.p,
    value > best.theirValue,
    rowsOf(evaluation)
  );
}

function judgeValues(evaluation: Evaluation, signature: ModelSignature, outputs: Outputs): Finding {
  const { name, names } = signature.outputs.find(o => o.role === 'value')!;
  const truth = evaluation.truth.map(Number);
  const losses = names ? scaledLosses(truth, names.length) : squaredLosses(truth);
  const ours = losses(outputs[name]!.data);
  const results = evaluation.baselines.map(baseline => ({ baseline, theirs: losses(baseline.predictions) }));
  const best = results.reduce((a, b) => (rootMean(b.theirs) < rootMean(a.theirs) ? b : a));
  const value = rootMean(ours);
  const theirValue = rootMean(best.theirs);
  return verdict(
    names ? 'nrmse' : 'rmse',
    value,
    best.baseline,
    theirValue,
    pairedP(ours, best.theirs),
    value < theirValue,
    rowsOf(evaluation)
  );
}

/** On how many rows both were asked here. */
function rowsOf({ rows, test_rows: all = rows }: Evaluation): string {
  return all > rows ? `${rows} kept ones of ${all} test rows` : `${rows} test rows`;
}

function verdict(
  metric: string,
  value: number,
  baseline: BaselineResult,
  theirValue: number,
  p: number,
  better: boolean,
  rows: string
): Finding {
  const numbers = `${metric} ${formatNumber(value)} against ${formatNumber(theirValue)} of ${baseline.name} (${baseline.description}), ${rows}, p ${p < 0.001 ? '< .001' : `= ${formatNumber(p)}`}`;
  if (!better) {
    return {
      verdict: 'fail',
      evidence: `Not better: ${numbers}.`,
      remedy: `Use the ${baseline.name} baseline, or add inputs with more information.`
    };
  }
  if (p > SIGNIFICANT) {
    return {
      verdict: 'warn',
      evidence: `Better, but the difference may be due to chance: ${numbers}.`,
      remedy: 'Test on more rows, or improve the model until the difference is clear.'
    };
  }
  return { verdict: 'pass', evidence: `Better: ${numbers}.` };
}

/** The loss of each row for predictions of it. */
type Losses = (predictions: ArrayLike<unknown>) => number[];

function squaredLosses(truth: readonly number[]): Losses {
  return predictions => truth.map((t, i) => (t - Number(predictions[i])) ** 2);
}

/** Of several quantities in each row, row-major: each counts in standard deviations of its truth. */
function scaledLosses(truth: readonly number[], width: number): Losses {
  const rows = truth.length / width;
  const spreads = Array.from({ length: width }, (_, place) => {
    const own = Array.from({ length: rows }, (_, row) => truth[row * width + place]!);
    const mean = own.reduce((a, b) => a + b, 0) / rows;
    return Math.sqrt(own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / rows) || 1;
  });
  return predictions =>
    Array.from({ length: rows }, (_, row) =>
      spreads.reduce((sum, spread, place) => {
        const at = row * width + place;
        return sum + ((truth[at]! - Number(predictions[at])) / spread) ** 2 / width;
      }, 0)
    );
}

function share(flags: readonly boolean[]): number {
  return flags.filter(Boolean).length / flags.length;
}

function rootMean(losses: readonly number[]): number {
  return Math.sqrt(losses.reduce((a, b) => a + b, 0) / losses.length);
}
