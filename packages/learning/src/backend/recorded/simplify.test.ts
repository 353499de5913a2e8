import { describe, expect, it } from 'vitest';
import type { OpAttribute, TensorFlowBinding } from '../node-backend.js';
import { Recording } from './recording.js';
import { simplified } from './simplify.js';

const FLOAT = 1;
const binding = { TF_FLOAT: FLOAT, TF_ATTR_BOOL: 5, TF_ATTR_STRING: 1 } as unknown as TensorFlowBinding;
const flag = (name: string, value: boolean): OpAttribute => ({ name, type: binding.TF_ATTR_BOOL, value });

/** Writes recordings by hand; each operation returns the id of its result. */
class Draft {
  readonly recording = new Recording();
  readonly outside = new Map<number, readonly number[]>();
  #ids = 0;

  input(...shape: number[]): number {
    this.outside.set(++this.#ids, shape);
    return this.#ids;
  }

  constant(shape: number[], ...values: number[]): number {
    this.recording.constants.set(++this.#ids, { shape, dtype: FLOAT, values: Float32Array.from(values) });
    return this.#ids;
  }

  op(op: string, inputs: number[], shape: number[], attributes: OpAttribute[] = []): number {
    const id = ++this.#ids;
    const node = this.recording.nodes.push({ op, attributes, inputs, outputs: [{ id, shape, dtype: FLOAT }] }) - 1;
    this.recording.made.set(id, [node, 0]);
    return id;
  }

  /** As tfjs-node computes step(x), with `ones` above zero. */
  step(x: number, shape: number[], ones: number): number {
    const above = this.op('Greater', [x, this.constant([], 0)], shape);
    const zeros = this.op('Fill', [this.constant([2], ...shape), this.constant([], 0)], shape);
    const step = this.op('Select', [above, this.constant(shape, ...shape.map(() => ones)), zeros], shape);
    return this.op('Cast', [this.op('Select', [this.op('IsNan', [x], shape), x, step], shape)], shape);
  }

  simplified(...results: number[]): string[] {
    return simplified(this.recording, binding, this.outside, results).nodes.map(
      ({ op, inputs }) => `${op}(${inputs.join(' ')})`
    );
  }
}

describe('what tfjs-node spells out in small operations', () => {
  it('becomes the gradient of a ReLU, taken at its result, so that the sum before it is read only once', () => {
    const draft = new Draft();
    const [x, dy] = [draft.input(2, 3), draft.input(2, 3)];
    const relu = draft.op('Relu', [x], [2, 3]);
    draft.op('Mul', [dy, draft.step(x, [2, 3], 1)], [2, 3]);
    expect(draft.simplified().at(-1)).toBe(`ReluGrad(${dy} ${relu})`);
  });

  it('stays as it is when it only looks like that: a step of another height, or of another shape', () => {
    const draft = new Draft();
    const [x, dy, wide] = [draft.input(2, 3), draft.input(2, 3), draft.input(4, 2, 3)];
    draft.op('Mul', [dy, draft.step(x, [2, 3], 2)], [2, 3]);
    expect(draft.simplified().at(-1)).toMatch(/^Mul/);
    draft.op('Mul', [wide, draft.step(x, [2, 3], 1)], [4, 2, 3]);
    expect(draft.simplified().at(-1)).toMatch(/^Mul/);
  });

  it('becomes the addition of a bias and its gradient, for a vector along the last axis only', () => {
    const draft = new Draft();
    const [x, bias, column] = [draft.input(5, 2, 3), draft.input(3), draft.input(2, 1)];
    draft.op('Add', [x, bias], [5, 2, 3]);
    draft.op('Add', [x, column], [5, 2, 3]);
    draft.op('Sum', [x, draft.constant([2], 0, 1)], [3]);
    draft.op('Sum', [x, draft.constant([2], 1, 2)], [5]);
    expect(draft.simplified().map(node => /^\w+/.exec(node)![0])).toEqual(['BiasAdd', 'Add', 'BiasAddGrad', 'Sum']);
  });

  it('becomes a product of matrices, also where they are a batch of one, unless that shape is needed', () => {
    const draft = new Draft();
    const [a, b] = [draft.input(4, 2), draft.input(4, 3)];
    const shape = draft.constant([3], 1, 4, 2);
    const [a1, b1] = [draft.op('Reshape', [a, shape], [1, 4, 2]), draft.op('Reshape', [b, shape], [1, 4, 3])];
    const product = draft.op('BatchMatMulV2', [a1, b1], [1, 2, 3], [flag('adj_x', true), flag('adj_y', false)]);
    draft.op('Reshape', [product, shape], [2, 3]);
    expect(draft.simplified()[2]).toBe(`MatMul(${a} ${b})`);
    const { nodes } = simplified(draft.recording, binding, draft.outside, []);
    expect(nodes[2]!.attributes.map(({ name, value }) => [name, value])).toEqual([
      ['transpose_a', true],
      ['transpose_b', false]
    ]);
    expect(draft.simplified(product)[2]).toMatch(/^BatchMatMulV2/);
    draft.op('Neg', [product], [1, 2, 3]);
    expect(draft.simplified()[2]).toMatch(/^BatchMatMulV2/);
  });
});
