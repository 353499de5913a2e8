import type { Tensor } from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { kernelCases } from '../../../testing/kernel-cases.js';
import { chooseBackend } from '../choose.js';
import { tensorflow } from '../load-tfjs.js';
import { KERNELS } from './kernels/index.js';
import { OnnxFunction } from './onnx-function.js';
import type { Kernel } from './translation.js';

const BATCHES = 4;

describe('a kernel that is written as ONNX gives what tfjs gives:', async () => {
  const tf = await tensorflow();
  await chooseBackend(tf, 'cpu');
  const used = new Set<string>();
  /** The translations, each of which tells when it is used. */
  const kernels = Object.fromEntries(
    Object.entries(KERNELS).map(([name, kernel]): [string, Kernel] => [
      name,
      (call, to) => {
        used.add(name);
        return kernel(call, to);
      }
    ])
  );

  const cases = kernelCases(tf, 2 * BATCHES);

  it.each(cases)('%s', (_, inputs, run) => {
    const data = inputs();
    const step = (batch: (Tensor | null)[]): Tensor[] => [run(...(batch as Tensor[]))].flat();
    const written = new OnnxFunction(tf, 1, kernels);
    const all = written.run(step, data, 2);
    expect(written.report).toEqual({ reason: null, replayed: BATCHES - 1 });
    // The first batch is tfjs's own.
    const [, replayed] = all!;
    const theirs = Array.from({ length: BATCHES - 1 }, (_none, i) =>
      step(data.map(each => tf.slice(each, 2 * (i + 1), 2)))
    );
    expect(replayed!.outputs).toHaveLength(theirs[0]!.length);
    replayed!.outputs.forEach(({ values, shape, dtype }, i) => {
      expect([shape, dtype]).toEqual([theirs[0]![i]!.shape, theirs[0]![i]!.dtype]);
      const expected = theirs.flatMap(batch => Array.from(batch[i]!.dataSync()));
      expect(values).toHaveLength(expected.length);
      values.forEach((value, k) => expect(value).toBeCloseTo(expected[k]!, 4));
    });
  });

  it('every kernel that has a translation is among these', () => {
    expect(Object.keys(KERNELS).filter(name => !used.has(name))).toEqual([]);
  });
});
