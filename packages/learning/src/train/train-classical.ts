import { notebook, SlipwayError } from '@slipway/notebook';
import type { Estimator } from '../models/estimator.js';
import { fitLasso } from '../models/lasso.js';
import { fitLinear } from '../models/linear.js';
import { fitLinearSvm } from '../models/linear-svm.js';
import { fitLogistic } from '../models/logistic.js';
import { fitNaiveBayes } from '../models/naive-bayes.js';
import { fitNeighbors } from '../models/neighbors.js';
import type { GradientBoostingOptions, ClassicalSpec, RandomForestOptions } from '../models/specs.js';
import { fitBoosting } from '../models/trees/boosting.js';
import type { ValidationSettings } from '../models/trees/early-stopping.js';
import { fitDecisionTree, fitForest } from '../models/trees/forest.js';
import { LossChart } from './loss-chart.js';
import type { ModelInputs } from '../prep/model-inputs.js';
import { holdBack } from './held-back-rows.js';
import { rowsAt } from '../examples/examples.js';
import { columnRules } from '../examples/column-rules.js';
import type { Training } from './train-estimator.js';

/** Fits a model of plain TypeScript, and logs its settings. @throws SlipwayError MODEL_MISMATCH for the other task. */
export async function trainClassical(model: ClassicalSpec, training: Training): Promise<Estimator> {
  const { inputs: prep, rows, target, run, settings } = training;
  if (model.kind !== 'gradientBoosting') {
    refuseMissing(prep, rows);
  }
  const classes = target.labels?.length ?? null;
  const log = (values: Record<string, string | number>): void => run.logParams({ model: model.kind, ...values });
  switch (model.kind) {
    case 'linearRegression':
      regressionOnly(training, 'A linear regression');
      log({});
      return fitLinear(rows, prep.width, target.train, 0);
    case 'ridge': {
      const alpha = model.options.alpha ?? 1;
      regressionOnly(training, 'Ridge');
      log({ alpha });
      return fitLinear(rows, prep.width, target.train, alpha);
    }
    case 'lasso': {
      const alpha = model.options.alpha ?? 1;
      regressionOnly(training, 'A lasso');
      log({ alpha });
      return fitLasso(rows, prep.width, target.train, alpha);
    }
    case 'logisticRegression': {
      const l2 = model.options.l2 ?? 1;
      log({ l2 });
      return fitLogistic(rows, prep.width, target.train, classesOf(training, 'A logistic regression'), l2);
    }
    case 'linearSvm': {
      const c = model.options.c ?? 1;
      log({ c });
      return fitLinearSvm(rows, prep.width, target.train, classesOf(training, 'A linear SVM'), c, settings.seed);
    }
    case 'naiveBayes':
      log({});
      return fitNaiveBayes(rows, prep.width, target.train, classesOf(training, 'Naive Bayes'));
    case 'kNeighbors': {
      const k = model.options.k ?? 5;
      log({ k });
      return fitNeighbors(rows, prep.width, target.train, classes, k);
    }
    case 'decisionTree': {
      const { maxDepth = Infinity, minSamplesLeaf = 1 } = model.options;
      log({ max_depth: wordOf(maxDepth), min_samples_leaf: minSamplesLeaf });
      const limits = { depth: maxDepth, minRows: minSamplesLeaf };
      return fitDecisionTree(rows, prep.width, target.train, classes, limits);
    }
    case 'randomForest':
      return trainForest(model.options, classes, training);
    case 'gradientBoosting':
      return trainBoosting(model.options, classes, training);
  }
}

function regressionOnly({ target }: Training, what: string): void {
  if (target.labels !== null) {
    throw new SlipwayError('MODEL_MISMATCH', `"${target.name}" holds classes; ${lower(what)} predicts numbers.`, {
      remedy: 'Use slip.logisticRegression(), or say { task: "regression" } if the classes are a quantity.'
    });
  }
}

function classesOf({ target }: Training, what: string): number {
  if (target.labels === null) {
    throw new SlipwayError('MODEL_MISMATCH', `"${target.name}" holds numbers; ${lower(what)} predicts classes.`, {
      remedy: 'Use slip.linearRegression(), slip.randomForest() or slip.gradientBoosting().'
    });
  }
  return target.labels.length;
}

function lower(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}

/** Only boosting knows what to do with a missing value. */
function refuseMissing(prep: ModelInputs, rows: Float32Array): void {
  if (prep.kind === 'tensor') {
    return;
  }
  const kept = prep.columns.filter(c => c.type === 'numeric' && c.steps.some(step => step.kind === 'keepMissing'));
  if (kept.length === 0 || !rows.some(Number.isNaN)) {
    return;
  }
  const names = kept.map(column => `"${column.name}"`);
  throw new SlipwayError(
    'MODEL_MISMATCH',
    `The prep keeps missing values (${names.join(', ')}), and this model takes none.`,
    {
      remedy: `Use .impute(${names.join(', ')}) instead of .keepMissing(), or fit slip.gradientBoosting().`
    }
  );
}

async function trainForest(
  options: RandomForestOptions,
  classes: number | null,
  training: Training
): Promise<Estimator> {
  const { run, inputs: prep, rows, target, settings } = training;
  const { trees = 100, maxDepth: depth = Infinity, minSamplesLeaf: minRows = 1, maxFeatures: columns } = options;
  run.logParams({
    model: 'randomForest',
    trees,
    max_depth: wordOf(depth),
    min_samples_leaf: minRows,
    seed: settings.seed,
    ...(columns ? { max_features: columns } : {})
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
  options: GradientBoostingOptions,
  classes: number | null,
  training: Training
): Promise<Estimator> {
  const { run, inputs: prep } = training;
  const rounds = options.trees ?? 100;
  const book = notebook();
  const { signal } = book;
  const chart = new LossChart(book, `Boosting on ${training.target.name}`, rounds);
  const { categorical, monotone, ...numbers } = options;
  const rules = columnRules(prep, categorical ?? [], monotone ?? {}, classes);
  const { rows, target, validation } = boostingData(options, classes, training);
  run.logParams({
    model: 'gradientBoosting',
    trees: rounds,
    ...numbers,
    ...(validation ? { seed: training.settings.seed } : {}),
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
  const settings = { ...numbers, rules, validation };
  const estimator = await fitBoosting(
    rows,
    prep.width,
    target,
    classes,
    settings,
    async (round, loss, validationLoss) => {
      done = round + 1;
      run.logMetrics({ loss, ...(validationLoss === undefined ? {} : { val_loss: validationLoss }) }, round);
      run.logProgress({ fraction: done / rounds, label: `round ${done} of ${rounds}` });
      chart.add(done, loss, validationLoss);
      await pause();
      return signal.aborted;
    }
  );
  if (validation) {
    run.logMetric('best_iteration', estimator.rounds);
  }
  const best = validation ? `; the best is round ${estimator.rounds}` : '';
  const early = done < rounds ? ', stopped early: the validation loss no longer fell' : '';
  chart.finish(
    signal.aborted && done < rounds
      ? `interrupted after round ${done}; ${validation ? `round ${estimator.rounds} is the best so far` : 'its trees are kept'}`
      : `${done} rounds${early}${best}`
  );
  return estimator;
}

/** The rows to learn from and, with early stopping, those that are held back. */
function boostingData(
  { earlyStopping = false, validationFraction = 0.1, nIterNoChange = 10, tol = 1e-7 }: GradientBoostingOptions,
  classes: number | null,
  { rows, target, inputs, settings, inTimeOrder }: Training
): { rows: Float32Array; target: readonly number[]; validation?: ValidationSettings } {
  const all = target.train;
  if (!earlyStopping) {
    return { rows, target: all };
  }
  const { learned, held } = holdBack(all, classes, validationFraction, { inTimeOrder, seed: settings.seed });
  const part = (places: readonly number[]): { rows: Float32Array; target: number[] } => ({
    rows: rowsAt(rows, inputs.width, places),
    target: places.map(place => all[place]!)
  });
  return { ...part(learned), validation: { ...part(held), nIterNoChange, tol } };
}

/** Interrupts and heartbeats are heard between two rounds. */
function pause(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve));
}

function wordOf(depth: number): number | string {
  return depth === Infinity ? 'unlimited' : depth;
}
