import { createReadStream, createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { temporaryFolder } from '@slipway/notebook';
import { isGzip } from './gzip.js';

const [LINE_FEED, CARRIAGE_RETURN, QUOTE] = [0x0a, 0x0d, 0x22];

/** The same text with every line end outside of quotes as \n, in a temporary file. What is in quotes stays as it is. */
export async function withOneLineEnd(file: string): Promise<{ readonly file: string; remove(): Promise<void> }> {
  const folder = await temporaryFolder('rows');
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  const copy = path.join(folder, 'lines.csv');
  try {
    const [source, target] = [createReadStream(file), createWriteStream(copy)];
    await (isGzip(file)
      ? pipeline(source, createGunzip(), oneLineEnd(), target)
      : pipeline(source, oneLineEnd(), target));
    return { file: copy, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

function oneLineEnd(): Transform {
  let quoted = false;
  let afterReturn = false;
  return new Transform({
    transform(chunk: Buffer, _, done) {
      const out = Buffer.allocUnsafe(chunk.length);
      let length = 0;
      for (const byte of chunk) {
        if (byte === QUOTE) {
          quoted = !quoted;
        }
        const isSecond = afterReturn && byte === LINE_FEED;
        afterReturn = !quoted && byte === CARRIAGE_RETURN;
        if (isSecond) {
          continue;
        }
        out[length++] = afterReturn ? LINE_FEED : byte;
      }
      done(null, out.subarray(0, length));
    }
  });
}
