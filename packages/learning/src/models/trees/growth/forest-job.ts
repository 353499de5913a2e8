import { seededRandom } from '@slipway/statistics/random';
import type { BinnedColumns } from '../binning.js';
import { growCart, type CartTree } from '../cart.js';
import type { CartTarget } from '../cart-cuts.js';

/** What the trees of a forest are grown from; its arrays may be shared between threads. */
export interface ForestJob {
  readonly data: BinnedColumns;
  readonly target: CartTarget;
  readonly depth: number;
  readonly minRows: number;
  /** Columns that are looked at for each question. */
  readonly columns: number;
  /** Seed of each tree: what grows on it does not depend on which thread grows it, or when. */
  readonly seeds: Uint32Array;
}

/** What a thread that grows trees is started with. */
export interface ForestThreadData {
  readonly job: ForestJob;
  /** The number of the next tree that no thread has begun with. */
  readonly next: Int32Array;
}

/** A grown tree. */
export interface GrownTree {
  readonly number: number;
  readonly tree: CartTree;
}

/** Grows one tree on rows drawn with replacement. */
export function growForestTree({ data, target, depth, minRows, columns, seeds }: ForestJob, number: number): CartTree {
  const random = seededRandom(seeds[number]!);
  const drawn = new Int32Array(data.rows);
  for (let i = 0; i < data.rows; i++) {
    drawn[Math.floor(random() * data.rows)]!++;
  }
  return growCart(data, target, drawn, { depth, minRows, columns, random });
}
