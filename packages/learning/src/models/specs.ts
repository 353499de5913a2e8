import { SlipwayError } from '@slipway/notebook';
import type { CnnOptions } from './cnn.js';
import type { MlpOptions } from './mlp.js';

export interface LinearOptions {
  /** Strength of the L2 penalty on the coefficients (ridge); 0 is ordinary least squares. */
  l2?: number;
}

export interface LogisticOptions {
  /** Strength of the L2 penalty: `l2 / 2 · |w|²` beside the summed log loss. Default 1, as scikit-learn's C = 1. */
  l2?: number;
}

export interface BoostingOptions {
  /** Rounds of boosting; each adds one tree for each class (one for two classes, one for a regression). */
  trees?: number;
  /** Most leaves of one tree. */
  leaves?: number;
  /** Share of each tree's answer that is added. */
  learningRate?: number;
  /** Fewest training rows of a leaf. */
  minRows?: number;
  /** Strength of the L2 penalty on the leaves' values. */
  l2?: number;
  /** Columns whose numbers are categories (of `prep.codes` or `prep.ordinal`): questions ask for sets of them. */
  categorical?: readonly string[];
  /** Columns with which the answer may only rise, or only fall. For numbers and two classes (the second one's probability). */
  monotone?: Readonly<Record<string, 'rising' | 'falling'>>;
}

export interface LassoOptions {
  /** Strength of the L1 penalty, as scikit-learn's alpha: `1/(2n)·|y − Xw|² + l1·|w|₁`. Default 1. */
  l1?: number;
}

export interface SvmOptions {
  /** Weight of the rows against the width of the margin, as scikit-learn's C. Default 1. */
  c?: number;
}

export interface NeighboursOptions {
  /** How many training rows answer. Default 5. */
  k?: number;
}

export interface TreeOptions {
  /** Most questions on the way to a leaf. Default: as many as it takes. */
  depth?: number;
  /** Fewest training rows of a leaf. Default 1. */
  minRows?: number;
}

export interface ForestOptions extends TreeOptions {
  /** Default 100. */
  trees?: number;
  /** Columns that are looked at for each question. Default: the root of their number for classes, all for numbers. */
  columns?: number;
}

/** A model that is described before it is fitted. */
export type ModelSpec =
  | { readonly kind: 'mlp'; readonly options: MlpOptions }
  | { readonly kind: 'cnn'; readonly options: CnnOptions }
  | { readonly kind: 'linear'; readonly options: LinearOptions }
  | { readonly kind: 'logistic'; readonly options: LogisticOptions }
  | { readonly kind: 'lasso'; readonly options: LassoOptions }
  | { readonly kind: 'svm'; readonly options: SvmOptions }
  | { readonly kind: 'naiveBayes'; readonly options: object }
  | { readonly kind: 'neighbours'; readonly options: NeighboursOptions }
  | { readonly kind: 'tree'; readonly options: TreeOptions }
  | { readonly kind: 'forest'; readonly options: ForestOptions }
  | { readonly kind: 'boosting'; readonly options: BoostingOptions };

/** A network of tfjs. */
export type NetworkSpec = Extract<ModelSpec, { kind: 'mlp' | 'cnn' }>;

/** A model that needs no tfjs. */
export type ClassicalSpec = Exclude<ModelSpec, NetworkSpec>;

const KINDS: Readonly<Record<ModelSpec['kind'], true>> = {
  mlp: true,
  cnn: true,
  linear: true,
  lasso: true,
  logistic: true,
  svm: true,
  naiveBayes: true,
  neighbours: true,
  tree: true,
  forest: true,
  boosting: true
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

/** Linear least squares: `slip.linear()`, ridge with `slip.linear({ l2: 1 })`. For numbers. */
export function linear(options: LinearOptions = {}): ModelSpec {
  notNegative('l2', options.l2);
  return { kind: 'linear', options };
}

/** Least squares that sets the coefficients of what helps little to zero: `slip.lasso({ l1: 0.1 })`. For numbers. */
export function lasso(options: LassoOptions = {}): ModelSpec {
  notNegative('l1', options.l1);
  return { kind: 'lasso', options };
}

/** Linear support vector machine with probabilities: `slip.svm({ c: 1 })`. For classes. */
export function svm(options: SvmOptions = {}): ModelSpec {
  if (options.c !== undefined && !(options.c > 0)) {
    throw new SlipwayError('OPTION_INVALID', `c must be a number above 0, not ${options.c}.`);
  }
  return { kind: 'svm', options };
}

/** Gaussian naive Bayes: `slip.naiveBayes()`. For classes. */
export function naiveBayes(): ModelSpec {
  return { kind: 'naiveBayes', options: {} };
}

/** k nearest neighbours: `slip.neighbours({ k: 5 })`. For classes and numbers; standardize the columns before. */
export function neighbours(options: NeighboursOptions = {}): ModelSpec {
  atLeastOne(options, ['k']);
  return { kind: 'neighbours', options };
}

/** One decision tree: `slip.tree({ depth: 4 })`. For classes and numbers. */
export function tree(options: TreeOptions = {}): ModelSpec {
  atLeastOne(options, ['depth', 'minRows']);
  return { kind: 'tree', options };
}

/** Random forest: `slip.forest({ trees: 100 })`. For classes and numbers. */
export function forest(options: ForestOptions = {}): ModelSpec {
  atLeastOne(options, ['trees', 'columns', 'depth', 'minRows']);
  return { kind: 'forest', options };
}

/** Logistic regression, multinomial for more than two classes: `slip.logistic()`. */
export function logistic(options: LogisticOptions = {}): ModelSpec {
  notNegative('l2', options.l2);
  return { kind: 'logistic', options };
}

/** Histogram gradient boosting of decision trees: `slip.boosting({ trees: 100 })`. For classes and numbers. */
export function boosting(options: BoostingOptions = {}): ModelSpec {
  notNegative('l2', options.l2);
  atLeastOne(options, ['trees', 'leaves', 'minRows']);
  const both = options.categorical?.find(name => Object.hasOwn(options.monotone ?? {}, name));
  if (both !== undefined) {
    throw new SlipwayError('OPTION_INVALID', `"${both}" holds categories, which have no order to rise or fall with.`);
  }
  return { kind: 'boosting', options };
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
