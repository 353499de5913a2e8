import { ElementType } from '@slipway/onnx/graph';
import type { KernelCall } from '../recording.js';
import { elementType, inputOf, outputOf, sameShape, type Kernel } from '../translation.js';

function unary(operator: string): Kernel {
  return (call, to) => to.node(operator, [to.name(inputOf(call, 'x'))]);
}

function binary(operator: string): Kernel {
  return (call, to) => {
    const [a, b] = [inputOf(call, 'a'), inputOf(call, 'b')];
    const { shape } = outputOf(call);
    const [left, right] = [to.uniformOf(a), to.uniformOf(b)];
    if (left !== undefined && right !== undefined && shape.length > 0) {
      return to.node('Expand', [to.node(operator, [to.spread(a), to.spread(b)]), to.ints(shape)]);
    }
    // One number for many, unless the many are what gives the result its shape.
    const isFull =
      (left === undefined && right === undefined) ||
      (left === undefined && sameShape(a.shape, shape)) ||
      (right === undefined && sameShape(b.shape, shape));
    return isFull ? to.node(operator, [to.spread(a), to.spread(b)]) : to.node(operator, [to.name(a), to.name(b)]);
  };
}

function uniform(valueOf: (call: KernelCall) => number): Kernel {
  return (call, to) => {
    to.setUniform(outputOf(call), valueOf(call));
    return null;
  };
}

/** True or false of whole numbers, for operators that do not take truth values. */
function truth(operator: 'ReduceMax' | 'ReduceMin'): Kernel {
  return (call, to) => {
    const axes = [call.attributes['axis']].flat() as number[];
    const numbers = to.cast(to.name(inputOf(call, 'x')), ElementType.INT32);
    const keepdims = { int: call.attributes['keepDims'] ? 1 : 0 };
    return to.cast(to.node(operator, [numbers, to.ints(axes)], { keepdims }), ElementType.BOOL);
  };
}

/** dy · step(x), the gradient of a rectifier, without writing the step as numbers twice. */
const multiply: Kernel = (call, to) => {
  const [a, b] = [inputOf(call, 'a'), inputOf(call, 'b')];
  for (const [step, other] of [
    [a, b],
    [b, a]
  ] as const) {
    const above = to.stepOf(step);
    if (above && sameShape(step.shape, outputOf(call).shape)) {
      return to.node('Mul', [to.cast(above(), ElementType.FLOAT), to.spread(other)]);
    }
  }
  return binary('Mul')(call, to);
};

const step: Kernel = (call, to) => {
  const { alpha = 0 } = call.attributes as { alpha?: number };
  const above = (): string => to.node('Greater', [to.name(inputOf(call, 'x')), to.float(0)]);
  if (alpha !== 0) {
    return to.node('Where', [above(), to.float(1), to.float(alpha)]);
  }
  to.setStep(outputOf(call), above);
  return null;
};

/** Kahan's, which keeps the digits of small numbers (Goldberg 1991, theorem 4). */
const log1p: Kernel = (call, to) => {
  const x = to.name(inputOf(call, 'x'));
  const u = to.node('Add', [x, to.float(1)]);
  const ratio = to.node('Div', [x, to.node('Sub', [u, to.float(1)])]);
  return to.node('Where', [to.node('Equal', [u, to.float(1)]), x, to.node('Mul', [to.node('Log', [u]), ratio])]);
};

/** Kahan's of exp(x) - 1, by its logarithm. */
const expm1: Kernel = (call, to) => {
  const x = to.name(inputOf(call, 'x'));
  const u = to.node('Exp', [x]);
  const less = to.node('Sub', [u, to.float(1)]);
  const exact = to.node('Mul', [less, to.node('Div', [x, to.node('Log', [u])])]);
  const isPlain = to.node('Or', [to.node('Less', [less, to.float(-0.999)]), to.node('Greater', [x, to.float(20)])]);
  return to.node('Where', [to.node('Equal', [u, to.float(1)]), x, to.node('Where', [isPlain, less, exact])]);
};

/** The sign of the divisor, as tfjs and Python have it. */
const floorMod: Kernel = (call, to) => {
  const [a, b] = [to.spread(inputOf(call, 'a')), to.spread(inputOf(call, 'b'))];
  const quotient = to.node('Floor', [to.node('Div', [a, b])]);
  return to.node('Sub', [a, to.node('Mul', [quotient, b])]);
};

/** In numbers of JavaScript, as tfjs computes it, which hold whole numbers exactly too. */
const floorDiv: Kernel = (call, to) => {
  const double = (name: string): string =>
    to.node('Cast', [to.name(inputOf(call, name))], { to: { int: ElementType.DOUBLE } });
  const quotient = to.node('Floor', [to.node('Div', [double('a'), double('b')])]);
  return to.cast(quotient, elementType(outputOf(call).dtype));
};

const cast: Kernel = (call, to) => {
  const [x, out] = [inputOf(call, 'x'), outputOf(call)];
  if (x.dtype !== out.dtype) {
    return to.cast(to.name(x), elementType(out.dtype));
  }
  const above = to.stepOf(x);
  if (!above) {
    return to.name(x);
  }
  to.setStep(out, above);
  return null;
};

const select: Kernel = (call, to) => {
  const [condition, out] = [inputOf(call, 'condition'), outputOf(call)];
  let name = to.name(condition);
  if (condition.shape.length === 1 && out.shape.length > 1) {
    name = to.reshape(name, [condition.shape[0]!, ...out.shape.slice(1).map(() => 1)]);
  }
  return to.node('Where', [name, to.spread(inputOf(call, 't')), to.spread(inputOf(call, 'e'))]);
};

const eluGrad: Kernel = (call, to) => {
  const [dy, y] = [to.name(inputOf(call, 'dy')), to.name(inputOf(call, 'y'))];
  const below = to.node('Mul', [dy, to.node('Add', [y, to.float(1)])]);
  return to.node('Where', [to.node('Less', [y, to.float(0)]), below, dy]);
};

/** Arithmetic, comparisons, activations: one number at a time. */
export const ARITHMETIC: Readonly<Record<string, Kernel>> = {
  Add: binary('Add'),
  Sub: binary('Sub'),
  Multiply: multiply,
  RealDiv: binary('Div'),
  FloorDiv: floorDiv,
  Mod: floorMod,
  Maximum: binary('Max'),
  Minimum: binary('Min'),
  Pow: binary('Pow'),
  AddN: (call, to) =>
    to.node(
      'Sum',
      Object.values(call.inputs)
        .flat()
        .map(value => to.name(value))
    ),
  SquaredDifference: (call, to) => {
    const difference = binary('Sub')(call, to) as string;
    return to.node('Mul', [difference, difference]);
  },
  Step: step,
  Log1p: log1p,
  Expm1: expm1,
  Cast: cast,
  Select: select,
  EluGrad: eluGrad,
  Neg: unary('Neg'),
  Abs: unary('Abs'),
  Sqrt: unary('Sqrt'),
  Exp: unary('Exp'),
  Log: unary('Log'),
  Sigmoid: unary('Sigmoid'),
  Tanh: unary('Tanh'),
  Softplus: unary('Softplus'),
  Elu: unary('Elu'),
  Selu: unary('Selu'),
  Erf: unary('Erf'),
  Floor: unary('Floor'),
  Ceil: unary('Ceil'),
  Round: unary('Round'),
  Sign: unary('Sign'),
  Relu: unary('Relu'),
  Reciprocal: unary('Reciprocal'),
  Sin: unary('Sin'),
  Cos: unary('Cos'),
  Tan: unary('Tan'),
  Atan: unary('Atan'),
  LogicalNot: unary('Not'),
  Rsqrt: (call, to) => to.node('Reciprocal', [to.node('Sqrt', [to.name(inputOf(call, 'x'))])]),
  Square: (call, to) => {
    const x = to.name(inputOf(call, 'x'));
    return to.node('Mul', [x, x]);
  },
  Relu6: (call, to) => to.node('Clip', [to.name(inputOf(call, 'x')), to.float(0), to.float(6)]),
  ClipByValue: (call, to) => {
    const { clipValueMin, clipValueMax } = call.attributes as { clipValueMin: number; clipValueMax: number };
    return to.node('Clip', [to.name(inputOf(call, 'x')), to.float(clipValueMin), to.float(clipValueMax)]);
  },
  LeakyRelu: (call, to) =>
    to.node('LeakyRelu', [to.name(inputOf(call, 'x'))], { alpha: { float: call.attributes['alpha'] as number } }),
  Prelu: (call, to) => to.node('PRelu', [to.name(inputOf(call, 'x')), to.name(inputOf(call, 'alpha'))]),
  Greater: binary('Greater'),
  GreaterEqual: binary('GreaterOrEqual'),
  Less: binary('Less'),
  LessEqual: binary('LessOrEqual'),
  Equal: binary('Equal'),
  NotEqual: (call, to) => to.node('Not', [binary('Equal')(call, to) as string]),
  LogicalAnd: binary('And'),
  LogicalOr: binary('Or'),
  Any: truth('ReduceMax'),
  All: truth('ReduceMin'),
  ZerosLike: uniform(() => 0),
  OnesLike: uniform(() => 1),
  Fill: uniform(({ attributes }) => attributes['value'] as number)
};
