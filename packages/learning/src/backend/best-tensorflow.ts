import { tensorflow as loadTfjs } from './load-tfjs.js';
import type { Tf } from './tfjs.js';
import { chooseBackend, type BackendName } from './choose.js';

/**
 * tfjs on the best backend of this machine, for networks and loops of your own: `const tf = await slip.tensorflow()`. It is
 * the same tfjs that `import * as tf from "@tensorflow/tfjs"` gives in a notebook.
 *
 * @param options.backend the backend to use instead.
 * @throws SlipwayError BACKEND_UNAVAILABLE when that one cannot be used.
 * @example
 * const tf = await slip.tensorflow();
 * tf.scalar(2).square().dataSync()[0] // 4
 */
export async function tensorflow(options: { backend?: BackendName } = {}): Promise<Tf> {
  const tf = await loadTfjs();
  await chooseBackend(tf, options.backend);
  return tf;
}
