import type { DataType, Variable } from '@tensorflow/tfjs';
import type { Draw } from '../random-draws.js';

export type Numbers = Float32Array | Int32Array | Uint8Array;

/** Where a value of the step comes from. */
export type Origin =
  | { readonly kind: 'made' }
  | { readonly kind: 'input'; readonly index: number }
  | { readonly kind: 'variable'; readonly variable: Variable }
  | { readonly kind: 'rate'; readonly sign: 1 | -1 }
  | { readonly kind: 'draw'; readonly draw: Draw }
  /** Made from values of JavaScript. */
  | { readonly kind: 'constant'; readonly values: Numbers; readonly shape: readonly number[] };

/** A tensor of a recorded step. */
export interface Value {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: DataType;
  readonly origin: Origin;
}

export type KernelInputs = Readonly<Record<string, Value | readonly Value[]>>;

/** A call of a kernel of tfjs. */
export interface KernelCall {
  readonly kernel: string;
  readonly inputs: KernelInputs;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly outputs: readonly Value[];
}

/** What an optimizer was given for one of its variables. */
export interface Gradient {
  readonly variable: Variable;
  readonly value: Value;
  /** As they were in the recorded step. */
  readonly values: Float32Array;
}

/** Everything that one execution of a training step asked of tfjs. */
export interface Recording {
  readonly calls: readonly KernelCall[];
  /** The value of each variable at the beginning. */
  readonly variables: ReadonlyMap<Variable, Value>;
  /** The value of each changed variable at the end. */
  readonly assigned: ReadonlyMap<Variable, Value>;
  readonly gradients: readonly Gradient[];
  /** Which calls are the optimizer's; null where these cannot be told from others. */
  readonly update: { readonly from: number; readonly to: number } | null;
  readonly outputs: readonly Value[];
  readonly draws: readonly Value[];
  /** How often JavaScript asked for the values of a tensor. */
  readonly reads: number;
  /** Variables that were made in the step, such as an optimizer's, with their first values. */
  readonly made: readonly { readonly variable: Variable; readonly values: Numbers }[];
}

/** Values that a call takes, lists among them. */
export function inputsOf({ inputs }: KernelCall): Value[] {
  return Object.values(inputs).flat();
}
