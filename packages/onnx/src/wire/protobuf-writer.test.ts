import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { ProtobufWriter } from './protobuf-writer.js';

/** Reads varints back after the specification, independently of the writer. */
function readVarint(bytes: Uint8Array, at: number): { value: bigint; next: number } {
  let value = 0n;
  for (let shift = 0n; ; shift += 7n) {
    const byte = bytes[at++]!;
    value |= BigInt(byte & 0x7f) << shift;
    if ((byte & 0x80) === 0) {
      return { value: BigInt.asIntN(64, value), next: at };
    }
  }
}

describe('the protobuf writer', () => {
  it('writes the examples of the specification', () => {
    expect([...new ProtobufWriter().int(1, 150).finish()]).toEqual([0x08, 0x96, 0x01]);
    expect([...new ProtobufWriter().string(2, 'testing').finish()]).toEqual([
      0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67
    ]);
    const inner = new ProtobufWriter().int(1, 150);
    expect([...new ProtobufWriter().message(3, inner).finish()]).toEqual([0x1a, 0x03, 0x08, 0x96, 0x01]);
    expect([...new ProtobufWriter().packedInts(6, [3, 270, 86942]).finish()]).toEqual([
      0x32, 0x06, 0x03, 0x8e, 0x02, 0x9e, 0xa7, 0x05
    ]);
  });

  it('writes every integer so that it can be read back, negative ones too', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
        fc.integer({ min: 1, max: 1000 }),
        (value, field) => {
          const bytes = new ProtobufWriter().int(field, value).finish();
          const tag = readVarint(bytes, 0);
          expect(tag.value >> 3n).toBe(BigInt(field));
          const read = readVarint(bytes, tag.next);
          expect(read.value).toBe(value);
          expect(read.next).toBe(bytes.length);
        }
      )
    );
  });
});
