import { endianness } from 'node:os';
import { z } from 'zod';

/** A tensor of float32 numbers, row-major. */
export interface StoredTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Tensors by name, and texts beside them. */
export interface TensorFile {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

const LENGTH_BYTES = 8;
const ALIGNMENT = 8;
const METADATA = '__metadata__';

const Entry = z.object({
  dtype: z.literal('F32'),
  shape: z.array(z.number().int().nonnegative()),
  data_offsets: z.tuple([z.number().int().nonnegative(), z.number().int().nonnegative()])
});
const Header = z.record(z.string(), z.unknown());

/**
 * Writes float32 tensors in the safetensors format: the length of a JSON header (uint64, little-endian), the header, the
 * numbers. Nothing in it depends on the time, so that the same tensors give the same bytes.
 *
 * Source: https://huggingface.co/docs/safetensors, "Format".
 */
export function writeTensors({ tensors, metadata }: TensorFile): Uint8Array {
  const header: [string, unknown][] = [[METADATA, metadata]];
  let end = 0;
  for (const [name, { shape, values }] of tensors) {
    const begin = end;
    end += values.byteLength;
    header.push([name, { dtype: 'F32', shape, data_offsets: [begin, end] }]);
  }
  const text = JSON.stringify(Object.fromEntries(header));
  const length = Math.ceil(Buffer.byteLength(text) / ALIGNMENT) * ALIGNMENT;
  const file = Buffer.alloc(LENGTH_BYTES + length + end, ' ');
  file.writeBigUInt64LE(BigInt(length));
  file.write(text, LENGTH_BYTES);
  let at = LENGTH_BYTES + length;
  for (const { values } of tensors.values()) {
    file.set(littleEndian(new Uint8Array(values.buffer, values.byteOffset, values.byteLength)), at);
    at += values.byteLength;
  }
  return file;
}

/** Reads what `writeTensors` wrote, or another file of float32 tensors. @throws Error for everything else. */
export function readTensors(file: Uint8Array): TensorFile {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const length = Number(view.getBigUint64(0, true));
  const start = LENGTH_BYTES + length;
  if (start > file.byteLength) {
    throw new Error('The header is longer than the file.');
  }
  const text = new TextDecoder('utf-8', { fatal: true }).decode(file.subarray(LENGTH_BYTES, start));
  const { [METADATA]: metadata, ...entries } = Header.parse(JSON.parse(text));
  const tensors = new Map(
    Object.entries(entries).map(([name, entry]) => {
      const { shape, data_offsets } = Entry.parse(entry);
      const [begin, end] = data_offsets;
      const count = shape.reduce((product, size) => product * size, 1);
      if (end - begin !== count * Float32Array.BYTES_PER_ELEMENT || start + end > file.byteLength) {
        throw new Error(`The tensor ${name} is not where the header says.`);
      }
      // A copy, as the numbers of a view must begin at a multiple of four.
      const bytes = littleEndian(new Uint8Array(file.subarray(start + begin, start + end)));
      return [name, { shape, values: new Float32Array(bytes.buffer, bytes.byteOffset, count) }];
    })
  );
  return { tensors, metadata: z.record(z.string(), z.string()).parse(metadata ?? {}) };
}

function littleEndian(bytes: Uint8Array): Uint8Array {
  return endianness() === 'LE' ? bytes : Buffer.from(bytes).swap32();
}
