const MAGIC = 0x184d2204;
/** Of a block's size: the block is not compressed. */
const STORED = 0x8000_0000;

/**
 * Unpacks one frame of LZ4 (the frame format of its specification, version 1.6). Checksums are passed over.
 *
 * @throws RangeError for bytes that are not such a frame, or end too early.
 */
export function decodeLz4Frame(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, true) !== MAGIC) {
    throw new RangeError('These bytes are not an LZ4 frame.');
  }
  const flags = bytes[4]!;
  const [hasBlockChecksum, hasSize, hasDictionary] = [flags & 0x10, flags & 0x08, flags & 0x01];
  const out = new Output(hasSize ? Number(view.getBigUint64(6, true)) : bytes.length * 4);
  let at = 7 + (hasSize ? 8 : 0) + (hasDictionary ? 4 : 0);
  for (;;) {
    const size = view.getUint32(at, true);
    at += 4;
    if (size === 0) {
      return out.bytes();
    }
    const length = size & ~STORED;
    const block = bytes.subarray(at, at + length);
    if (block.length < length) {
      throw new RangeError('The LZ4 frame ends within a block.');
    }
    if (size & STORED) {
      out.append(block);
    } else {
      decodeBlock(block, out);
    }
    at += length + (hasBlockChecksum ? 4 : 0);
  }
}

function decodeBlock(block: Uint8Array, out: Output): void {
  let at = 0;
  const length = (short: number): number => {
    let total = short;
    if (short !== 15) {
      return total;
    }
    for (;;) {
      const more = block[at++] ?? 0;
      total += more;
      if (more !== 255) {
        return total;
      }
    }
  };
  while (at < block.length) {
    const token = block[at++]!;
    const literals = length(token >> 4);
    out.append(block.subarray(at, at + literals));
    at += literals;
    // The last sequence has literals only.
    if (at >= block.length) {
      return;
    }
    const distance = block[at]! | (block[at + 1]! << 8);
    at += 2;
    out.repeat(distance, length(token & 15) + 4);
  }
}

/** Bytes that grow, and can be repeated from what came before. */
class Output {
  #bytes: Uint8Array;
  #length = 0;

  constructor(expected: number) {
    this.#bytes = new Uint8Array(Math.max(64, expected));
  }

  append(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Appends `length` bytes that are `distance` before the end; they may overlap what is being written. */
  repeat(distance: number, length: number): void {
    if (distance === 0 || distance > this.#length) {
      throw new RangeError('The LZ4 frame points before its beginning.');
    }
    this.#reserve(length);
    const bytes = this.#bytes;
    for (let i = 0; i < length; i++, this.#length++) {
      bytes[this.#length] = bytes[this.#length - distance]!;
    }
  }

  bytes(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) {
      return;
    }
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}
