import { decodeFields, intOf, messagesOf, textOf } from '@slipway/onnx/wire';

/** An input or output of an operation; one that repeats says which attribute tells how often. */
export interface OperationArgument {
  readonly name: string;
  /** Attribute that holds its type. */
  readonly typeAttribute: string | undefined;
  /** Attribute that says how many tensors it represents. */
  readonly countAttribute: string | undefined;
  /** Attribute that holds a list of types, one for each tensor that it represents. */
  readonly listAttribute: string | undefined;
}

/** What TensorFlow says of an operation (its OpDef). */
export interface Operation {
  readonly inputs: readonly OperationArgument[];
  readonly outputs: readonly OperationArgument[];
  readonly attributes: ReadonlySet<string>;
  readonly stateful: boolean;
}

/** TensorFlow's operations by name, read from its serialized OpList as they are asked for. */
export class Operations {
  readonly #unread = new Map<string, Uint8Array>();
  readonly #read = new Map<string, Operation>();

  constructor(list: Uint8Array) {
    for (const operation of messagesOf(decodeFields(list), 1)) {
      this.#unread.set(textOf(decodeFields(operation), 1), operation);
    }
  }

  /** @throws Error for a name that TensorFlow does not know. */
  get(name: string): Operation {
    const known = this.#read.get(name);
    if (known) {
      return known;
    }
    const bytes = this.#unread.get(name);
    if (!bytes) {
      throw new Error(`TensorFlow has no operation ${name}.`);
    }
    const operation = readOperation(bytes);
    this.#read.set(name, operation);
    return operation;
  }
}

function readOperation(bytes: Uint8Array): Operation {
  const fields = decodeFields(bytes);
  return {
    inputs: messagesOf(fields, 2).map(readArgument),
    outputs: messagesOf(fields, 3).map(readArgument),
    attributes: new Set(messagesOf(fields, 4).map(attribute => textOf(decodeFields(attribute), 1))),
    stateful: (intOf(fields, 17) ?? 0n) !== 0n
  };
}

function readArgument(bytes: Uint8Array): OperationArgument {
  const fields = decodeFields(bytes);
  const named = (number: number): string | undefined => textOf(fields, number) || undefined;
  return {
    name: textOf(fields, 1),
    typeAttribute: named(4),
    countAttribute: named(5),
    listAttribute: named(6)
  };
}
