import {
  decodeFields,
  encodeFields,
  fieldOf,
  intField,
  intOf,
  messageField,
  messagesOf,
  textField,
  textOf,
  type Field
} from './wire.js';

/** TensorProto.DataType. */
export const ElementType = {
  FLOAT: 1,
  UINT8: 2,
  INT8: 3,
  UINT16: 4,
  INT16: 5,
  INT32: 6,
  INT64: 7,
  STRING: 8,
  BOOL: 9,
  FLOAT16: 10,
  DOUBLE: 11,
  UINT32: 12,
  UINT64: 13,
  BFLOAT16: 16
} as const;

const NAMES = new Map<number, string>(Object.entries(ElementType).map(([name, type]) => [type, name.toLowerCase()]));

export function elementTypeName(type: number): string {
  return NAMES.get(type) ?? `element type ${type}`;
}

/** Type of a value. A dimension is null where it is open, whatever name it has; a shape is null where it is not said. */
export type ValueType =
  | { readonly kind: 'tensor'; readonly element: number; readonly shape: readonly (number | null)[] | null }
  | { readonly kind: 'sequence'; readonly of: ValueType }
  | { readonly kind: 'map' }
  | { readonly kind: 'other' };

/** An input or output of a graph. */
export interface ValueInfo {
  readonly name: string;
  readonly type: ValueType;
}

/** A tensor, whose open first dimension is the rows. */
export function tensor(name: string, element: number, shape: readonly (number | null)[] | null): ValueInfo {
  return { name, type: { kind: 'tensor', element, shape } };
}

export function readValueInfo(bytes: Uint8Array): ValueInfo {
  const fields = decodeFields(bytes);
  return { name: textOf(fields, 1), type: readType(fieldOf(fields, 2)?.value) };
}

function readType(value: Field['value'] | undefined): ValueType {
  const fields = value instanceof Uint8Array ? decodeFields(value) : [];
  const [tensorType] = messagesOf(fields, 1);
  if (tensorType) {
    const inner = decodeFields(tensorType);
    const [shape] = messagesOf(inner, 2);
    return {
      kind: 'tensor',
      element: Number(intOf(inner, 1) ?? 0n),
      shape: shape === undefined ? null : messagesOf(decodeFields(shape), 1).map(readDimension)
    };
  }
  const [sequence] = messagesOf(fields, 4);
  if (sequence) {
    return { kind: 'sequence', of: readType(fieldOf(decodeFields(sequence), 1)?.value) };
  }
  return messagesOf(fields, 5).length > 0 ? { kind: 'map' } : { kind: 'other' };
}

function readDimension(bytes: Uint8Array): number | null {
  const size = intOf(decodeFields(bytes), 1);
  // Some converters write 0 or -1 for an open dimension.
  return size === undefined || size <= 0n ? null : Number(size);
}

/** Only tensors are written; their first open dimension is named `rows`. */
export function encodeValueInfo({ name, type }: ValueInfo): Uint8Array {
  if (type.kind !== 'tensor') {
    throw new TypeError(`${name} is no tensor.`);
  }
  const shape = type.shape?.map((size, place) =>
    messageField(1, [size === null ? textField(2, place === 0 ? 'rows' : `${name}_${place}`) : intField(1, size)])
  );
  const inner = [intField(1, type.element), ...(shape ? [messageField(2, shape)] : [])];
  return encodeFields([textField(1, name), messageField(2, [messageField(1, inner)])]);
}
