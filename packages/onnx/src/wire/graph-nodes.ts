import {
  decodeFields,
  floatsOf,
  intsOf,
  messageField,
  messagesOf,
  textField,
  textOf,
  textsOf,
  type Field
} from './wire.js';

/* Message and field numbers are those of onnx.proto. */
export const MODEL = {
  irVersion: 1,
  producer: 2,
  producerVersion: 3,
  domain: 4,
  modelVersion: 5,
  documentation: 6,
  graph: 7,
  opsets: 8,
  metadata: 14,
  functions: 25
};
export const GRAPH = { nodes: 1, initializers: 5, inputs: 11, outputs: 12, valueInfo: 13, sparseInitializers: 15 };
export const NODE = { inputs: 1, outputs: 2, name: 3, operator: 4, attributes: 5, domain: 7 };
export const ATTRIBUTE = {
  name: 1,
  i: 3,
  s: 4,
  tensor: 5,
  graph: 6,
  floats: 7,
  ints: 8,
  strings: 9,
  graphs: 11,
  type: 20
};
export const TENSOR = { dims: 1, type: 2, strings: 6, name: 8, raw: 9 };
/** A node, with what is not looked at kept as it came. */
export interface GraphNode {
  readonly operator: string;
  /** Empty for the default operators. */
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly fields: readonly Field[];
}

/** Attributes of a node, read by name. */
export class Attributes {
  readonly #byName: ReadonlyMap<string, readonly Field[]>;

  constructor(node: GraphNode) {
    const attributes = messagesOf(node.fields, NODE.attributes).map(decodeFields);
    this.#byName = new Map(attributes.map(fields => [textOf(fields, ATTRIBUTE.name), fields]));
  }

  /** '' when there is none. */
  text(name: string): string {
    return textOf(this.#byName.get(name) ?? [], ATTRIBUTE.s);
  }

  texts(name: string): string[] {
    return textsOf(this.#byName.get(name) ?? [], ATTRIBUTE.strings);
  }

  ints(name: string): number[] {
    return intsOf(this.#byName.get(name) ?? [], ATTRIBUTE.ints).map(Number);
  }

  floats(name: string): number[] {
    return floatsOf(this.#byName.get(name) ?? [], ATTRIBUTE.floats);
  }
}

export function readNode(bytes: Uint8Array): GraphNode {
  const fields = decodeFields(bytes);
  const domain = textOf(fields, NODE.domain);
  return {
    operator: textOf(fields, NODE.operator),
    domain: domain === 'ai.onnx' ? '' : domain,
    inputs: textsOf(fields, NODE.inputs),
    outputs: textsOf(fields, NODE.outputs),
    fields
  };
}

/** The constants of a graph. */
export function initializersOf(graph: readonly Field[]): { name: string; fields: Field[] }[] {
  return messagesOf(graph, GRAPH.initializers).map(bytes => {
    const fields = decodeFields(bytes);
    return { name: textOf(fields, TENSOR.name), fields };
  });
}

/** Branches and bodies of loops. */
export function graphsWithin(node: GraphNode): Field[][] {
  return messagesOf(node.fields, NODE.attributes)
    .map(decodeFields)
    .flatMap(fields => [...messagesOf(fields, ATTRIBUTE.graph), ...messagesOf(fields, ATTRIBUTE.graphs)])
    .map(decodeFields);
}

type Rename = (name: string) => string;

/** The node with other names of values, in branches and loops within it as well. */
export function renameNode(node: GraphNode, to: Rename): GraphNode {
  const fields = node.fields.map(field => {
    if (!(field.value instanceof Uint8Array)) {
      return field;
    }
    if (field.number === NODE.inputs || field.number === NODE.outputs) {
      return renameText(field, to);
    }
    if (field.number !== NODE.attributes) {
      return field;
    }
    return messageField(
      NODE.attributes,
      decodeFields(field.value).map(inner => renameAttribute(inner, to))
    );
  });
  return { ...node, inputs: node.inputs.map(to), outputs: node.outputs.map(to), fields };
}

function renameAttribute(field: Field, to: Rename): Field {
  const isGraph = field.number === ATTRIBUTE.graph || field.number === ATTRIBUTE.graphs;
  if (!isGraph || !(field.value instanceof Uint8Array)) {
    return field;
  }
  const graph = decodeFields(field.value).flatMap(inner => {
    if (!(inner.value instanceof Uint8Array)) {
      return [inner];
    }
    switch (inner.number) {
      case GRAPH.nodes:
        return [messageField(GRAPH.nodes, renameNode(readNode(inner.value), to).fields)];
      case GRAPH.inputs:
      case GRAPH.outputs:
        return [messageField(inner.number, renameName(decodeFields(inner.value), 1, to))];
      case GRAPH.valueInfo:
        return [];
      default:
        return [renameConstant(inner, to)];
    }
  });
  return messageField(field.number, graph);
}

/** A constant of a graph with another name; other fields as they are. */
export function renameConstant(field: Field, to: Rename): Field {
  if (!(field.value instanceof Uint8Array)) {
    return field;
  }
  if (field.number === GRAPH.initializers) {
    return messageField(field.number, renameName(decodeFields(field.value), TENSOR.name, to));
  }
  if (field.number === GRAPH.sparseInitializers) {
    // A sparse tensor has the name of its values.
    const inner = decodeFields(field.value).map(part =>
      part.number === 1 && part.value instanceof Uint8Array
        ? messageField(1, renameName(decodeFields(part.value), TENSOR.name, to))
        : part
    );
    return messageField(field.number, inner);
  }
  return field;
}

function renameName(fields: readonly Field[], number: number, to: Rename): Field[] {
  return fields.map(field => (field.number === number ? renameText(field, to) : field));
}

function renameText(field: Field, to: Rename): Field {
  const text = field.value instanceof Uint8Array ? new TextDecoder().decode(field.value) : '';
  return textField(field.number, to(text));
}
