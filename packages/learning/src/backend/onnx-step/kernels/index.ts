import type { KernelCall, Value } from '../recording.js';
import type { Kernel, Translation } from '../translation.js';
import { ARITHMETIC } from './arithmetic.js';
import { CONVOLUTIONS } from './convolutions.js';
import { fused } from './fusion.js';
import { IMAGES } from './images.js';
import { NORMALIZATION } from './normalization.js';
import { POOLS } from './pools.js';
import { PRODUCTS } from './products.js';
import { REDUCTIONS } from './reductions.js';
import { SHAPES } from './shapes.js';
import { VOLUMES } from './volumes.js';

/** Kernels of tfjs that can be written as ONNX operators, by name. */
export const KERNELS: Readonly<Record<string, Kernel>> = {
  ...ARITHMETIC,
  ...REDUCTIONS,
  ...SHAPES,
  ...PRODUCTS,
  ...CONVOLUTIONS,
  ...POOLS,
  ...IMAGES,
  ...NORMALIZATION,
  ...VOLUMES
};

/**
 * Writes those of the calls as operators that the wanted values need.
 *
 * @param wanted values that are read afterwards.
 * @throws Error that names a kernel without translation.
 */
export function translate(
  calls: readonly KernelCall[],
  to: Translation,
  wanted: readonly Value[],
  kernels = KERNELS
): void {
  for (const call of fused(calls, wanted)) {
    const kernel = kernels[call.kernel];
    if (!kernel) {
      throw new Error(`the kernel ${call.kernel} has no translation`);
    }
    const names = kernel(call, to);
    if (names !== null) {
      [names].flat().forEach((name, i) => to.set(call.outputs[i]!, name as string));
    }
  }
}
