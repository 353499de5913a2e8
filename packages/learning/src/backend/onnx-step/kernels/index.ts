import { inputsOf, type KernelCall, type Value } from '../recording.js';
import { inputOf, type Kernel, type Translation } from '../translation.js';
import { ARITHMETIC } from './arithmetic.js';
import { CONVOLUTIONS } from './convolutions.js';
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

/** Calls that the wanted values need, in their order. */
export function needed(calls: readonly KernelCall[], wanted: readonly Value[]): KernelCall[] {
  const makers = new Map(calls.flatMap((call, i) => call.outputs.map(output => [output.name, i] as const)));
  const kept = new Set<number>();
  const open = [...wanted];
  for (let value = open.pop(); value; value = open.pop()) {
    const at = makers.get(value.name);
    if (at !== undefined && !kept.has(at)) {
      kept.add(at);
      open.push(...inputsOf(calls[at]!));
    }
  }
  return calls.filter((_, i) => kept.has(i));
}

/**
 * Writes calls as operators.
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
  for (const call of withBiases(calls, wanted)) {
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

/** A convolution and the bias that is added to it become one call. */
function withBiases(calls: readonly KernelCall[], wanted: readonly Value[]): KernelCall[] {
  const readers = new Map<string, KernelCall[]>();
  for (const call of calls) {
    for (const { name } of inputsOf(call)) {
      readers.set(name, [...(readers.get(name) ?? []), call]);
    }
  }
  const kept = new Set(wanted.map(value => value.name));
  const joined = new Set<KernelCall>();
  return calls.flatMap(call => {
    if (joined.has(call)) {
      return [];
    }
    const [out] = call.outputs;
    const [add, ...more] = readers.get(out!.name) ?? [];
    const bias = add?.kernel === 'Add' ? inputOf(add, 'b') : undefined;
    const fits =
      call.kernel === 'Conv2D' &&
      bias !== undefined &&
      more.length === 0 &&
      !kept.has(out!.name) &&
      inputOf(add!, 'a').name === out!.name &&
      bias.shape.length === 1 &&
      bias.shape[0] === out!.shape.at(-1) &&
      bias.origin.kind !== 'made';
    if (!fits) {
      return [call];
    }
    joined.add(add!);
    return [{ ...call, inputs: { ...call.inputs, bias }, outputs: add!.outputs }];
  });
}
