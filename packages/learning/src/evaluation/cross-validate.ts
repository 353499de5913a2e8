import type { LayersModel } from '@tensorflow/tfjs';
import type { Evaluation } from '@slipway/contract';
import { type FoldOptions, foldsOf, type Frame } from '@slipway/frames';
import {
  gatherWarnings,
  type MimeBundle,
  renderCard,
  renderTable,
  SlipwayError,
  textTable,
  warnOfCell
} from '@slipway/notebook';
import { isModelSpec, type ModelSpec } from '../models/specs.js';
import { run as startRun } from '../runs/run.js';
import { fit, type FitOptions } from '../train/fit.js';
import { formatNumber } from '@slipway/wording';

/** Like `slip.fit`, with one frame that is cut into folds instead of two parts. */
export interface CrossValidationOptions
  extends Omit<FitOptions, 'train' | 'test' | 'checkpoint' | 'resume'>, FoldOptions {
  frame: Frame;
}

/** What one model said of the rows that it did not learn from. */
export interface Fold {
  readonly trainRows: number;
  readonly testRows: number;
  readonly evaluation: Evaluation;
}

/** How a way of making models does, over several of them. */
export class CrossValidation {
  constructor(
    readonly target: string,
    readonly folds: readonly Fold[]
  ) {}

  /** The metric that decides. */
  get metric(): string {
    return this.folds[0]!.evaluation.metric;
  }

  /** Mean of a metric over the folds. */
  mean(metric = this.metric): number {
    const values = this.#valuesOf(metric);
    return values.reduce((a, b) => a + b, 0) / values.length;
  }

  /** Standard deviation of a metric from fold to fold (n − 1). The folds share training rows, so it is rather too small. */
  deviation(metric = this.metric): number {
    const mean = this.mean(metric);
    const values = this.#valuesOf(metric);
    return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
  }

  /** Mean of the deciding metric of each baseline that every fold has. */
  get baselines(): Record<string, number> {
    const names = this.folds[0]!.evaluation.baselines.map(baseline => baseline.name);
    return Object.fromEntries(
      names.flatMap(name => {
        const values = this.folds.map(
          fold => fold.evaluation.baselines.find(baseline => baseline.name === name)?.value
        );
        return values.every(value => value !== undefined)
          ? [[name, values.reduce((a, b) => a + b, 0) / values.length]]
          : [];
      })
    );
  }

  /** In how many folds the model is better than the best baseline. */
  get wins(): number {
    return this.folds.filter(({ evaluation: { value, baselines, higher_is_better } }) => {
      return baselines.every(baseline => (higher_is_better ? value > baseline.value : value < baseline.value));
    }).length;
  }

  #valuesOf(metric: string): number[] {
    const values = this.folds.map(fold => fold.evaluation.metrics[metric]);
    if (values.every(value => value !== undefined)) {
      return values;
    }
    const known = Object.keys(this.folds[0]!.evaluation.metrics).join(', ');
    throw new SlipwayError('OPTION_INVALID', `Not every fold has the metric "${metric}".`, {
      remedy: `There are ${known}.`
    });
  }

  [Symbol.for('Jupyter.display')](): MimeBundle {
    const baselines = Object.keys(this.baselines);
    const header = ['fold', 'learned from', 'tested on', this.metric, ...baselines.map(name => `baseline: ${name}`)];
    const rows = this.folds.map(({ trainRows, testRows, evaluation }, i) => [
      String(i + 1),
      String(trainRows),
      String(testRows),
      formatNumber(evaluation.value),
      ...baselines.map(name => formatNumber(evaluation.baselines.find(baseline => baseline.name === name)!.value))
    ]);
    rows.push([
      'mean',
      '',
      '',
      formatNumber(this.mean()),
      ...Object.values(this.baselines).map(value => formatNumber(value))
    ]);
    const subtitle =
      `${this.metric} ${formatNumber(this.mean())} ± ${formatNumber(this.deviation())} from fold to fold · ` +
      `better than every baseline in ${this.wins} of ${this.folds.length}`;
    return {
      'text/html': renderCard({
        title: `Cross-validation of ${this.target}`,
        subtitle,
        body: renderTable(header, rows)
      }),
      'text/plain': [`Cross-validation of ${this.target}: ${subtitle}`, textTable(header, rows)].join('\n')
    };
  }
}

/**
 * Fits the model once for each fold, prep included, and tests it on rows that it did not learn from. Every fold is a run of its
 * own; the run that holds them together has the means.
 *
 * @throws SlipwayError as `slip.fit`, and OPTION_INVALID for folds that cannot be.
 * @example
 * const weather = await slip.data('weather', 'npm:vega-datasets/data/seattle-weather.csv', { time: 'date' });
 * await slip.crossValidate(slip.ridge(), {
 *   prep: slip.prep().standardize('temp_min', 'wind'),
 *   frame: weather,
 *   target: 'temp_max',
 *   by: 'time',
 *   folds: 3
 * });
 */
export async function crossValidate(
  model: ModelSpec | LayersModel,
  options: CrossValidationOptions
): Promise<CrossValidation> {
  if (!isModelSpec(model)) {
    throw new SlipwayError('OPTION_INVALID', 'A network of your own would go on learning from fold to fold.', {
      remedy: 'Describe it with slip.mlp({ hidden: […] }), or make folds with frame.split and a new network for each.'
    });
  }
  const { frame, folds: count = 5, by, column, seed, ...rest } = options;
  const splits = await foldsOf(frame, { folds: count, by, ...(column === undefined ? {} : { column }), seed });
  const experiment = options.target;
  const whole = await startRun(
    experiment,
    async run => {
      run.logParams({ model: model.kind, folds: count, by, ...(column === undefined ? {} : { column }) });
      const folds: Fold[] = [];
      const warnings: string[][] = [];
      for (const [i, { train, test }] of splits.entries()) {
        run.logProgress({ fraction: i / count, label: `fold ${i + 1} of ${count}` });
        const name = `${run.name}, fold ${i + 1} of ${count}`;
        const ofFold: string[] = [];
        warnings.push(ofFold);
        const one = await gatherWarnings(ofFold, () =>
          startRun(
            experiment,
            inner => {
              inner.setTag('mlflow.parentRunId', run.id);
              // Whether a network can overfit a small batch is the same in each fold.
              const smallBatch = i === 0 ? rest.smallBatch : 'skip';
              return fit(model, { ...rest, train, test, smallBatch, ...(seed === undefined ? {} : { seed }) });
            },
            { name }
          )
        ).catch((error: unknown) => {
          warnOncePerKind(warnings, count);
          throw error;
        });
        const { evaluation } = one.result;
        run.logMetric(`fold.${evaluation.metric}`, evaluation.value, i);
        folds.push({ trainRows: train.rowCount, testRows: test.rowCount, evaluation });
      }
      warnOncePerKind(warnings, count);
      const result = new CrossValidation(options.target, folds);
      run.logMetrics({ [result.metric]: result.mean(), [`${result.metric}_deviation`]: result.deviation() }, 0);
      for (const [name, value] of Object.entries(result.baselines)) {
        run.logMetric(`baseline.${name}.${result.metric}`, value, 0);
      }
      return result;
    },
    { name: `cross-validation of ${model.kind}` }
  );
  return whole.result;
}

/** What was found in several folds is told once, in the words and figures of the first; its first clause says what it is. */
function warnOncePerKind(warnings: readonly (readonly string[])[], count: number): void {
  const kinds = new Map<string, { message: string; folds: Set<number> }>();
  for (const [fold, messages] of warnings.entries()) {
    for (const message of messages) {
      const kind = message.split(/: |\n/)[0]!.replace(/[-−]?\d[\d.,]*(?:e[+-]?\d+)?/g, '#');
      const known = kinds.get(kind) ?? { message, folds: new Set() };
      kinds.set(kind, known);
      known.folds.add(fold + 1);
    }
  }
  for (const { message, folds } of kinds.values()) {
    warnOfCell(`In ${folds.size} of ${count} folds, here fold ${[...folds][0]}: ${message}`);
  }
}
