import {
  bytesField,
  decodeFields,
  encodeFields,
  fieldOf,
  intField,
  intOf,
  messageField,
  messagesOf,
  packedField,
  textField,
  textOf,
  textsOf,
  type Field
} from '../wire/wire.js';
import { WireFormatError } from '../wire/protobuf.js';
import { OnnxImportError } from './errors.js';
import {
  ATTRIBUTE,
  GRAPH,
  graphsWithin,
  initializersOf,
  MODEL,
  NODE,
  readNode,
  renameConstant,
  renameNode,
  TENSOR,
  type GraphNode
} from '../wire/graph-nodes.js';
import { encodeValueInfo, readValueInfo, type ValueInfo } from '../wire/value-info.js';

const ATTRIBUTE_INT = 2;
const ATTRIBUTE_TENSOR = 4;
const ATTRIBUTE_INTS = 7;

/** TensorProto.DataType of the constants that an import adds. */
const INT64 = 7;
const STRING = 8;
const FLOAT = 1;

/** An operator set that every runtime of today knows, for models that name none. */
const DEFAULT_OPSET = 17;

/** An ONNX model that can be changed at its ends; everything else goes through byte by byte. */
export class ModelDraft {
  nodes: GraphNode[];
  inputs: ValueInfo[];
  outputs: ValueInfo[];
  readonly #model: readonly Field[];
  #graph: readonly Field[];
  #opsets: ReadonlyMap<string, number>;
  #made = 0;

  private constructor(model: readonly Field[], graph: readonly Field[]) {
    this.#model = model;
    this.#graph = graph;
    this.#opsets = readOpsets(model);
    this.nodes = messagesOf(graph, GRAPH.nodes).map(readNode);
    const constants = new Set(initializersOf(graph).map(({ name }) => name));
    // Files of before 2018 name their constants among the inputs.
    this.inputs = messagesOf(graph, GRAPH.inputs)
      .map(readValueInfo)
      .filter(input => !constants.has(input.name));
    this.outputs = messagesOf(graph, GRAPH.outputs).map(readValueInfo);
  }

  /** @throws OnnxImportError ONNX_INVALID when the bytes are not an ONNX model. */
  static parse(bytes: Uint8Array): ModelDraft {
    try {
      const model = decodeFields(bytes);
      const graph = fieldOf(model, MODEL.graph)?.value;
      if (!(graph instanceof Uint8Array)) {
        throw new WireFormatError('it holds no graph');
      }
      const draft = new ModelDraft(model, decodeFields(graph));
      if (draft.outputs.length === 0 || draft.nodes.length === 0) {
        throw new WireFormatError('its graph is empty');
      }
      return draft;
    } catch (cause) {
      if (!(cause instanceof WireFormatError)) {
        throw cause;
      }
      throw new OnnxImportError('ONNX_INVALID', `The file is not an ONNX model: ${cause.message}.`, { cause });
    }
  }

  get irVersion(): number {
    return Number(intOf(this.#model, MODEL.irVersion) ?? 0n);
  }

  get producer(): string {
    return textOf(this.#model, MODEL.producer);
  }

  get producerVersion(): string {
    return textOf(this.#model, MODEL.producerVersion);
  }

  get domain(): string {
    return textOf(this.#model, MODEL.domain);
  }

  get modelVersion(): number {
    return Number(intOf(this.#model, MODEL.modelVersion) ?? 0n);
  }

  get documentation(): string {
    return textOf(this.#model, MODEL.documentation);
  }

  /** Version of each operator set; '' is the default one. */
  get opsets(): ReadonlyMap<string, number> {
    return this.#opsets;
  }

  get metadata(): Record<string, string> {
    const entries = messagesOf(this.#model, MODEL.metadata).map(decodeFields);
    return Object.fromEntries(entries.map(entry => [textOf(entry, 1), textOf(entry, 2)]));
  }

  /** Functions that the model defines itself, as "domain:name". */
  get functions(): string[] {
    return messagesOf(this.#model, MODEL.functions)
      .map(decodeFields)
      .map(fields => `${textOf(fields, 10)}:${textOf(fields, 1)}`);
  }

  /** Every operator that is used, in branches, loops and functions as well. */
  operators(): { domain: string; operator: string }[] {
    const found = new Map<string, { domain: string; operator: string }>();
    const visit = (node: GraphNode): void => {
      found.set(`${node.domain}:${node.operator}`, { domain: node.domain, operator: node.operator });
      for (const graph of graphsWithin(node)) {
        messagesOf(graph, GRAPH.nodes).map(readNode).forEach(visit);
      }
    };
    this.nodes.forEach(visit);
    for (const body of messagesOf(this.#model, MODEL.functions).map(decodeFields)) {
      messagesOf(body, 7).map(readNode).forEach(visit);
    }
    return [...found.values()];
  }

  /** Constants of text, by name. */
  textConstants(): Map<string, string[]> {
    return new Map(
      initializersOf(this.#graph)
        .filter(({ fields }) => Number(intOf(fields, TENSOR.type) ?? 0n) === STRING)
        .map(({ name, fields }) => [name, textsOf(fields, TENSOR.strings)])
    );
  }

  /** The node that makes a value. */
  producerOf(value: string): GraphNode | undefined {
    return this.nodes.find(node => node.outputs.includes(value));
  }

  /** A name that nothing in the graph has. */
  freshName(like: string): string {
    const taken = this.#names();
    for (;;) {
      const name = `${like}__${++this.#made}`;
      if (!taken.has(name)) {
        return name;
      }
    }
  }

  /** Gives every value of these names another one, in branches and loops as well. */
  freeNames(names: ReadonlySet<string>): void {
    const taken = this.#names();
    const renamed = new Map([...names].filter(name => taken.has(name)).map(name => [name, this.freshName(name)]));
    if (renamed.size === 0) {
      return;
    }
    const to = (name: string): string => renamed.get(name) ?? name;
    this.nodes = this.nodes.map(node => renameNode(node, to));
    this.#graph = this.#graph.map(field => renameConstant(field, to));
    this.inputs = this.inputs.map(input => ({ ...input, name: to(input.name) }));
    this.outputs = this.outputs.map(output => ({ ...output, name: to(output.name) }));
  }

  /** A node to be added, with whole numbers, or lists of them, as attributes. */
  node(
    operator: string,
    inputs: readonly string[],
    output: string,
    attributes: Readonly<Record<string, number | readonly number[]>> = {}
  ): GraphNode {
    this.#needDefaultOpset();
    const fields: Field[] = [
      ...inputs.map(name => textField(NODE.inputs, name)),
      textField(NODE.outputs, output),
      textField(NODE.name, this.freshName(operator)),
      textField(NODE.operator, operator),
      ...Object.entries(attributes).map(([name, value]) =>
        messageField(NODE.attributes, [
          textField(ATTRIBUTE.name, name),
          ...(typeof value === 'number'
            ? [intField(ATTRIBUTE.i, value), intField(ATTRIBUTE.type, ATTRIBUTE_INT)]
            : [...value.map(each => intField(ATTRIBUTE.ints, each)), intField(ATTRIBUTE.type, ATTRIBUTE_INTS)])
        ])
      )
    ];
    return { operator, domain: '', inputs, outputs: [output], fields };
  }

  /** A node that gives a constant. */
  constant(
    output: string,
    values: readonly number[] | readonly string[],
    shape: readonly number[],
    type: 'int64' | 'float' | 'text'
  ): GraphNode {
    this.#needDefaultOpset();
    const tensor: Field[] = [packedField(TENSOR.dims, shape)];
    if (type === 'text') {
      tensor.push(intField(TENSOR.type, STRING), ...values.map(value => textField(TENSOR.strings, String(value))));
    } else if (type === 'int64') {
      const raw = BigInt64Array.from(values.map(value => BigInt(value)));
      tensor.push(intField(TENSOR.type, INT64), bytesField(TENSOR.raw, new Uint8Array(raw.buffer)));
    } else {
      const raw = Float32Array.from(values, Number);
      tensor.push(intField(TENSOR.type, FLOAT), bytesField(TENSOR.raw, new Uint8Array(raw.buffer)));
    }
    const fields: Field[] = [
      textField(NODE.outputs, output),
      textField(NODE.operator, 'Constant'),
      messageField(NODE.attributes, [
        textField(ATTRIBUTE.name, 'value'),
        messageField(ATTRIBUTE.tensor, tensor),
        intField(ATTRIBUTE.type, ATTRIBUTE_TENSOR)
      ])
    ];
    return { operator: 'Constant', domain: '', inputs: [], outputs: [output], fields };
  }

  /** The model as it now is. */
  finish(): Uint8Array {
    const replaced = new Set([GRAPH.nodes, GRAPH.inputs, GRAPH.outputs, GRAPH.valueInfo]);
    const constants = new Set(initializersOf(this.#graph).map(({ name }) => name));
    const oldInputs = messagesOf(this.#graph, GRAPH.inputs).filter(bytes => constants.has(readValueInfo(bytes).name));
    const graph = encodeFields([
      ...this.nodes.map(node => messageField(GRAPH.nodes, node.fields)),
      ...this.#graph.filter(field => !replaced.has(field.number)),
      ...this.inputs.map(input => bytesField(GRAPH.inputs, encodeValueInfo(input))),
      ...oldInputs.map(bytes => bytesField(GRAPH.inputs, bytes)),
      ...this.outputs.map(output => bytesField(GRAPH.outputs, encodeValueInfo(output)))
    ]);
    const opsets = [...this.#opsets].map(([domain, version]) =>
      messageField(MODEL.opsets, [textField(1, domain), intField(2, version)])
    );
    return encodeFields([
      ...this.#model.filter(field => field.number !== MODEL.graph && field.number !== MODEL.opsets),
      ...opsets,
      bytesField(MODEL.graph, graph)
    ]);
  }

  #needDefaultOpset(): void {
    if (!this.#opsets.has('')) {
      this.#opsets = new Map([...this.#opsets, ['', DEFAULT_OPSET]]);
    }
  }

  /** Names of all values, also of those within branches and loops. */
  #names(): Set<string> {
    const names = new Set<string>();
    const visit = (node: GraphNode): void => {
      for (const name of [...node.inputs, ...node.outputs]) {
        names.add(name);
      }
      for (const graph of graphsWithin(node)) {
        messagesOf(graph, GRAPH.nodes).map(readNode).forEach(visit);
      }
    };
    this.nodes.forEach(visit);
    for (const { name } of initializersOf(this.#graph)) {
      names.add(name);
    }
    for (const { name } of [...this.inputs, ...this.outputs]) {
      names.add(name);
    }
    return names;
  }
}

function readOpsets(model: readonly Field[]): Map<string, number> {
  const opsets = messagesOf(model, MODEL.opsets).map(decodeFields);
  return new Map(
    opsets.map(fields => {
      const domain = textOf(fields, 1);
      return [domain === 'ai.onnx' ? '' : domain, Number(intOf(fields, 2) ?? 0n)];
    })
  );
}
