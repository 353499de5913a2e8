import { type Attribute, ElementType, type OnnxGraph } from '@slipway/onnx/graph';
import type { Tf } from '../tfjs.js';
import type { KernelCall, Numbers, Value } from './recording.js';

/** The domain of onnxruntime's own operators. */
const RUNTIME = 'com.microsoft';

export function product(sizes: readonly number[]): number {
  return sizes.reduce((all, size) => all * size, 1);
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i]);
}

/** The ONNX type of a tensor. @throws Error for one that a training step cannot have. */
export function elementType(dtype: string): ElementType {
  switch (dtype) {
    case 'float32':
      return ElementType.FLOAT;
    case 'int32':
      return ElementType.INT32;
    case 'bool':
      return ElementType.BOOL;
    default:
      throw new Error(`a tensor of ${dtype} has no translation`);
  }
}

/**
 * Where kernels write their operators, and what is known of values: equal nodes are written once, a value that is one number
 * everywhere is written as that number, and some are written only when something asks for them.
 */
export class Translation {
  readonly #names = new Map<string, string>();
  readonly #uniform = new Map<string, number>();
  readonly #lazy = new Map<string, () => string>();
  readonly #written = new Map<string, string[]>();
  readonly #steps = new Map<string, () => string>();
  readonly #shapes = new Map<string, readonly number[]>();
  /** What was reshaped to what has a name. */
  readonly #reshaped = new Map<string, string>();

  constructor(
    readonly graph: OnnxGraph,
    readonly tf: Tf
  ) {}

  /** Says what a value is called in the graph. */
  set(value: Value, name: string): void {
    this.#names.set(value.name, this.shaped(name, value.shape));
  }

  /** Says what shape a name stands for, so that it is not reshaped to the same. */
  shaped(name: string, shape: readonly number[]): string {
    if (!this.#shapes.has(name)) {
      this.#shapes.set(name, shape);
    }
    return name;
  }

  /** Says that a value is this number everywhere. */
  setUniform(value: Value, number: number): void {
    this.#uniform.set(value.name, number);
  }

  setLazy(value: Value, write: () => string): void {
    this.#lazy.set(value.name, write);
  }

  /** Says that a value is 1 where the condition that `above` writes holds, and 0 elsewhere. */
  setStep(value: Value, above: () => string): void {
    this.#steps.set(value.name, above);
    this.setLazy(value, () => this.node('Cast', [above()], { to: { int: ElementType.FLOAT } }));
  }

  stepOf(value: Value): (() => string) | undefined {
    return this.#steps.get(value.name);
  }

  uniformOf(value: Value): number | undefined {
    const known = this.#uniform.get(value.name);
    if (known !== undefined || value.origin.kind !== 'constant') {
      return known;
    }
    const { values } = value.origin;
    if (values.length === 0 || values.some(each => !Object.is(each, values[0]))) {
      return undefined;
    }
    this.setUniform(value, values[0]!);
    return values[0];
  }

  /** The name of a value. @throws Error for one that nothing has made. */
  name(value: Value): string {
    const known = this.#names.get(value.name);
    if (known !== undefined) {
      return known;
    }
    const name = this.#write(value);
    this.#names.set(value.name, name);
    return name;
  }

  #write(value: Value): string {
    const lazy = this.#lazy.get(value.name);
    if (lazy) {
      return lazy();
    }
    const uniform = this.#uniform.get(value.name);
    if (uniform !== undefined) {
      return this.node('Expand', [this.constant(value.dtype, [uniform], []), this.ints(value.shape)]);
    }
    if (value.origin.kind === 'constant') {
      return this.constant(value.dtype, value.origin.values, value.origin.shape);
    }
    throw new Error(`a value of the step (${value.dtype} [${value.shape.join(', ')}]) comes from nowhere`);
  }

  /** A value for an operator that broadcasts: one number represents many. */
  spread(value: Value): string {
    const uniform = this.uniformOf(value);
    return uniform === undefined ? this.name(value) : this.constant(value.dtype, [uniform], []);
  }

  node(operator: string, inputs: readonly string[], attributes: Record<string, Attribute> = {}): string {
    return this.nodes(operator, inputs, 1, attributes)[0]!;
  }

  nodes(
    operator: string,
    inputs: readonly string[],
    count: number,
    attributes: Record<string, Attribute> = {}
  ): string[] {
    const key = `${operator}|${inputs.join()}|${JSON.stringify(attributes)}`;
    let outputs = this.#written.get(key);
    if (!outputs) {
      outputs =
        operator === 'FusedMatMul'
          ? [this.graph.node(operator, inputs, attributes, RUNTIME)]
          : this.graph.nodeOutputs(operator, inputs, count, attributes);
      this.#written.set(key, outputs);
    }
    return outputs;
  }

  constant(dtype: string, values: ArrayLike<number>, shape: readonly number[]): string {
    return this.#once(`${dtype}|${shape.join()}|${digest(values)}`, () => {
      switch (elementType(dtype)) {
        case ElementType.INT32:
          return this.graph.int32s(values, shape);
        case ElementType.BOOL:
          return this.graph.booleans(values, shape);
        default:
          return this.graph.floats(values, shape);
      }
    });
  }

  float(value: number): string {
    return this.constant('float32', [value], []);
  }

  ints(values: readonly number[]): string {
    return this.#once(`int64|${values.join()}`, () => this.graph.int64s(values));
  }

  /** @param shape in which -1 stands for what is left. */
  reshape(name: string, shape: readonly number[]): string {
    const root = this.#reshaped.get(name) ?? name;
    const found = [name, root].find(each => {
      const known = this.#shapes.get(each);
      return known !== undefined && sameShape(known, shape);
    });
    if (found !== undefined) {
      return found;
    }
    const made = this.node('Reshape', [root, this.ints(shape)]);
    this.#reshaped.set(made, root);
    return shape.includes(-1) ? made : this.shaped(made, shape);
  }

  transpose(name: string, perm: readonly number[]): string {
    return this.node('Transpose', [name], { perm: { ints: perm } });
  }

  cast(name: string, type: ElementType): string {
    return this.node('Cast', [name], { to: { int: type } });
  }

  concat(names: readonly string[], axis: number): string {
    return names.length === 1 ? names[0]! : this.node('Concat', names, { axis: { int: axis } });
  }

  /** Parts of a value along `axes`, from `starts` to `ends`, every `steps`-th. */
  slice(
    name: string,
    starts: readonly number[],
    ends: readonly number[],
    axes: readonly number[],
    steps: readonly number[] = axes.map(() => 1)
  ): string {
    return this.node('Slice', [name, this.ints(starts), this.ints(ends), this.ints(axes), this.ints(steps)]);
  }

  /** @param pads begins of all dimensions, then ends; a negative one cuts. */
  pad(name: string, pads: readonly number[], value = 0): string {
    return pads.every(each => each === 0) ? name : this.node('Pad', [name, this.ints(pads), this.float(value)]);
  }

  zeros(shape: readonly number[]): string {
    return this.node('Expand', [this.float(0), this.ints(shape)]);
  }

  #once(key: string, write: () => string): string {
    const known = this.#written.get(key) ?? [write()];
    this.#written.set(key, known);
    return known[0]!;
  }
}

/** Writes a call of a kernel; null when its outputs were said to be uniform or lazy. */
export type Kernel = (call: KernelCall, to: Translation) => string | readonly string[] | null;

/** One input of a call. @throws Error when it is not given, or a list. */
export function inputOf({ inputs, kernel }: KernelCall, name: string): Value {
  const value = inputs[name];
  if (!value || Array.isArray(value)) {
    throw new Error(`${kernel} has no input ${name}`);
  }
  return value as Value;
}

export function outputOf({ outputs }: KernelCall): Value {
  return outputs[0]!;
}

function digest(values: ArrayLike<number>): string {
  const data = values as Numbers;
  return ArrayBuffer.isView(data) && data.length > 64
    ? Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('latin1')
    : Array.from(values, value => (Object.is(value, -0) ? '-0' : String(value))).join();
}
