/** A word is a run of letters and digits, of any script. */
const WORDS = /[\p{L}\p{N}]+/gu;
/** The same for the regular expressions of the runtime. */
export const WORDS_EXPRESSION = '[\\pL\\pN]+';

/**
 * The words of a text, with A–Z as a–z. Capital letters of other scripts stay as they are, since their small forms depend on
 * the machine's language, and a model must not.
 */
export function wordsOf(text: string): string[] {
  const lowered = text.replace(/[A-Z]/g, letter => letter.toLowerCase());
  return lowered.match(WORDS) ?? [];
}

const buckets = new Map<string, number>();
const MOST_REMEMBERED = 100_000;

/** The unsigned 32-bit hash of a word; see `murmurHash3`. */
export function hashOf(word: string): number {
  const known = buckets.get(word);
  if (known !== undefined) {
    return known;
  }
  const hash = murmurHash3(new TextEncoder().encode(word));
  if (buckets.size < MOST_REMEMBERED) {
    buckets.set(word, hash);
  }
  return hash;
}

/** MurmurHash3, x86, 32 bits, seed 0 (Austin Appleby, public domain), as the operator of onnxruntime computes it. */
export function murmurHash3(bytes: Uint8Array): number {
  const [c1, c2] = [0xcc9e2d51, 0x1b873593];
  const rotate = (value: number, by: number): number => (value << by) | (value >>> (32 - by));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const whole = bytes.length - (bytes.length % 4);
  let hash = 0;
  for (let i = 0; i < whole; i += 4) {
    hash ^= Math.imul(rotate(Math.imul(view.getUint32(i, true), c1), 15), c2);
    hash = (Math.imul(rotate(hash, 13), 5) + 0xe6546b64) | 0;
  }
  let tail = 0;
  for (let i = bytes.length - 1; i >= whole; i--) {
    tail = (tail << 8) | bytes[i]!;
  }
  if (whole < bytes.length) {
    hash ^= Math.imul(rotate(Math.imul(tail, c1), 15), c2);
  }
  hash ^= bytes.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
