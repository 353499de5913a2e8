import { createReadStream, createWriteStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { TextDecoderStream } from 'node:stream/web';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { temporaryFolder } from '@slipway/notebook';
import { isGzip, unpackedStart } from './gzip.js';

const START_BYTES = 1 << 10;

export type TextEncoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';

/** The encoding that the first bytes of a file say. */
export async function markedEncoding(file: string): Promise<TextEncoding> {
  const handle = await open(file);
  try {
    const { buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    if (buffer[0] === 0xff && buffer[1] === 0xfe) {
      return 'utf-16le';
    }
    return buffer[0] === 0xfe && buffer[1] === 0xff ? 'utf-16be' : 'utf-8';
  } finally {
    await handle.close();
  }
}

/** Whether a text begins with a mark of its byte order, which some readers take for a part of it. */
export async function hasByteOrderMark(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(START_BYTES), 0, START_BYTES, 0);
    const start = isGzip(file) ? unpackedStart(buffer.subarray(0, bytesRead)) : buffer;
    return [0xef, 0xbb, 0xbf].every((byte, i) => start[i] === byte);
  } finally {
    await handle.close();
  }
}

/** The same text in UTF-8, in a temporary file. Windows-1252 holds all of Latin-1, and what Windows writes beside it. */
export async function inUtf8(
  file: string,
  encoding: TextEncoding
): Promise<{ readonly file: string; remove(): Promise<void> }> {
  const folder = await temporaryFolder('rows');
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  const copy = path.join(folder, 'text.csv');
  try {
    const bytes = isGzip(file) ? createReadStream(file).pipe(createGunzip()) : createReadStream(file);
    const text = Readable.toWeb(bytes).pipeThrough(new TextDecoderStream(encoding));
    await pipeline(Readable.fromWeb(text), createWriteStream(copy));
    return { file: copy, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
