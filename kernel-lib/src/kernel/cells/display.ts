import { inspect } from 'node:util';
import type { MimeBundle } from '@slipway/notebook';

const JUPYTER_DISPLAY = Symbol.for('Jupyter.display');

/** How a value is shown as a cell's result: its own MIME bundle if it gives one, else text as Node prints it. */
export async function displayOf(value: unknown): Promise<MimeBundle> {
  if (value && typeof value === 'object' && JUPYTER_DISPLAY in value) {
    const display = value[JUPYTER_DISPLAY];
    if (typeof display === 'function') {
      const bundle: unknown = await display.call(value);
      if (bundle && typeof bundle === 'object') {
        return bundle as MimeBundle;
      }
    }
  }
  return { 'text/plain': plainText(value) };
}

/** A value as text, short enough for a notebook. */
export function plainText(value: unknown): string {
  return inspect(value, { colors: false, depth: 4, maxArrayLength: 100 });
}
