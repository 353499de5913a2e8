import type { Tensor } from '@tensorflow/tfjs';

/** Whoever draws random numbers: a layer or a cell; it counts how often. */
export interface DrawSource {
  seed: number;
  /** How often numbers were drawn from it. */
  drawn: number;
}

/** Numbers that were drawn for one batch: which others a replay has to draw in their place is known from this. */
export interface Draw {
  readonly source: DrawSource;
  readonly distribution: 'uniform' | 'normal';
  /** Value of `drawn` before. */
  readonly at: number;
}

const draws = new WeakMap<Tensor, Draw>();

/** Remembers where the numbers of a tensor come from. */
export function markDraw(tensor: Tensor, draw: Draw): void {
  draws.set(tensor, draw);
}

export function drawOf(tensor: Tensor): Draw | undefined {
  return draws.get(tensor);
}

/**
 * Fills `into` with the numbers of one draw: uniform from 0 to 1, or standard normal. They depend on seed, count and place
 * alone. The mixing is Murmur3's finalizer (Appleby 2011) with the key in two of its steps.
 *
 * @param count the how-manieth draw it is.
 */
export function drawNumbers(seed: number, count: number, distribution: Draw['distribution'], into: Float32Array): void {
  const key = Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(count + 1, 0x85ebca77);
  if (distribution === 'uniform') {
    for (let i = 0; i < into.length; i++) {
      into[i] = hashed(i, key);
    }
    return;
  }
  // Box and Muller 1958; 1 - u is never 0.
  for (let i = 0; i < into.length; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(1 - hashed(i, key)));
    const angle = 2 * Math.PI * hashed(i + 1, key);
    into[i] = radius * Math.cos(angle);
    if (i + 1 < into.length) {
      into[i + 1] = radius * Math.sin(angle);
    }
  }
}

function hashed(i: number, key: number): number {
  let h = Math.imul(i ^ key, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h ^ key, 0xc2b2ae35);
  h ^= h >>> 16;
  h = Math.imul(h, 0x27d4eb2f);
  h ^= h >>> 15;
  return (h >>> 8) * (1 / 16777216);
}
