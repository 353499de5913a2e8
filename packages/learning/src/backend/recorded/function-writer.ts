import { ProtobufWriter } from '@slipway/onnx/wire';

/** Where a value comes from, as a NodeDef of a function names it (node reference `n3:output:0`), and its TF_DataType. */
export interface Source {
  readonly reference: string;
  readonly dtype: number;
}

/** A function as it is registered: arguments `a0…`, results `r0…`. */
export interface WrittenFunction {
  readonly name: string;
  /** TF_DataType of each argument. */
  readonly argumentTypes: readonly number[];
  readonly nodes: readonly ProtobufWriter[];
  readonly results: readonly Source[];
  /** One of its operations does more than compute. */
  readonly stateful: boolean;
}

/** Serializes a FunctionDef (tensorflow/core/framework/function.proto). */
export function serialized({ name, argumentTypes, nodes, results, stateful }: WrittenFunction): Uint8Array {
  const typed = (letter: string, dtype: number, i: number): ProtobufWriter =>
    new ProtobufWriter().string(1, `${letter}${i}`).int(3, dtype);
  const signature = new ProtobufWriter().string(1, name);
  argumentTypes.forEach((dtype, i) => signature.message(2, typed('a', dtype, i)));
  results.forEach(({ dtype }, i) => signature.message(3, typed('r', dtype, i)));
  if (stateful) {
    signature.int(17, 1);
  }
  const definition = new ProtobufWriter().message(1, signature);
  for (const each of nodes) {
    definition.message(3, each);
  }
  results.forEach(({ reference }, i) => {
    definition.message(4, new ProtobufWriter().string(1, `r${i}`).string(2, reference));
  });
  return definition.finish();
}

/** A NodeDef, to which attributes are added as its field 5. */
export function node(name: string, op: string, inputs: readonly string[]): ProtobufWriter {
  const written = new ProtobufWriter().string(1, name).string(2, op);
  for (const input of inputs) {
    written.string(3, input);
  }
  return written;
}

/** An entry of a node's attributes. @param value an AttrValue. */
export function attribute(name: string, value: ProtobufWriter): ProtobufWriter {
  return new ProtobufWriter().string(1, name).message(2, value);
}

/** A node whose only output is a constant. @param tensor a TensorProto. */
export function constant(name: string, dtype: number, tensor: ProtobufWriter): ProtobufWriter {
  return node(name, 'Const', [])
    .message(5, attribute('dtype', new ProtobufWriter().int(6, dtype)))
    .message(5, attribute('value', new ProtobufWriter().message(8, tensor)));
}
