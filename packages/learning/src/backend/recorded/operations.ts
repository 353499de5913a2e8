import { readFields } from './protobuf-reader.js';

/** An input or output of an operation; one that repeats says which attribute tells how often. */
export interface OperationArgument {
  readonly name: string;
  /** Attribute that holds its type. */
  readonly typeAttribute: string | undefined;
  /** Attribute that says how many tensors it stands for. */
  readonly countAttribute: string | undefined;
  /** Attribute that holds a list of types, one for each tensor that it stands for. */
  readonly listAttribute: string | undefined;
}

/** What TensorFlow says of an operation (its OpDef). */
export interface Operation {
  readonly inputs: readonly OperationArgument[];
  readonly outputs: readonly OperationArgument[];
  readonly attributes: ReadonlySet<string>;
  readonly stateful: boolean;
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** TensorFlow's operations by name, read from its serialized OpList as they are asked for. */
export class Operations {
  readonly #unread = new Map<string, Uint8Array>();
  readonly #read = new Map<string, Operation>();

  constructor(list: Uint8Array) {
    for (const operation of readFields(list)) {
      if (!('bytes' in operation)) continue;
      for (const field of readFields(operation.bytes)) {
        if (field.number !== 1 || !('bytes' in field)) continue;
        this.#unread.set(text(field.bytes), operation.bytes);
        break;
      }
    }
  }

  /** @throws Error for a name that TensorFlow does not know. */
  get(name: string): Operation {
    const known = this.#read.get(name);
    if (known) return known;
    const bytes = this.#unread.get(name);
    if (!bytes) throw new Error(`TensorFlow has no operation ${name}.`);
    const operation = readOperation(bytes);
    this.#read.set(name, operation);
    return operation;
  }
}

function readOperation(bytes: Uint8Array): Operation {
  const inputs: OperationArgument[] = [];
  const outputs: OperationArgument[] = [];
  const attributes = new Set<string>();
  let stateful = false;
  for (const field of readFields(bytes)) {
    if ('integer' in field) {
      if (field.number === 17) stateful = field.integer !== 0;
    } else if (field.number === 2) inputs.push(readArgument(field.bytes));
    else if (field.number === 3) outputs.push(readArgument(field.bytes));
    else if (field.number === 4) attributes.add(stringIn(field.bytes, 1) ?? '');
  }
  return { inputs, outputs, attributes, stateful };
}

function readArgument(bytes: Uint8Array): OperationArgument {
  return {
    name: stringIn(bytes, 1) ?? '',
    typeAttribute: stringIn(bytes, 4),
    countAttribute: stringIn(bytes, 5),
    listAttribute: stringIn(bytes, 6)
  };
}

function stringIn(bytes: Uint8Array, number: number): string | undefined {
  for (const field of readFields(bytes)) {
    if (field.number === number && 'bytes' in field && field.bytes.length > 0) return text(field.bytes);
  }
  return undefined;
}
