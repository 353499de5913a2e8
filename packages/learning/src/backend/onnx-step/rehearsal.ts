import type { Optimizer, Tensor, Variable } from '@tensorflow/tfjs';
import type { Step } from '../recorded/index.js';
import type { Tf } from '../tfjs.js';
import { record } from './recorder.js';
import type { Recording } from './recording.js';

/** Rows that show what a step does. */
const ROWS = 4;

/**
 * Runs a step on a few rows of a batch, records it, and takes back whatever it changed: variables, how often random numbers
 * were drawn, and the optimizer's count. Variables that the step made stay, with their first values.
 */
export function rehearse(tf: Tf, optimizer: Optimizer, step: Step, batch: readonly (Tensor | null)[]): Recording {
  const variables = Object.values(tf.engine().registeredVariables);
  const kept = variables.map(variable => [variable, tf.keep(variable.clone())] as const);
  const { iterations } = optimizer;
  const drawn = new Map<{ drawn: number }, number>();
  let recording: Recording | undefined;
  try {
    tf.tidy(() => {
      const few = batch.map(each => each && tf.slice(each, 0, rowsOfRehearsal(batch)));
      [recording] = record(tf, optimizer, few, () => step(few));
    });
    recording!.draws.forEach(({ origin }) => {
      if (origin.kind === 'draw') {
        drawn.set(origin.draw.source, Math.min(origin.draw.at, drawn.get(origin.draw.source) ?? Infinity));
      }
    });
    return recording!;
  } finally {
    drawn.forEach((count, source) => (source.drawn = count));
    (optimizer as unknown as { iterations_: number }).iterations_ = iterations;
    for (const [variable, value] of kept) {
      if (!variable.isDisposed && variable.dataId !== value.dataId) {
        variable.assign(value as never);
      }
      value.dispose();
    }
    recording?.made.forEach(({ variable, values }) => assign(tf, variable, values));
  }
}

/** How many rows of a batch are taken. */
export function rowsOfRehearsal(batch: readonly (Tensor | null)[]): number {
  return Math.min(ROWS, ...batch.flatMap(each => (each ? [each.shape[0]!] : [])));
}

function assign(tf: Tf, variable: Variable, values: Recording['made'][number]['values']): void {
  const value = tf.tensor(values as Float32Array, variable.shape, variable.dtype);
  variable.assign(value);
  value.dispose();
}
