import type { ByteRange } from '../../platform/artifacts/blob-store.js';

/**
 * Reads a `Range` header (RFC 9110, section 14.2).
 *
 * @param size bytes of the file.
 * @returns undefined: the whole file, which is also the answer to several ranges and to a header that is not a byte range.
 */
export function parseRange(header: string | undefined, size: number): ByteRange | 'none of it' | undefined {
  const [, from, to] = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '') ?? [];
  if (from === undefined || to === undefined || (from === '' && to === '')) {
    return undefined;
  }
  if (from === '') {
    const length = Math.min(Number(to), size);
    return length === 0 ? 'none of it' : { start: size - length, end: size - 1 };
  }
  const start = Number(from);
  const end = to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (to !== '' && Number(to) < start) {
    return undefined;
  }
  return start >= size ? 'none of it' : { start, end };
}
