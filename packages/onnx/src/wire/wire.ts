import { fieldSpans, readVarint, varint } from './protobuf.js';

/*
 * The protobuf wire format (https://protobuf.dev/programming-guides/encoding/), read and written without knowing what the
 * fields mean: what is not changed goes through byte by byte.
 */

/** A field of a message: a number, or the bytes of a text, a message or packed numbers. Fixed ones keep their bytes. */
export interface Field {
  readonly number: number;
  readonly wire: 0 | 1 | 2 | 5;
  readonly value: bigint | Uint8Array;
}

/** @throws WireFormatError when the bytes are not a message. */
export function decodeFields(bytes: Uint8Array): Field[] {
  return Array.from(fieldSpans(bytes), ({ number, wire, start, end }) => ({
    number,
    wire,
    value: wire === 0 ? readVarint(bytes, start, end).value : bytes.subarray(start, end)
  }));
}

export function encodeFields(fields: readonly Field[]): Uint8Array {
  const heads = fields.map(headOf);
  const total = fields.reduce((sum, { value }, i) => sum + heads[i]!.length + sizeOf(value), 0);
  const out = new Uint8Array(total);
  let at = 0;
  fields.forEach(({ value }, i) => {
    out.set(heads[i]!, at);
    at += heads[i]!.length;
    if (typeof value !== 'bigint') {
      out.set(value, at);
      at += value.length;
    }
  });
  return out;
}

export function intField(number: number, value: number | bigint): Field {
  return { number, wire: 0, value: BigInt.asUintN(64, BigInt(value)) };
}

export function bytesField(number: number, value: Uint8Array): Field {
  return { number, wire: 2, value };
}

export function textField(number: number, value: string): Field {
  return bytesField(number, new TextEncoder().encode(value));
}

export function messageField(number: number, fields: readonly Field[]): Field {
  return bytesField(number, encodeFields(fields));
}

/** Packed repeated int64. */
export function packedField(number: number, values: readonly number[]): Field {
  const parts = values.map(value => varint(value));
  return bytesField(number, Uint8Array.from(parts.flatMap(part => Array.from(part))));
}

/** The last of the fields of this number, as the format says. */
export function fieldOf(fields: readonly Field[], number: number): Field | undefined {
  return fields.findLast(field => field.number === number);
}

export function textOf(fields: readonly Field[], number: number): string {
  const value = fieldOf(fields, number)?.value;
  return value instanceof Uint8Array ? new TextDecoder().decode(value) : '';
}

export function textsOf(fields: readonly Field[], number: number): string[] {
  return messagesOf(fields, number).map(bytes => new TextDecoder().decode(bytes));
}

/** A signed 64-bit number. */
export function intOf(fields: readonly Field[], number: number): bigint | undefined {
  const value = fieldOf(fields, number)?.value;
  return typeof value === 'bigint' ? BigInt.asIntN(64, value) : undefined;
}

/** Repeated signed 64-bit numbers, packed or not. */
export function intsOf(fields: readonly Field[], number: number): bigint[] {
  return fields.flatMap(field => {
    if (field.number !== number) {
      return [];
    }
    if (typeof field.value === 'bigint') {
      return [BigInt.asIntN(64, field.value)];
    }
    const values: bigint[] = [];
    for (let at = 0; at < field.value.length;) {
      const { value, next } = readVarint(field.value, at);
      values.push(BigInt.asIntN(64, value));
      at = next;
    }
    return values;
  });
}

/** Repeated float32 numbers, packed or not. */
export function floatsOf(fields: readonly Field[], number: number): number[] {
  return fields.flatMap(field => {
    if (field.number !== number || typeof field.value === 'bigint') {
      return [];
    }
    const view = new DataView(field.value.buffer, field.value.byteOffset, field.value.byteLength);
    return Array.from({ length: field.value.length >> 2 }, (_, i) => view.getFloat32(i * 4, true));
  });
}

/** The bytes of every message of this number. */
export function messagesOf(fields: readonly Field[], number: number): Uint8Array[] {
  return fields.flatMap(field => (field.number === number && field.value instanceof Uint8Array ? [field.value] : []));
}

function headOf({ number, wire, value }: Field): Uint8Array {
  const tag = varint(number * 8 + wire);
  if (typeof value === 'bigint') {
    return joined(tag, varint(value));
  }
  return wire === 2 ? joined(tag, varint(value.length)) : tag;
}

function sizeOf(value: bigint | Uint8Array): number {
  return typeof value === 'bigint' ? 0 : value.length;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const out = new Uint8Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}
