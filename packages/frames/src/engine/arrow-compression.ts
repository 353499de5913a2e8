import * as zlib from 'node:zlib';
import { compressionRegistry, CompressionType } from 'apache-arrow';
import { decodeLz4Frame } from './lz4-frame.js';

let allowed = false;

/** Lets Arrow read buffers packed with LZ4 (what pandas writes to Feather) and, on a Node that can, with Zstandard. */
export function allowCompressedBuffers(): void {
  if (allowed) {
    return;
  }
  allowed = true;
  compressionRegistry.set(CompressionType.LZ4_FRAME, { decode: decodeLz4Frame });
  // Node has it from 22.15 on.
  const unpack = (zlib as { zstdDecompressSync?: typeof zlib.zstdDecompressSync }).zstdDecompressSync;
  // A copy of its own starts at a place that 64-bit numbers can be read from.
  if (unpack) {
    compressionRegistry.set(CompressionType.ZSTD, { decode: data => new Uint8Array(unpack(data)) });
  }
}
