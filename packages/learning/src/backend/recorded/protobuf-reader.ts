/** A field of a message: its number, and an integer, or the bytes of a string or an inner message. */
export type ProtobufField =
  { readonly number: number; readonly integer: number } | { readonly number: number; readonly bytes: Uint8Array };

/** The fields of a protobuf message, in their order; fixed-width ones are passed over. */
export function* readFields(message: Uint8Array): Generator<ProtobufField> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    let factor = 1;
    for (;;) {
      const byte = message[at++]!;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 128;
    }
  };
  while (at < message.length) {
    const tag = varint();
    const number = Math.floor(tag / 8);
    switch (tag & 7) {
      case 0:
        yield { number, integer: varint() };
        break;
      case 1:
        at += 8;
        break;
      case 2: {
        const length = varint();
        yield { number, bytes: message.subarray(at, at + length) };
        at += length;
        break;
      }
      case 5:
        at += 4;
        break;
      default:
        throw new Error(`Unknown wire type ${tag & 7} at byte ${at}.`);
    }
  }
}
