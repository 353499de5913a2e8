/*
 * SHA-256 (FIPS 180-4), since `crypto.subtle` is missing on pages served over plain http from another machine.
 */

/** The first 32 bits of the fractional parts of the `root`-th roots of the first `count` primes. */
function primeFractions(count: number, root: 2 | 3): Uint32Array {
  const fractions = new Uint32Array(count);
  for (let candidate = 2, found = 0; found < count; candidate += 1) {
    let isPrime = true;
    for (let divisor = 2; divisor * divisor <= candidate && isPrime; divisor += 1) {
      isPrime = candidate % divisor !== 0;
    }
    if (isPrime) {
      const value = root === 2 ? Math.sqrt(candidate) : Math.cbrt(candidate);
      fractions[found] = (value - Math.floor(value)) * 2 ** 32;
      found += 1;
    }
  }
  return fractions;
}

const INITIAL = primeFractions(8, 2);
const ROUND = primeFractions(64, 3);

/** SHA-256 of the text's UTF-8 bytes, in lower-case hexadecimal. */
export function sha256(text: string): string {
  const state = Uint32Array.from(INITIAL);
  const schedule = new Uint32Array(64);
  const padded = pad(new TextEncoder().encode(text));
  for (let offset = 0; offset < padded.byteLength; offset += 64) {
    addBlock(state, schedule, padded, offset);
  }
  return [...state].map(word => word.toString(16).padStart(8, '0')).join('');
}

function pad(bytes: Uint8Array): DataView {
  const length = Math.ceil((bytes.length + 9) / 64) * 64;
  const padded = new Uint8Array(length);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(length - 8, Math.floor(bytes.length / 2 ** 29));
  view.setUint32(length - 4, bytes.length * 8);
  return view;
}

function rotate(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits));
}

function addBlock(state: Uint32Array, schedule: Uint32Array, message: DataView, offset: number): void {
  const at = (words: Uint32Array, index: number): number => words[index] ?? 0;
  for (let t = 0; t < 64; t += 1) {
    if (t < 16) {
      schedule[t] = message.getUint32(offset + 4 * t);
      continue;
    }
    const w2 = at(schedule, t - 2);
    const w15 = at(schedule, t - 15);
    const small1 = rotate(w2, 17) ^ rotate(w2, 19) ^ (w2 >>> 10);
    const small0 = rotate(w15, 7) ^ rotate(w15, 18) ^ (w15 >>> 3);
    schedule[t] = small1 + at(schedule, t - 7) + small0 + at(schedule, t - 16);
  }
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (let t = 0; t < 64; t += 1) {
    const choice = (e & f) ^ (~e & g);
    const majority = (a & b) ^ (a & c) ^ (b & c);
    const large1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const large0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    const first = (h + large1 + choice + at(ROUND, t) + at(schedule, t)) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + large0 + majority) | 0];
  }
  [a, b, c, d, e, f, g, h].forEach((word, index) => {
    state[index] = at(state, index) + word;
  });
}
