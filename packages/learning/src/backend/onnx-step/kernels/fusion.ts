import { inputsOf, type KernelCall, type Value } from '../recording.js';
import { Calls, valueOf } from './calls.js';
import { withPooledRectifiers } from './pooled-rectifiers.js';
import { product } from '../translation.js';

/** The calls that the wanted values need, or fewer that compute the same. */
export function fused(calls: readonly KernelCall[], wanted: readonly Value[]): KernelCall[] {
  const fewer = (all: readonly KernelCall[], fuse: (calls: Calls) => KernelCall[]): KernelCall[] =>
    needed(fuse(new Calls(all, wanted)), wanted);
  return [withoutNormalization, withBiases, withPooledRectifiers].reduce(fewer, needed(calls, wanted));
}

/** Calls that the wanted values need, in their order. */
function needed(calls: readonly KernelCall[], wanted: readonly Value[]): KernelCall[] {
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
 * Cross-entropy divides the answers of a softmax by their sum, which is 1. On the way back this adds one number to all of a
 * row, which softmax takes away again: its gradients are of differences.
 */
function withoutNormalization(calls: Calls): KernelCall[] {
  const passed = new Map<KernelCall, Value>();
  for (const call of calls.all) {
    const normalized = softmaxBySum(calls, call);
    if (normalized) {
      passed.set(call, normalized.softmax);
    }
    const kept = call.kernel === 'Add' ? gradientBeforeSum(calls, call) : undefined;
    if (kept) {
      passed.set(call, kept);
    }
  }
  return calls.all.map(call => {
    const value = passed.get(call);
    return value ? { ...call, kernel: 'Cast', inputs: { x: value }, attributes: {} } : call;
  });
}

interface Normalized {
  readonly softmax: Value;
  readonly sum: Value;
}

/** What a quotient of the values of a softmax and their sum is made of. */
function softmaxBySum(calls: Calls, call: KernelCall): Normalized | undefined {
  const [softmax, sum] = [valueOf(call, 'a'), valueOf(call, 'b')];
  const [made, summed] = [calls.maker(softmax, 'Softmax'), calls.maker(calls.unshaped(sum), 'Sum')];
  const isTheirs =
    call.kernel === 'RealDiv' &&
    made !== undefined &&
    summed !== undefined &&
    valueOf(summed, 'x')?.name === softmax!.name &&
    sum!.shape.length === softmax!.shape.length &&
    sum!.shape.every((size, i) => size === (i === softmax!.shape.length - 1 ? 1 : softmax!.shape[i]));
  return isTheirs ? { softmax: softmax!, sum: sum! } : undefined;
}

/**
 * The gradient before the quotient, where `add` adds to it what the sum gives back and a softmax is all that reads the result.
 */
function gradientBeforeSum(calls: Calls, add: KernelCall): Value | undefined {
  const reader = calls.onlyReader(add.outputs[0]!);
  for (const [direct, indirect] of [
    [valueOf(add, 'a'), valueOf(add, 'b')],
    [valueOf(add, 'b'), valueOf(add, 'a')]
  ]) {
    const quotient = calls.maker(direct, 'RealDiv');
    const gradient = quotient && valueOf(quotient, 'a');
    const sum = calls.unshaped(quotient && valueOf(quotient, 'b'));
    const softmax = inputOfMaker(calls, sum, 'Sum', 'x');
    const softmaxMaker = calls.maker(softmax, 'Softmax');
    // The gradient of softmax begins with a product of what comes from above and its own values.
    const isRead = reader?.kernel === 'Multiply' && inputsOf(reader).some(({ name }) => name === softmax?.name);
    if (!gradient || !softmaxMaker || !isRead) {
      continue;
    }
    const negated = inputsOfMaker(calls, indirect, 'Multiply')
      .map(value => inputOfMaker(calls, calls.unshaped(value), 'Neg', 'x'))
      .find(value => value !== undefined);
    const share = calls.maker(calls.unshaped(negated), 'RealDiv');
    const squared = inputOfMaker(calls, calls.unshaped(share && valueOf(share, 'b')), 'Square', 'x');
    const product = inputOfMaker(calls, calls.unshaped(share && valueOf(share, 'a')), 'Sum', 'x');
    const factors = inputsOfMaker(calls, product, 'Multiply').map(value => calls.unshaped(value)?.name);
    const isTheirs =
      calls.unshaped(squared)?.name === sum?.name &&
      factors.includes(calls.unshaped(gradient)?.name) &&
      factors.includes(softmax!.name);
    if (isTheirs) {
      return gradient;
    }
  }
  return undefined;
}

function inputsOfMaker(calls: Calls, value: Value | undefined, kernel: string): Value[] {
  const maker = calls.maker(value, kernel);
  return maker ? inputsOf(maker) : [];
}

function inputOfMaker(calls: Calls, value: Value | undefined, kernel: string, input: string): Value | undefined {
  const maker = calls.maker(value, kernel);
  return maker && valueOf(maker, input);
}

/** A product or convolution and the bias that is added to it become one call. */
function withBiases(calls: Calls): KernelCall[] {
  const replaced = new Map<KernelCall, KernelCall | null>();
  for (const call of calls.all) {
    const added = biasOf(calls, call);
    if (added) {
      const { add, bias } = added;
      replaced.set(add, { ...call, inputs: { ...call.inputs, bias }, outputs: add.outputs });
      replaced.set(call, null);
    }
  }
  return calls.all.flatMap(call => {
    const other = replaced.get(call);
    return other === undefined ? [call] : other === null ? [] : [other];
  });
}

const TAKES_BIAS: ReadonlySet<string> = new Set(['Conv2D', 'BatchMatMul', '_FusedMatMul']);

/** The bias that is added to the output of a call, by the call that is all that reads it. */
function biasOf(calls: Calls, call: KernelCall): { add: KernelCall; bias: Value } | undefined {
  const isLinear = (call.attributes['activation'] ?? 'linear') === 'linear';
  if (!TAKES_BIAS.has(call.kernel) || call.inputs['bias'] || !isLinear) {
    return undefined;
  }
  const [made] = call.outputs;
  let out = made!;
  let reader = calls.onlyReader(out);
  while (reader?.kernel === 'Reshape' && reader.outputs[0]!.shape.at(-1) === out.shape.at(-1)) {
    out = reader.outputs[0]!;
    reader = calls.onlyReader(out);
  }
  const bias = calls.unshaped(reader && valueOf(reader, 'b'));
  const isBias =
    reader?.kernel === 'Add' &&
    valueOf(reader, 'a')?.name === out.name &&
    bias?.shape.length === 1 &&
    bias.shape[0] === out.shape.at(-1) &&
    valueOf(reader, 'b')!.shape.at(-1) === out.shape.at(-1) &&
    bias.origin.kind !== 'made' &&
    (call.kernel === 'Conv2D' || product(made!.shape.slice(0, -2)) === 1);
  return isBias ? { add: reader!, bias } : undefined;
}
