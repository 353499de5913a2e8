import { constants, gunzipSync } from 'node:zlib';

/** Of the packed bytes: gzip makes at most a thousand times as many of them. */
const START_BYTES = 1 << 14;

/** Whether a file is packed, by its name. */
export function isGzip(file: string): boolean {
  return /\.gz$/i.test(file);
}

/** The first bytes of what is packed; none when it is not packed at all. */
export function unpackedStart(packed: Buffer): Buffer {
  try {
    return gunzipSync(packed.subarray(0, START_BYTES), { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return Buffer.alloc(0);
  }
}
