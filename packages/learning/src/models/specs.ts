import { SlipwayError } from '@slipway/notebook';
import type { CnnOptions } from './cnn.js';
import type { MlpOptions } from './mlp.js';

export interface RidgeOptions {
  /** Strength of the L2 penalty on the coefficients, as scikit-learn's alpha. Default 1. */
  alpha?: number;
}

export interface LogisticRegressionOptions {
  /** Strength of the L2 penalty: `l2 / 2 · |w|²` beside the summed log loss. Default 1, as scikit-learn's C = 1. */
  l2?: number;
}

export interface GradientBoostingOptions {
  /** Rounds of boosting; each adds one tree for each class (one for two classes, one for a regression). */
  trees?: number;
  /** Maximum number of leaves of one tree. */
  maxLeaves?: number;
  /** Share of each tree's answer that is added. */
  learningRate?: number;
  /** Minimum number of training rows in a leaf. */
  minSamplesLeaf?: number;
  /** Strength of the L2 penalty on the leaves' values. */
  l2?: number;
  /**
   * Holds back some training rows, stops when the loss on them no longer falls, and keeps the rounds up to the one with the lowest
   * loss. Default false.
   */
  earlyStopping?: boolean;
  /** With `earlyStopping`: share of the training rows that is held back. Default 0.1. */
  validationFraction?: number;
  /** With `earlyStopping`: rounds without a lower loss on the rows held back before training stops. Default 10. */
  nIterNoChange?: number;
  /** With `earlyStopping`: by how much the loss must fall to count as lower. Default 1e-7. */
  tol?: number;
  /** Columns whose numbers are categories (of `prep.codes` or `prep.ordinal`): splits are by sets of them. */
  categorical?: readonly string[];
  /** Columns with which the answer may only rise, or only fall. For regression and two classes (the second one's probability). */
  monotone?: Readonly<Record<string, 'rising' | 'falling'>>;
}

export interface LassoOptions {
  /** Strength of the L1 penalty, as scikit-learn's alpha: `1/(2n)·|y − Xw|² + alpha·|w|₁`. Default 1. */
  alpha?: number;
}

export interface LinearSvmOptions {
  /** Weight of the rows against the width of the margin, as scikit-learn's C. Default 1. */
  c?: number;
}

export interface KNeighborsOptions {
  /** Number of neighbors. Default 5. */
  k?: number;
}

export interface DecisionTreeOptions {
  /** Maximum depth of the tree. Default: unlimited. */
  maxDepth?: number;
  /** Minimum number of training rows in a leaf. Default 1. */
  minSamplesLeaf?: number;
}

export interface RandomForestOptions extends DecisionTreeOptions {
  /** Default 100. */
  trees?: number;
  /** Number of features considered at each split. Default: √p for classification, all p for regression. */
  maxFeatures?: number;
}

/** A model that is described before it is fitted. */
export type ModelSpec =
  | { readonly kind: 'mlp'; readonly options: MlpOptions }
  | { readonly kind: 'cnn'; readonly options: CnnOptions }
  | { readonly kind: 'linearRegression'; readonly options: object }
  | { readonly kind: 'ridge'; readonly options: RidgeOptions }
  | { readonly kind: 'logisticRegression'; readonly options: LogisticRegressionOptions }
  | { readonly kind: 'lasso'; readonly options: LassoOptions }
  | { readonly kind: 'linearSvm'; readonly options: LinearSvmOptions }
  | { readonly kind: 'naiveBayes'; readonly options: object }
  | { readonly kind: 'kNeighbors'; readonly options: KNeighborsOptions }
  | { readonly kind: 'decisionTree'; readonly options: DecisionTreeOptions }
  | { readonly kind: 'randomForest'; readonly options: RandomForestOptions }
  | { readonly kind: 'gradientBoosting'; readonly options: GradientBoostingOptions };

/** A network of tfjs. */
export type NetworkSpec = Extract<ModelSpec, { kind: 'mlp' | 'cnn' }>;

/** A model that needs no tfjs. */
export type ClassicalSpec = Exclude<ModelSpec, NetworkSpec>;

const KINDS: Readonly<Record<ModelSpec['kind'], true>> = {
  mlp: true,
  cnn: true,
  linearRegression: true,
  ridge: true,
  lasso: true,
  logisticRegression: true,
  linearSvm: true,
  naiveBayes: true,
  kNeighbors: true,
  decisionTree: true,
  randomForest: true,
  gradientBoosting: true
};

/** Whether the value is a description made by `mlp`, `linear` or another function of this kind. */
export function isModelSpec(value: unknown): value is ModelSpec {
  return (
    typeof value === 'object' &&
    value !== null &&
    'kind' in value &&
    Object.hasOwn(KINDS, String(value.kind)) &&
    'options' in value
  );
}

export function isNetworkSpec(spec: ModelSpec): spec is NetworkSpec {
  return spec.kind === 'mlp' || spec.kind === 'cnn';
}

/**
 * Ordinary least squares: `slip.linearRegression()`. For regression.
 *
 * @example
 * const weather = await slip.data('weather', 'npm:vega-datasets/data/seattle-weather.csv', { time: 'date' });
 * const { train, test } = await weather.split({ by: 'time', test: 0.2 });
 * await slip.fit(slip.linearRegression(), { prep: slip.prep().standardize('temp_min', 'wind'), train, test, target: 'temp_max' });
 */
export function linearRegression(): ModelSpec {
  return { kind: 'linearRegression', options: {} };
}

/**
 * Least squares with an L2 penalty: `slip.ridge({ alpha: 1 })`. For regression.
 *
 * @example
 * const weather = await slip.data('weather', 'npm:vega-datasets/data/seattle-weather.csv', { time: 'date' });
 * const { train, test } = await weather.split({ by: 'time', test: 0.2 });
 * await slip.fit(slip.ridge({ alpha: 1 }), { prep: slip.prep().standardize('temp_min', 'wind'), train, test, target: 'temp_max' });
 */
export function ridge(options: RidgeOptions = {}): ModelSpec {
  notNegative('alpha', options.alpha);
  return { kind: 'ridge', options };
}

/**
 * Least squares that sets the coefficients of what helps little to zero: `slip.lasso({ alpha: 0.1 })`. For regression.
 *
 * @example
 * const weather = await slip.data('weather', 'npm:vega-datasets/data/seattle-weather.csv', { time: 'date' });
 * const { train, test } = await weather.split({ by: 'time', test: 0.2 });
 * await slip.fit(slip.lasso({ alpha: 0.1 }), { prep: slip.prep().standardize('temp_min', 'wind'), train, test, target: 'temp_max' });
 */
export function lasso(options: LassoOptions = {}): ModelSpec {
  notNegative('alpha', options.alpha);
  return { kind: 'lasso', options };
}

/**
 * Linear support vector machine with probabilities: `slip.linearSvm({ c: 1 })`. For classification.
 *
 * @example
 * const weather = await slip.data('weather', 'npm:vega-datasets/data/seattle-weather.csv', { time: 'date' });
 * const { train, test } = await weather.split({ by: 'time', test: 0.2 });
 * await slip.fit(slip.linearSvm({ c: 1 }), { prep: slip.prep().standardize('temp_max', 'wind'), train, test, target: 'weather' });
 */
export function linearSvm(options: LinearSvmOptions = {}): ModelSpec {
  if (options.c !== undefined && !(options.c > 0)) {
    throw new SlipwayError('OPTION_INVALID', `c must be a number above 0, not ${options.c}.`);
  }
  return { kind: 'linearSvm', options };
}

/**
 * Gaussian naive Bayes: `slip.naiveBayes()`. For classification.
 *
 * @example
 * const weather = await slip.data('weather', 'npm:vega-datasets/data/seattle-weather.csv', { time: 'date' });
 * const { train, test } = await weather.split({ by: 'time', test: 0.2 });
 * await slip.fit(slip.naiveBayes(), { prep: slip.prep().standardize('temp_max', 'wind'), train, test, target: 'weather' });
 */
export function naiveBayes(): ModelSpec {
  return { kind: 'naiveBayes', options: {} };
}

/**
 * k nearest neighbors: `slip.kNeighbors({ k: 5 })`. For classification and regression; standardize the columns first.
 *
 * @example
 * const weather = await slip.data('weather', 'npm:vega-datasets/data/seattle-weather.csv', { time: 'date' });
 * const { train, test } = await weather.split({ by: 'time', test: 0.2 });
 * await slip.fit(slip.kNeighbors({ k: 5 }), { prep: slip.prep().standardize('temp_max', 'wind'), train, test, target: 'weather' });
 */
export function kNeighbors(options: KNeighborsOptions = {}): ModelSpec {
  atLeastOne(options, ['k']);
  return { kind: 'kNeighbors', options };
}

/**
 * One decision tree: `slip.decisionTree({ maxDepth: 4 })`. For classification and regression.
 *
 * @example
 * const weather = await slip.data('weather', 'npm:vega-datasets/data/seattle-weather.csv', { time: 'date' });
 * const { train, test } = await weather.split({ by: 'time', test: 0.2 });
 * await slip.fit(slip.decisionTree({ maxDepth: 4, minSamplesLeaf: 5 }), { prep: slip.prep().standardize('temp_max', 'wind'), train, test, target: 'weather' });
 */
export function decisionTree(options: DecisionTreeOptions = {}): ModelSpec {
  atLeastOne(options, ['maxDepth', 'minSamplesLeaf']);
  return { kind: 'decisionTree', options };
}

/**
 * Random forest: `slip.randomForest({ trees: 100 })`. For classification and regression.
 *
 * @example
 * const weather = await slip.data('weather', 'npm:vega-datasets/data/seattle-weather.csv', { time: 'date' });
 * const { train, test } = await weather.split({ by: 'time', test: 0.2 });
 * await slip.fit(slip.randomForest({ trees: 10, maxDepth: 8 }), { prep: slip.prep().standardize('temp_max', 'wind'), train, test, target: 'weather' });
 */
export function randomForest(options: RandomForestOptions = {}): ModelSpec {
  atLeastOne(options, ['trees', 'maxFeatures', 'maxDepth', 'minSamplesLeaf']);
  return { kind: 'randomForest', options };
}

/**
 * Logistic regression, multinomial for more than two classes: `slip.logisticRegression()`.
 *
 * @example
 * const weather = await slip.data('weather', 'npm:vega-datasets/data/seattle-weather.csv', { time: 'date' });
 * const { train, test } = await weather.split({ by: 'time', test: 0.2 });
 * await slip.fit(slip.logisticRegression({ l2: 1 }), { prep: slip.prep().standardize('temp_max', 'wind'), train, test, target: 'weather' });
 */
export function logisticRegression(options: LogisticRegressionOptions = {}): ModelSpec {
  notNegative('l2', options.l2);
  return { kind: 'logisticRegression', options };
}

/**
 * Histogram gradient boosting of decision trees: `slip.gradientBoosting({ trees: 100 })`. For classification and regression.
 *
 * @throws SlipwayError OPTION_INVALID for a number out of its range, and for settings of early stopping without `earlyStopping`.
 *
 * @example
 * const weather = await slip.data('weather', 'npm:vega-datasets/data/seattle-weather.csv', { time: 'date' });
 * const { train, test } = await weather.split({ by: 'time', test: 0.2 });
 * await slip.fit(slip.gradientBoosting({ trees: 200, maxLeaves: 15, earlyStopping: true }), { prep: slip.prep().standardize('temp_max', 'wind'), train, test, target: 'weather' });
 */
export function gradientBoosting(options: GradientBoostingOptions = {}): ModelSpec {
  notNegative('l2', options.l2);
  atLeastOne(options, ['trees', 'maxLeaves', 'minSamplesLeaf', 'nIterNoChange']);
  notNegative('tol', options.tol);
  checkEarlyStopping(options);
  const both = options.categorical?.find(name => Object.hasOwn(options.monotone ?? {}, name));
  if (both !== undefined) {
    throw new SlipwayError('OPTION_INVALID', `"${both}" holds categories, which have no order to rise or fall with.`);
  }
  return { kind: 'gradientBoosting', options };
}

/**
 * @throws SlipwayError OPTION_INVALID for a validationFraction that is not between 0 and 1, and for settings of early stopping
 * without earlyStopping.
 */
function checkEarlyStopping({ earlyStopping = false, ...options }: GradientBoostingOptions): void {
  const { validationFraction } = options;
  if (validationFraction !== undefined && !(validationFraction > 0 && validationFraction < 1)) {
    throw new SlipwayError('OPTION_INVALID', `validationFraction must be between 0 and 1, not ${validationFraction}.`);
  }
  const unused = (['validationFraction', 'nIterNoChange', 'tol'] as const).find(name => options[name] !== undefined);
  if (!earlyStopping && unused !== undefined) {
    throw new SlipwayError('OPTION_INVALID', `${unused} has no effect without earlyStopping.`, {
      remedy: `Add earlyStopping: true, or leave ${unused} out.`
    });
  }
}

function atLeastOne<K extends string>(options: Partial<Record<K, number>>, names: readonly K[]): void {
  for (const name of names) {
    const value = options[name];
    if (value !== undefined && (!Number.isInteger(value) || value < 1)) {
      throw new SlipwayError('OPTION_INVALID', `${name} must be a whole number of at least 1, not ${value}.`);
    }
  }
}

function notNegative(name: string, value: number | undefined): void {
  if (value !== undefined && !(value >= 0)) {
    throw new SlipwayError('OPTION_INVALID', `${name} must be a number of at least 0, not ${value}.`);
  }
}
