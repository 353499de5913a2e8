import type { Attribute } from '@slipway/onnx/graph';
import type { KernelCall, Value } from '../recording.js';
import { inputOf, outputOf, product, type Kernel, type Translation } from '../translation.js';

/** Activations that tfjs fuses into a product, applied to `name`. @throws Error for one without translation. */
export function activated(call: KernelCall, name: string, to: Translation): string {
  const { activation = 'linear', leakyreluAlpha = 0.2 } = call.attributes as {
    activation?: string | null;
    leakyreluAlpha?: number;
  };
  switch (activation ?? 'linear') {
    case 'linear':
      return name;
    case 'relu':
      return to.node('Relu', [name]);
    case 'relu6':
      return to.node('Clip', [name, to.float(0), to.float(6)]);
    case 'elu':
      return to.node('Elu', [name]);
    case 'sigmoid':
      return to.node('Sigmoid', [name]);
    case 'leakyrelu':
      return to.node('LeakyRelu', [name], { alpha: { float: leakyreluAlpha } });
    case 'prelu':
      return to.node('PRelu', [name, to.name(inputOf(call, 'preluActivationWeights'))]);
    default:
      throw new Error(`${call.kernel} with the activation ${String(activation)} has no translation`);
  }
}

/** A product of two matrices, and a bias. */
export function gemm(
  to: Translation,
  [a, b]: readonly [string, string],
  { transA = false, transB = false, bias }: { transA?: boolean; transB?: boolean; bias?: string | undefined } = {}
): string {
  const attributes: Record<string, Attribute> = {
    ...(transA ? { transA: { int: 1 } } : {}),
    ...(transB ? { transB: { int: 1 } } : {})
  };
  return to.node('Gemm', bias === undefined ? [a, b] : [a, b, bias], attributes);
}

/** A larger matrix is turned before the product: onnxruntime takes up to three times as long to turn it inside. */
const WORTH_TURNING = 8192;

function matMul(call: KernelCall, to: Translation): string {
  const [a, b, out] = [inputOf(call, 'a'), inputOf(call, 'b'), outputOf(call)];
  const bias = call.inputs['bias'] as Value | undefined;
  const { transposeA: transA = false, transposeB: transB = false } = call.attributes as {
    transposeA?: boolean;
    transposeB?: boolean;
  };
  if (product(a.shape.slice(0, -2)) === 1 && product(b.shape.slice(0, -2)) === 1) {
    const fused = bias && bias.shape.length <= 1 ? to.name(bias) : undefined;
    const left = to.reshape(to.name(a), a.shape.slice(-2));
    const isTurned = transA && product(a.shape) > WORTH_TURNING;
    const pair = [isTurned ? to.transpose(left, [1, 0]) : left, to.reshape(to.name(b), b.shape.slice(-2))] as const;
    const result = gemm(to, pair, { transA: transA && !isTurned, transB, bias: fused });
    const rows = product(out.shape) / out.shape.at(-1)!;
    const whole = to.reshape(to.shaped(result, [rows, out.shape.at(-1)!]), out.shape);
    return bias && fused === undefined ? to.node('Add', [whole, to.name(bias)]) : whole;
  }
  const result = to.node('FusedMatMul', [to.name(a), to.name(b)], {
    transA: { int: transA ? 1 : 0 },
    transB: { int: transB ? 1 : 0 }
  });
  return bias ? to.node('Add', [result, to.name(bias)]) : result;
}

/** Products of matrices. */
export const PRODUCTS: Readonly<Record<string, Kernel>> = {
  BatchMatMul: matMul,
  _FusedMatMul: (call, to) => activated(call, matMul(call, to), to)
};
