import { createHash } from 'node:crypto';
import type { Tensor } from '@tensorflow/tfjs';
import type { Recording, Value } from './recording.js';

/**
 * What a recording does, one line for each call: equal for two recordings exactly when the same kernels were called on the
 * same constants.
 */
export function signatureOf({ calls, outputs }: Recording): string[] {
  const lines = calls.map(({ kernel, inputs, attributes, outputs: made }) => {
    const taken = Object.entries(inputs).map(
      ([name, values]) =>
        `${name}=${[values]
          .flat()
          .map(each => nameOf(each as Value))
          .join(' ')}`
    );
    return `${kernel} ${JSON.stringify(attributes)} ${taken.join(', ')} → ${made.map(nameOf).join(' ')}`;
  });
  return [...lines, `outputs ${outputs.map(nameOf).join(' ')}`];
}

/** Values are counted in the order of their making, so that their names are equal in equal steps. */
function nameOf({ name, shape, dtype, origin }: Value): string {
  const form = `${dtype}[${shape.join()}]`;
  switch (origin.kind) {
    case 'made':
      return `${name}:${form}`;
    case 'input':
      return `input${origin.index}:${form}`;
    case 'variable':
      return `variable${origin.variable.id}:${form}`;
    case 'rate':
      return `rate${origin.sign}`;
    case 'draw':
      return `${origin.draw.distribution}:${form}`;
    case 'constant':
      return `constant:${form}${createHash('sha1').update(origin.values).digest('base64')}`;
  }
}

/** Types and shapes of data, whatever their number of rows, and the size of a batch. */
export function keyOf(data: readonly (Tensor | null)[], size: number): string {
  return `${data.map(each => (each ? `${each.dtype}${each.shape.slice(1).join(',')}` : '-')).join(';')}|${size}`;
}
