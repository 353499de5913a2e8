/*
 * The protobuf wire format (https://protobuf.dev/programming-guides/encoding/): where fields are, and how integers are written.
 */

/** The bytes are not a protobuf message. */
export class WireFormatError extends Error {}

/** How the content of a field is written: a varint, 8 bytes, a length and so many bytes, 4 bytes. */
export type WireType = 0 | 1 | 2 | 5;

/** A field of a message, and where its content is; nothing is copied. */
export interface FieldSpan {
  readonly number: number;
  readonly wire: WireType;
  /** First byte of the content; of a field with a length the one after the length. */
  readonly start: number;
  readonly end: number;
}

/**
 * The fields of the message in `bytes` from `start` to `end`, in their order.
 *
 * @throws WireFormatError when these bytes are not a message.
 */
export function* fieldSpans(bytes: Uint8Array, start = 0, end = bytes.length): Generator<FieldSpan> {
  let at = start;
  const take = (length: number): number => {
    if (length > end - at) {
      throw new WireFormatError('a field is longer than what holds it');
    }
    return at + length;
  };
  while (at < end) {
    const tag = readVarint(bytes, at, end);
    at = tag.next;
    const number = Number(tag.value >> 3n);
    const wire = Number(tag.value & 7n);
    if (number === 0) {
      throw new WireFormatError('a field has no number');
    }
    switch (wire) {
      case 0: {
        const { next } = readVarint(bytes, at, end);
        yield { number, wire, start: at, end: next };
        at = next;
        break;
      }
      case 1:
      case 5: {
        const next = take(wire === 1 ? 8 : 4);
        yield { number, wire, start: at, end: next };
        at = next;
        break;
      }
      case 2: {
        const length = readVarint(bytes, at, end);
        at = length.next;
        const next = take(Number(length.value));
        yield { number, wire, start: at, end: next };
        at = next;
        break;
      }
      default:
        throw new WireFormatError(`a field has the unknown wire type ${wire}`);
    }
  }
}

/**
 * An integer and where it ends, as an unsigned number of 64 bits.
 *
 * @throws WireFormatError when it does not end within ten bytes, or before `end`.
 */
export function readVarint(
  bytes: Uint8Array,
  start: number,
  end = bytes.length
): { readonly value: bigint; readonly next: number } {
  // Most are one byte.
  const first = bytes[start];
  if (first !== undefined && first < 0x80 && start < end) {
    return { value: BigInt(first), next: start + 1 };
  }
  let value = 0n;
  for (let i = 0; i < 10 && start + i < end; i++) {
    const byte = bytes[start + i]!;
    value |= BigInt(byte & 0x7f) << BigInt(7 * i);
    if (byte < 0x80) {
      return { value: BigInt.asUintN(64, value), next: start + i + 1 };
    }
  }
  throw new WireFormatError('a number does not end');
}

/** The bytes of an integer of 64 bits; a negative one takes ten. */
export function varint(value: number | bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 0x80 : low);
  } while (rest > 0n);
  return Uint8Array.from(bytes);
}
