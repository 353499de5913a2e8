import { notebook, SlipwayError } from '@slipway/notebook';
import type { Estimator } from '../models/estimator.js';
import { fitLasso } from '../models/lasso.js';
import { fitLinear } from '../models/linear.js';
import { fitLinearSvm } from '../models/linear-svm.js';
import { fitLogistic } from '../models/logistic.js';
import { fitNaiveBayes } from '../models/naive-bayes.js';
import { fitNeighbours } from '../models/neighbours.js';
import type { BoostingOptions, ClassicalSpec, ForestOptions } from '../models/specs.js';
import { fitBoosting } from '../models/trees/boosting.js';
import { fitDecisionTree, fitForest } from '../models/trees/forest.js';
import { LossChart } from './loss-chart.js';
import type { ModelInputs } from '../prep/model-inputs.js';
import { columnRules } from '../examples/column-rules.js';
import type { Training } from './train-estimator.js';

/** Fits a model of plain TypeScript, and logs its settings. @throws SlipwayError MODEL_MISMATCH for the other task. */
export async function trainClassical(model: ClassicalSpec, training: Training): Promise<Estimator> {
  const { inputs: prep, rows, target, run, settings } = training;
  if (model.kind !== 'boosting') refuseMissing(prep, rows);
  const classes = target.labels?.length ?? null;
  const log = (values: Record<string, string | number>): void => run.logParams({ model: model.kind, ...values });
  switch (model.kind) {
    case 'linear': {
      const l2 = model.options.l2 ?? 0;
      numbersOnly(training, 'A linear regression');
      log({ l2 });
      return fitLinear(rows, prep.width, target.train, l2);
    }
    case 'lasso': {
      const l1 = model.options.l1 ?? 1;
      numbersOnly(training, 'A lasso');
      log({ l1 });
      return fitLasso(rows, prep.width, target.train, l1);
    }
    case 'logistic': {
      const l2 = model.options.l2 ?? 1;
      log({ l2 });
      return fitLogistic(rows, prep.width, target.train, classesOf(training, 'A logistic regression'), l2);
    }
    case 'svm': {
      const c = model.options.c ?? 1;
      log({ c });
      return fitLinearSvm(rows, prep.width, target.train, classesOf(training, 'A linear SVM'), c, settings.seed);
    }
    case 'naiveBayes':
      log({});
      return fitNaiveBayes(rows, prep.width, target.train, classesOf(training, 'Naive Bayes'));
    case 'neighbours': {
      const k = model.options.k ?? 5;
      log({ k });
      return fitNeighbours(rows, prep.width, target.train, classes, k);
    }
    case 'tree': {
      const { depth = Infinity, minRows = 1 } = model.options;
      log({ depth: wordOf(depth), min_rows: minRows });
      return fitDecisionTree(rows, prep.width, target.train, classes, { depth, minRows });
    }
    case 'forest':
      return trainForest(model.options, classes, training);
    case 'boosting':
      return trainBoosting(model.options, classes, training);
  }
}

function numbersOnly({ target }: Training, what: string): void {
  if (target.labels !== null) {
    throw new SlipwayError('MODEL_MISMATCH', `"${target.name}" holds classes; ${lower(what)} predicts numbers.`, {
      remedy: 'Use slip.logistic(), or say { task: "regression" } if the classes are a quantity.'
    });
  }
}

function classesOf({ target }: Training, what: string): number {
  if (target.labels === null) {
    throw new SlipwayError('MODEL_MISMATCH', `"${target.name}" holds numbers; ${lower(what)} predicts classes.`, {
      remedy: 'Use slip.linear(), slip.forest() or slip.boosting().'
    });
  }
  return target.labels.length;
}

function lower(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}

/** Only boosting knows what to do with a missing value. */
function refuseMissing(prep: ModelInputs, rows: Float32Array): void {
  if (prep.kind === 'tensor') return;
  const kept = prep.columns.filter(c => c.type === 'numeric' && c.steps.some(step => step.kind === 'keepMissing'));
  if (kept.length === 0 || !rows.some(Number.isNaN)) return;
  const names = kept.map(column => `"${column.name}"`);
  throw new SlipwayError(
    'MODEL_MISMATCH',
    `The prep keeps missing values (${names.join(', ')}), and this model takes none.`,
    {
      remedy: `Use .impute(${names.join(', ')}) instead of .keepMissing(), or fit slip.boosting().`
    }
  );
}

async function trainForest(options: ForestOptions, classes: number | null, training: Training): Promise<Estimator> {
  const { run, inputs: prep, rows, target, settings } = training;
  const { trees = 100, depth = Infinity, minRows = 1, columns } = options;
  run.logParams({
    model: 'forest',
    trees,
    depth: wordOf(depth),
    min_rows: minRows,
    seed: settings.seed,
    ...(columns ? { columns } : {})
  });
  const { signal } = notebook();
  const forest = { trees, depth, minRows, columns, seed: settings.seed };
  return fitForest(rows, prep.width, target.train, classes, forest, async number => {
    run.logProgress({ fraction: (number + 1) / trees, label: `tree ${number + 1} of ${trees}` });
    await pause();
    return signal.aborted;
  });
}

async function trainBoosting(
  options: BoostingOptions,
  classes: number | null,
  { run, inputs: prep, rows, target }: Training
): Promise<Estimator> {
  const rounds = options.trees ?? 100;
  const book = notebook();
  const { signal } = book;
  const chart = new LossChart(book, `Boosting on ${target.name}`, rounds);
  const { categorical, monotone, ...numbers } = options;
  const rules = columnRules(prep, categorical ?? [], monotone ?? {}, classes);
  run.logParams({
    model: 'boosting',
    trees: rounds,
    ...numbers,
    ...(categorical ? { categorical: categorical.join(',') } : {}),
    ...(monotone
      ? {
          monotone: Object.entries(monotone)
            .map(pair => pair.join(' '))
            .join(',')
        }
      : {})
  });
  let done = 0;
  const settings = { ...numbers, rules };
  const estimator = await fitBoosting(rows, prep.width, target.train, classes, settings, async (round, loss) => {
    done = round + 1;
    run.logMetric('loss', loss, round);
    run.logProgress({ fraction: done / rounds, label: `round ${done} of ${rounds}` });
    chart.add(done, loss, undefined);
    await pause();
    return signal.aborted;
  });
  chart.finish(done < rounds ? `interrupted after round ${done}; its trees are kept` : `${done} rounds`);
  return estimator;
}

/** Interrupts and heartbeats are heard between two rounds. */
function pause(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve));
}

function wordOf(depth: number): number | string {
  return depth === Infinity ? 'unlimited' : depth;
}
