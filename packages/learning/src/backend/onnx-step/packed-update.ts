import type { Optimizer, Variable } from '@tensorflow/tfjs';
import type { Translation } from './translation.js';

/** Numbers of one step, [1] each: the learning rate, and Adam's with its corrections. */
export interface StepNumbers {
  readonly rate: string;
  readonly alpha: string;
  readonly epsilon: string;
}

/** A vector of weights, what the optimizer keeps for it, and its gradient, by their names in the graph. */
export interface Updated {
  readonly weights: string;
  readonly slots: readonly string[];
  readonly gradient: string;
}

/** What an optimizer does to vectors that hold many weights: as tfjs has it, written once instead of for each weight. */
export interface Update {
  /** Variables that the optimizer keeps for each weight, list by list. */
  slots(optimizer: Optimizer): Variable[][];
  /** New weights, then new slots. */
  write(to: Translation, updated: Updated, numbers: StepNumbers, optimizer: Optimizer): string[];
}

interface Slot {
  readonly variable: Variable;
}

/** Adam's numbers, which its types do not show. */
export interface AdamInternals {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly accBeta1: Variable;
  readonly accBeta2: Variable;
  readonly accumulatedFirstMoment: readonly Slot[];
  readonly accumulatedSecondMoment: readonly Slot[];
}

const sgd: Update = {
  slots: () => [],
  write: (to, { weights, gradient }, { rate }) => [to.node('Sub', [weights, to.node('Mul', [gradient, rate])])]
};

/** Kingma and Ba 2015, with tfjs's place of epsilon. */
const adam: Update = {
  slots(optimizer) {
    const { accumulatedFirstMoment, accumulatedSecondMoment } = optimizer as unknown as AdamInternals;
    return [accumulatedFirstMoment, accumulatedSecondMoment].map(list => list.map(({ variable }) => variable));
  },
  write(to, { weights, slots, gradient }, { alpha, epsilon }, optimizer) {
    const { beta1, beta2 } = optimizer as unknown as AdamInternals;
    const mixed = (old: string, beta: number, fresh: string): string =>
      to.node('Add', [to.node('Mul', [old, to.float(beta)]), to.node('Mul', [fresh, to.float(1 - beta)])]);
    const first = mixed(slots[0]!, beta1, gradient);
    const second = mixed(slots[1]!, beta2, to.node('Mul', [gradient, gradient]));
    const change = to.node('Div', [
      to.node('Mul', [first, alpha]),
      to.node('Add', [to.node('Sqrt', [second]), epsilon])
    ]);
    return [to.node('Sub', [weights, change]), first, second];
  }
};

/** Updates by the class of the optimizer; that of any other is translated as it was recorded. */
export const UPDATES: Readonly<Record<string, Update>> = { SGD: sgd, Adam: adam };

/** The optimizer as Adam's, or null. */
export function asAdam(optimizer: Optimizer): AdamInternals | null {
  return optimizer.getClassName() === 'Adam' ? (optimizer as unknown as AdamInternals) : null;
}

/** The powers of Adam's betas after some steps. */
export interface Powers {
  readonly first: number;
  readonly second: number;
}

/**
 * The numbers of some steps, [steps, 3], as tfjs computes them, and the powers of Adam's betas afterwards.
 *
 * @param powers before the first step.
 */
export function stepNumbers(optimizer: Optimizer, steps: number, powers: Powers): [Float32Array, Powers] {
  const rate = (optimizer as unknown as { learningRate: number }).learningRate;
  const adam = asAdam(optimizer);
  const numbers = new Float32Array(3 * steps);
  let { first, second } = powers;
  for (let step = 0; step < steps; step++) {
    if (adam) {
      const correction = Math.sqrt(1 - second);
      numbers.set([rate, (rate * correction) / (1 - first), adam.epsilon * correction], 3 * step);
      // Kept as single numbers between steps, as tfjs's variables are.
      first = Math.fround(first * Math.fround(adam.beta1));
      second = Math.fround(second * Math.fround(adam.beta2));
    } else {
      numbers[3 * step] = rate;
    }
  }
  return [numbers, { first, second }];
}
