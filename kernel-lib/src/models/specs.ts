import { SlipwayError } from '../errors.js';
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
}

/** A model that is described before it is fitted. */
export type ModelSpec =
  | { readonly kind: 'mlp'; readonly options: MlpOptions }
  | { readonly kind: 'linear'; readonly options: LinearOptions }
  | { readonly kind: 'logistic'; readonly options: LogisticOptions }
  | { readonly kind: 'boosting'; readonly options: BoostingOptions };

const KINDS = new Set<string>(['mlp', 'linear', 'logistic', 'boosting'] satisfies ModelSpec['kind'][]);

/** Whether the value is a description made by `mlp`, `linear`, `logistic` or `boosting`. */
export function isModelSpec(value: unknown): value is ModelSpec {
  return (
    typeof value === 'object' &&
    value !== null &&
    'kind' in value &&
    KINDS.has(String(value.kind)) &&
    'options' in value
  );
}

/** Linear least squares: `slip.linear()`, ridge with `slip.linear({ l2: 1 })`. For numbers. */
export function linear(options: LinearOptions = {}): ModelSpec {
  notNegative('l2', options.l2);
  return { kind: 'linear', options };
}

/** Logistic regression, multinomial for more than two classes: `slip.logistic()`. */
export function logistic(options: LogisticOptions = {}): ModelSpec {
  notNegative('l2', options.l2);
  return { kind: 'logistic', options };
}

/** Histogram gradient boosting of decision trees: `slip.boosting({ trees: 100 })`. For classes and numbers. */
export function boosting(options: BoostingOptions = {}): ModelSpec {
  notNegative('l2', options.l2);
  for (const name of ['trees', 'leaves', 'minRows'] as const) {
    const value = options[name];
    if (value !== undefined && (!Number.isInteger(value) || value < 1)) {
      throw new SlipwayError('OPTION_INVALID', `${name} must be a whole number of at least 1, not ${value}.`);
    }
  }
  return { kind: 'boosting', options };
}

function notNegative(name: string, value: number | undefined): void {
  if (value !== undefined && !(value >= 0)) {
    throw new SlipwayError('OPTION_INVALID', `${name} must be a number of at least 0, not ${value}.`);
  }
}
