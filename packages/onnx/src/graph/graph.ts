import { ProtobufWriter } from '../wire/protobuf-writer.js';

/** ONNX operator sets and file format that we write (https://onnx.ai/onnx/repo-docs/Versioning.html). */
export const OPSET = 17;
export const ML_OPSET = 3;
export const IR_VERSION = 8;
/** Operators of onnxruntime itself, for what ONNX has none: letters of texts, and hashes. Named only where they are used. */
export const RUNTIME_DOMAIN = 'com.microsoft';

/** TensorProto.DataType. */
export const ElementType = { FLOAT: 1, INT32: 6, INT64: 7, STRING: 8, BOOL: 9, DOUBLE: 11 } as const;
export type ElementType = (typeof ElementType)[keyof typeof ElementType];

/** A node attribute, by the kind of its value. */
export type Attribute =
  | { int: number }
  | { ints: readonly number[] }
  | { float: number }
  | { floats: readonly number[] }
  | { string: string }
  | { strings: readonly string[] }
  | { graph: OnnxGraph };

const AttributeType = { FLOAT: 1, INT: 2, STRING: 3, GRAPH: 5, FLOATS: 6, INTS: 7, STRINGS: 8 } as const;

/** A dimension is a number, or a name for one that varies. */
export type Dimension = number | string;

/**
 * Builds an ONNX graph node by node; every method that makes a value returns its name. Names that it makes begin with a slash, so
 * that inputs may be named v1.
 */
export class OnnxGraph {
  readonly #nodes = new ProtobufWriter();
  readonly #initializers = new ProtobufWriter();
  readonly #inputs = new ProtobufWriter();
  readonly #outputs = new ProtobufWriter();
  readonly #domains: Set<string>;
  readonly #root: OnnxGraph;
  #count = 0;

  /**
   * @param versions what the model declares; the default is what deployed runtimes of some years ago read.
   * @param parent of a graph that is an attribute of a node, see `subgraph`.
   */
  constructor(
    private readonly versions: { readonly opset: number; readonly ir: number } = { opset: OPSET, ir: IR_VERSION },
    parent?: OnnxGraph
  ) {
    this.#root = parent ? parent.#root : this;
    this.#domains = parent ? parent.#domains : new Set();
  }

  /** A graph for an attribute of a node here, such as the body of a Loop: it sees the values of this one. */
  subgraph(): OnnxGraph {
    return new OnnxGraph(this.versions, this);
  }

  input(name: string, type: ElementType, shape: readonly Dimension[]): string {
    this.#inputs.message(11, valueInfo(name, type, shape));
    return name;
  }

  /** Declares `value` as an output of the graph under `name`. */
  output(value: string, name: string, type: ElementType, shape: readonly Dimension[]): void {
    this.#append('Identity', [value], [name], {}, '');
    this.#outputs.message(12, valueInfo(name, type, shape));
  }

  /** Declares a value that has its name already, such as a result of `nodeAs`, as an output. */
  outputAs(name: string, type: ElementType, shape: readonly Dimension[]): void {
    this.#outputs.message(12, valueInfo(name, type, shape));
  }

  floats(values: ArrayLike<number>, shape: readonly number[]): string {
    const data = Float32Array.from(values);
    return this.#initializer(ElementType.FLOAT, shape, tensor =>
      tensor.bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    );
  }

  doubles(values: ArrayLike<number>, shape: readonly number[]): string {
    const data = Float64Array.from(values);
    return this.#initializer(ElementType.DOUBLE, shape, tensor => tensor.bytes(9, new Uint8Array(data.buffer)));
  }

  int32s(values: ArrayLike<number>, shape: readonly number[]): string {
    const data = Int32Array.from(values);
    return this.#initializer(ElementType.INT32, shape, tensor => tensor.bytes(9, new Uint8Array(data.buffer)));
  }

  booleans(values: ArrayLike<number | boolean>, shape: readonly number[]): string {
    const data = Uint8Array.from(values as ArrayLike<number>, Number);
    return this.#initializer(ElementType.BOOL, shape, tensor => tensor.bytes(9, data));
  }

  int64s(values: readonly number[], shape: readonly number[] = [values.length]): string {
    return this.#initializer(ElementType.INT64, shape, tensor => tensor.packedInts(7, values));
  }

  strings(values: readonly string[]): string {
    return this.#initializer(ElementType.STRING, [values.length], tensor => {
      for (const value of values) {
        tensor.string(6, value);
      }
      return tensor;
    });
  }

  /** Adds an operator with one output and returns the output's name. `domain` is empty for the default operators. */
  node(operator: string, inputs: readonly string[], attributes: Record<string, Attribute> = {}, domain = ''): string {
    const output = `/v${++this.#root.#count}`;
    this.#append(operator, inputs, [output], attributes, domain);
    return output;
  }

  /** Adds an operator with several outputs and returns their names. */
  nodeOutputs(
    operator: string,
    inputs: readonly string[],
    count: number,
    attributes: Record<string, Attribute> = {}
  ): string[] {
    const outputs = Array.from({ length: count }, () => `/v${++this.#root.#count}`);
    this.#append(operator, inputs, outputs, attributes, '');
    return outputs;
  }

  /** Adds an operator whose outputs get these names. */
  nodeAs(
    operator: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: Record<string, Attribute> = {}
  ): void {
    this.#append(operator, inputs, outputs, attributes, '');
  }

  /** The whole model as bytes; `metadata` goes into metadata_props. */
  finish(name: string, metadata: Record<string, string>): Uint8Array {
    const model = new ProtobufWriter()
      .int(1, this.versions.ir)
      .string(2, 'slipway')
      .bytes(7, this.body(name))
      .message(8, new ProtobufWriter().string(1, '').int(2, this.versions.opset))
      .message(8, new ProtobufWriter().string(1, 'ai.onnx.ml').int(2, ML_OPSET));
    if (this.#domains.has(RUNTIME_DOMAIN)) {
      model.message(8, new ProtobufWriter().string(1, RUNTIME_DOMAIN).int(2, 1));
    }
    for (const key of Object.keys(metadata).sort()) {
      model.message(14, new ProtobufWriter().string(1, key).string(2, metadata[key]!));
    }
    return model.finish();
  }

  /** The GraphProto alone. */
  body(name: string): Uint8Array {
    return joined(
      this.#nodes.finish(),
      new ProtobufWriter().string(2, name).finish(),
      this.#initializers.finish(),
      this.#inputs.finish(),
      this.#outputs.finish()
    );
  }

  #initializer(type: ElementType, shape: readonly number[], fill: (tensor: ProtobufWriter) => ProtobufWriter): string {
    const name = `/c${++this.#root.#count}`;
    const tensor = new ProtobufWriter().packedInts(1, shape).int(2, type);
    // Kept by the outermost graph, so that it is written once.
    this.#root.#initializers.message(5, fill(tensor).string(8, name));
    return name;
  }

  #append(
    operator: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: Record<string, Attribute>,
    domain: string
  ): void {
    const node = new ProtobufWriter();
    for (const input of inputs) {
      node.string(1, input);
    }
    for (const output of outputs) {
      node.string(2, output);
    }
    node.string(3, `/n${++this.#root.#count}`).string(4, operator);
    for (const [name, attribute] of Object.entries(attributes)) {
      node.message(5, attributeProto(name, attribute));
    }
    if (domain) {
      node.string(7, domain);
    }
    this.#domains.add(domain);
    this.#nodes.message(1, node);
  }
}

function attributeProto(name: string, attribute: Attribute): ProtobufWriter {
  const proto = new ProtobufWriter().string(1, name);
  if ('int' in attribute) {
    return proto.int(3, attribute.int).int(20, AttributeType.INT);
  }
  if ('float' in attribute) {
    return proto.float(2, attribute.float).int(20, AttributeType.FLOAT);
  }
  if ('string' in attribute) {
    return proto.string(4, attribute.string).int(20, AttributeType.STRING);
  }
  if ('ints' in attribute) {
    for (const value of attribute.ints) {
      proto.int(8, value);
    }
    return proto.int(20, AttributeType.INTS);
  }
  if ('floats' in attribute) {
    for (const value of attribute.floats) {
      proto.float(7, value);
    }
    return proto.int(20, AttributeType.FLOATS);
  }
  if ('graph' in attribute) {
    return proto.bytes(6, attribute.graph.body(name)).int(20, AttributeType.GRAPH);
  }
  for (const value of attribute.strings) {
    proto.string(9, value);
  }
  return proto.int(20, AttributeType.STRINGS);
}

function valueInfo(name: string, type: ElementType, shape: readonly Dimension[]): ProtobufWriter {
  const dimensions = new ProtobufWriter();
  for (const d of shape) {
    dimensions.message(1, typeof d === 'number' ? new ProtobufWriter().int(1, d) : new ProtobufWriter().string(2, d));
  }
  const tensor = new ProtobufWriter().int(1, type).message(2, dimensions);
  return new ProtobufWriter().string(1, name).message(2, new ProtobufWriter().message(1, tensor));
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
