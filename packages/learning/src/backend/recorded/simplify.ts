import type { NativeTensor, OpAttribute, TensorFlowBinding } from '../node-backend.js';
import type { RecordedNode, Recording } from './recording.js';

/**
 * Writes what tfjs-node spells out in many small operations as the one operation that TensorFlow has for it: the gradient of
 * a ReLU, the addition of a bias, its gradient, and the product of two matrices. TensorFlow can then join these with their
 * neighbors, as it does in the graphs of Keras. Values differ by rounding only.
 *
 * @param outside shapes of tensors from outside of the step, where they are known.
 * @param results tensors that the step returns, which keep their shapes.
 */
export function simplified(
  recording: Recording,
  binding: TensorFlowBinding,
  outside: ReadonlyMap<number, readonly number[]>,
  results: readonly number[]
): Recording {
  return recording.with(new Simplification(recording, binding, outside, new Set(results)).nodes());
}

class Simplification {
  readonly #readers = new Map<number, RecordedNode[]>();

  constructor(
    private readonly recording: Recording,
    private readonly binding: TensorFlowBinding,
    private readonly outside: ReadonlyMap<number, readonly number[]>,
    private readonly results: ReadonlySet<number>
  ) {
    for (const node of recording.nodes) {
      for (const id of node.inputs) {
        this.#readers.set(id, [...(this.#readers.get(id) ?? []), node]);
      }
    }
  }

  nodes(): RecordedNode[] {
    return this.recording.nodes.map(
      node => this.#reluGradient(node) ?? this.#bias(node) ?? this.#product(node) ?? node
    );
  }

  /** `dy * step(x)` as ReluGrad; of the ReLU's result, where there is one, so that its input is read only once. */
  #reluGradient(node: RecordedNode): RecordedNode | null {
    if (node.op !== 'Mul' || !this.#isFloat(node.outputs[0]!)) {
      return null;
    }
    const [left, right] = node.inputs as [number, number];
    for (const [dy, step] of [
      [left, right],
      [right, left]
    ] as const) {
      const features = this.#steppedInput(step);
      if (features === null || !sameShape(this.#shape(dy), this.#shape(features))) {
        continue;
      }
      const relu = this.#readers.get(features)!.find(reader => reader.op === 'Relu');
      return this.#node(node, 'ReluGrad', [dy, relu ? relu.outputs[0]!.id : features]);
    }
    return null;
  }

  /** x, when a tensor is step(x) as tfjs-node computes it: 1 above zero, else 0, and NaN stays NaN. */
  #steppedInput(id: number): number | null {
    let maker = this.#maker(id);
    if (maker?.op === 'Cast') {
      maker = this.#maker(maker.inputs[0]!);
    }
    if (maker?.op !== 'Select') {
      return null;
    }
    const [isNan, x, step] = maker.inputs as [number, number, number];
    const inner = this.#maker(step);
    if (!this.#is(isNan, 'IsNan', [x]) || inner?.op !== 'Select') {
      return null;
    }
    const [isAbove, ones, zeros] = inner.inputs as [number, number, number];
    const greater = this.#maker(isAbove);
    const matches =
      greater?.op === 'Greater' &&
      greater.inputs[0] === x &&
      this.#isFilledWith(greater.inputs[1]!, 0) &&
      this.#isFilledWith(ones, 1) &&
      this.#isFilledWith(zeros, 0);
    return matches ? x : null;
  }

  /** A vector that is added to each row, or the sum of all rows, which is its gradient. */
  #bias(node: RecordedNode): RecordedNode | null {
    const output = node.outputs[0]!;
    if (!this.#isFloat(output)) {
      return null;
    }
    const format: OpAttribute = { name: 'data_format', type: this.binding.TF_ATTR_STRING, value: 'NHWC' };
    if (node.op === 'Add') {
      const [values, bias] = node.inputs.map(id => this.#shape(id));
      const isBias = values && bias && values.length >= 2 && bias.length === 1 && bias[0] === values.at(-1);
      return isBias && sameShape(values, output.shape) ? this.#node(node, 'BiasAdd', node.inputs, [format]) : null;
    }
    if (node.op !== 'Sum' || output.shape.length !== 1) {
      return null;
    }
    const values = this.#shape(node.inputs[0]!);
    const axes = this.recording.constants.get(node.inputs[1]!)?.values;
    const isOfRows = values && values.length >= 2 && axes?.length === values.length - 1;
    if (!isOfRows || !values.slice(0, -1).every((_, axis) => [...axes].map(Number).includes(axis))) {
      return null;
    }
    return this.#node(node, 'BiasAddGrad', [node.inputs[0]!], [format]);
  }

  /** A product of two matrices, which tfjs-node takes as one of a batch. */
  #product(node: RecordedNode): RecordedNode | null {
    const output = node.outputs[0]!;
    if (node.op !== 'BatchMatMulV2' || !this.#isFloat(output)) {
      return null;
    }
    const matrices = node.inputs.map(id => this.#matrix(id));
    const isReshaped = output.shape.length === 3 && output.shape[0] === 1 && this.#isOnlyReshaped(output.id);
    if (matrices.includes(null) || !(output.shape.length === 2 || isReshaped)) {
      return null;
    }
    const transpose = (name: string, from: string): OpAttribute => ({
      name,
      type: this.binding.TF_ATTR_BOOL,
      value: node.attributes.find(attribute => attribute.name === from)?.value ?? false
    });
    const attributes = [transpose('transpose_a', 'adj_x'), transpose('transpose_b', 'adj_y')];
    const product = this.#node(node, 'MatMul', matrices as number[], attributes);
    return { ...product, outputs: [{ ...output, shape: output.shape.slice(-2) }] };
  }

  /** The tensor itself, or the matrix that it is a batch of one of. */
  #matrix(id: number): number | null {
    const shape = this.#shape(id);
    if (shape?.length === 2) {
      return id;
    }
    const maker = this.#maker(id);
    if (shape?.length !== 3 || shape[0] !== 1 || maker?.op !== 'Reshape') {
      return null;
    }
    const [from] = maker.inputs as [number];
    return sameShape(this.#shape(from), shape.slice(1)) ? from : null;
  }

  /** A reshape gives the same for a matrix and for a batch of one. */
  #isOnlyReshaped(id: number): boolean {
    return !this.results.has(id) && (this.#readers.get(id) ?? []).every(({ op }) => op === 'Reshape');
  }

  #node(
    { attributes, outputs }: RecordedNode,
    op: string,
    inputs: readonly number[],
    more: readonly OpAttribute[] = []
  ): RecordedNode {
    return { op, inputs, outputs, attributes: [...attributes.filter(({ name }) => name === 'T'), ...more] };
  }

  #maker(id: number): RecordedNode | undefined {
    const made = this.recording.made.get(id);
    return made && this.recording.nodes[made[0]];
  }

  #is(id: number, op: string, inputs: readonly number[]): boolean {
    const maker = this.#maker(id);
    return maker?.op === op && maker.inputs.every((input, i) => input === inputs[i]);
  }

  #shape(id: number): readonly number[] | undefined {
    const made = this.recording.made.get(id);
    if (made) {
      return this.recording.nodes[made[0]]!.outputs[made[1]]!.shape;
    }
    return this.recording.constants.get(id)?.shape ?? this.outside.get(id);
  }

  #isFilledWith(id: number, value: number): boolean {
    const constant = this.recording.constants.get(id);
    if (constant) {
      return constant.values.length > 0 && [...constant.values].every(each => each === value);
    }
    const maker = this.#maker(id);
    return maker?.op === 'Fill' && this.#isFilledWith(maker.inputs[1]!, value);
  }

  #isFloat(tensor: NativeTensor): boolean {
    return tensor.dtype === this.binding.TF_FLOAT;
  }
}

function sameShape(a: readonly number[] | undefined, b: readonly number[] | undefined): boolean {
  return a !== undefined && b !== undefined && a.length === b.length && a.every((size, i) => size === b[i]);
}
