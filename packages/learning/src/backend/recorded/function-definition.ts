import { ProtobufWriter } from '@slipway/onnx/wire';
import type { OpAttribute, TensorFlowBinding } from '../node-backend.js';
import { attribute, constant, node as nodeOf, type Source, type WrittenFunction } from './function-writer.js';
import type { Operation, Operations } from './operations.js';
import { bytesOf, type RecordedConstant, type RecordedNode, type Recording } from './recording.js';

/** An argument of the function: the tensors of the recording that it represents, and their TF_DataType. */
export interface FunctionArgument {
  readonly ids: readonly number[];
  readonly dtype: number;
}

/**
 * Writes a recording as a function: only the operations that a result needs or that have an effect of their own.
 *
 * @param results ids of the tensors that it returns.
 * @throws Error for a value that comes from nowhere, or that cannot be written.
 */
export function functionDefinition(
  name: string,
  recording: Recording,
  args: readonly FunctionArgument[],
  results: readonly number[],
  { binding, operations }: { binding: TensorFlowBinding; operations: Operations }
): WrittenFunction {
  const sources = new Map<number, Source>();
  args.forEach(({ ids, dtype }, i) => ids.forEach(id => sources.set(id, { reference: `a${i}`, dtype })));
  const body = new FunctionBody(recording, sources, binding, operations);
  const live = liveNodes(recording, results, sources, operations);
  let stateful = false;
  recording.nodes.forEach((node, i) => {
    if (!live.has(i)) {
      return;
    }
    stateful ||= operations.get(node.op).stateful;
    body.add(`n${i}`, node);
  });
  const returned = results.map(id => body.source(id));
  return { name, argumentTypes: args.map(({ dtype }) => dtype), nodes: body.nodes, results: returned, stateful };
}

/** Indices of the nodes that are needed for the results, and of those that do more than compute. */
function liveNodes(
  recording: Recording,
  results: readonly number[],
  given: ReadonlyMap<number, unknown>,
  operations: Operations
): Set<number> {
  const live = new Set<number>();
  const wanted = [...results];
  recording.nodes.forEach((node, i) => {
    if (!operations.get(node.op).stateful) {
      return;
    }
    live.add(i);
    wanted.push(...node.inputs);
  });
  for (let id = wanted.pop(); id !== undefined; id = wanted.pop()) {
    const made = given.has(id) ? undefined : recording.made.get(id);
    if (!made || live.has(made[0])) {
      continue;
    }
    live.add(made[0]);
    wanted.push(...recording.nodes[made[0]]!.inputs);
  }
  return live;
}

class FunctionBody {
  readonly nodes: ProtobufWriter[] = [];
  readonly #constants = new Map<string, string>();

  constructor(
    private readonly recording: Recording,
    private readonly sources: Map<number, Source>,
    private readonly binding: TensorFlowBinding,
    private readonly operations: Operations
  ) {}

  add(name: string, node: RecordedNode): void {
    const operation = this.operations.get(node.op);
    const inputs = node.inputs.map(id => this.source(id));
    const attributes = completeAttributes(operation, node, inputs, this.binding);
    const references = inputs.map(({ reference }) => reference);
    const written = nodeOf(name, node.op, references);
    for (const each of attributes.values()) {
      if (operation.attributes.has(each.name)) {
        written.message(5, attribute(each.name, attributeValue(each, this.binding)));
      }
    }
    this.nodes.push(written);
    let output = 0;
    for (const argument of operation.outputs) {
      const count = argument.countAttribute
        ? Number(attributes.get(argument.countAttribute)?.value)
        : argument.listAttribute
          ? node.outputs.length
          : 1;
      for (let i = 0; i < count && output < node.outputs.length; i++, output++) {
        const { id, dtype } = node.outputs[output]!;
        if (!this.sources.has(id)) {
          this.sources.set(id, { reference: `${name}:${argument.name}:${i}`, dtype });
        }
      }
    }
  }

  source(id: number): Source {
    const known = this.sources.get(id);
    if (known) {
      return known;
    }
    const constant = this.recording.constants.get(id);
    if (!constant) {
      throw new Error(`a tensor of the step comes from nowhere (${id})`);
    }
    const source = { reference: this.#constant(constant), dtype: constant.dtype };
    this.sources.set(id, source);
    return source;
  }

  #constant(recorded: RecordedConstant): string {
    const bytes = bytesOf(recorded, this.binding.TF_FLOAT);
    const key = `${recorded.dtype}:${recorded.shape.join(',')}:${Buffer.from(bytes).toString('latin1')}`;
    const known = this.#constants.get(key);
    if (known) {
      return known;
    }
    const name = `c${this.#constants.size}`;
    this.nodes.push(constant(name, recorded.dtype, tensor(recorded, bytes, this.binding.TF_FLOAT)));
    const reference = `${name}:output:0`;
    this.#constants.set(key, reference);
    return reference;
  }
}

/** Adds the types and counts that follow from the inputs, as eager execution does. */
function completeAttributes(
  operation: Operation,
  node: RecordedNode,
  inputs: readonly Source[],
  binding: TensorFlowBinding
): Map<string, OpAttribute> {
  const attributes = new Map(node.attributes.map(attribute => [attribute.name, attribute]));
  let at = 0;
  for (const argument of operation.inputs) {
    const { countAttribute, typeAttribute } = argument;
    if (countAttribute && !attributes.has(countAttribute)) {
      const value = node.inputs.length - (operation.inputs.length - 1);
      attributes.set(countAttribute, { name: countAttribute, type: binding.TF_ATTR_INT, value });
    }
    if (typeAttribute && !attributes.has(typeAttribute) && inputs[at]) {
      attributes.set(typeAttribute, { name: typeAttribute, type: binding.TF_ATTR_TYPE, value: inputs[at]!.dtype });
    }
    at += countAttribute ? Number(attributes.get(countAttribute)?.value) : 1;
  }
  return attributes;
}

/** A TensorProto. Numbers that are all the same are written once: TensorFlow fills the shape with the last value. */
function tensor(constant: RecordedConstant, bytes: Uint8Array, floatType: number): ProtobufWriter {
  const written = new ProtobufWriter().int(1, constant.dtype).message(2, shape(constant.shape));
  const { values } = constant;
  if (constant.dtype === floatType && values.length > 1 && values.every(value => Object.is(value, values[0]))) {
    return written.bytes(5, bytes.slice(0, 4));
  }
  return written.bytes(4, bytes);
}

function shape(dimensions: readonly number[]): ProtobufWriter {
  const written = new ProtobufWriter();
  for (const size of dimensions) {
    written.message(2, new ProtobufWriter().int(1, size));
  }
  return written;
}

function attributeValue(attribute: OpAttribute, binding: TensorFlowBinding): ProtobufWriter {
  const { type, value } = attribute;
  const written = new ProtobufWriter();
  if (type === binding.TF_ATTR_SHAPE) {
    return written.message(7, shape(value as readonly number[]));
  }
  if (!Array.isArray(value)) {
    return scalarValue(written, type, value as string | number | boolean, binding);
  }
  const list = new ProtobufWriter();
  for (const each of value) {
    scalarValue(list, type, each as string | number | boolean, binding);
  }
  return written.message(1, list);
}

function scalarValue(
  written: ProtobufWriter,
  type: number,
  value: string | number | boolean,
  binding: TensorFlowBinding
): ProtobufWriter {
  switch (type) {
    case binding.TF_ATTR_STRING:
      return written.string(2, String(value));
    case binding.TF_ATTR_INT:
      return written.int(3, Number(value));
    case binding.TF_ATTR_FLOAT:
      return written.float(4, Number(value));
    case binding.TF_ATTR_BOOL:
      return written.int(5, value ? 1 : 0);
    case binding.TF_ATTR_TYPE:
      return written.int(6, Number(value));
    default:
      throw new Error(`an attribute of type ${type} cannot be recorded`);
  }
}
