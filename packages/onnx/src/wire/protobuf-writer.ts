import { varint } from './protobuf.js';

/**
 * Writes the protobuf wire format (https://protobuf.dev/programming-guides/encoding/): the few field kinds that an ONNX
 * model needs. Fields are written in the order of the calls.
 */
export class ProtobufWriter {
  readonly #chunks: Uint8Array[] = [];

  /** An integer field (int32, int64, enum, bool); negative numbers take ten bytes, as the format says. */
  int(field: number, value: number | bigint): this {
    this.#tag(field, 0);
    this.#chunks.push(varint(value));
    return this;
  }

  float(field: number, value: number): this {
    this.#tag(field, 5);
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    this.#chunks.push(bytes);
    return this;
  }

  bytes(field: number, value: Uint8Array): this {
    this.#tag(field, 2);
    this.#chunks.push(varint(value.length));
    this.#chunks.push(value);
    return this;
  }

  string(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  message(field: number, value: ProtobufWriter): this {
    return this.bytes(field, value.finish());
  }

  /** Packed repeated int64. */
  packedInts(field: number, values: readonly (number | bigint)[]): this {
    const inner = new ProtobufWriter();
    for (const value of values) {
      inner.#chunks.push(varint(value));
    }
    return this.bytes(field, inner.finish());
  }

  finish(): Uint8Array {
    const length = this.#chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    const out = new Uint8Array(length);
    let at = 0;
    for (const chunk of this.#chunks) {
      out.set(chunk, at);
      at += chunk.length;
    }
    return out;
  }

  #tag(field: number, wire: number): void {
    this.#chunks.push(varint((field << 3) | wire));
  }
}
