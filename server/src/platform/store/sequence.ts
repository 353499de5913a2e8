import { z } from 'zod';

/** A closed range of sequence numbers. */
type Range = [first: number, last: number];

const Ranges = z.array(z.tuple([z.number().int(), z.number().int()]));

/** More holes than this mean a damaged spool; the oldest are then given up. */
const MAX_HOLES = 200;

/**
 * Which records of a session have been stored: everything up to the highest number, less the holes. With it a record
 * is stored exactly once, in whatever order and however often batches arrive.
 */
export class SequenceTracker {
  #highest: number;
  #holes: Range[];

  constructor(highest = 0, holes: readonly Readonly<Range>[] = []) {
    this.#highest = highest;
    this.#holes = holes.map(([first, last]) => [first, last]);
  }

  static restore(highest: number, holes: string): SequenceTracker {
    return new SequenceTracker(highest, Ranges.parse(JSON.parse(holes)));
  }

  get highest(): number {
    return this.#highest;
  }

  /** The holes as JSON, for `restore`. */
  get holes(): string {
    return JSON.stringify(this.#holes);
  }

  has(seq: number): boolean {
    return seq <= this.#highest && !this.#holes.some(([first, last]) => first <= seq && seq <= last);
  }

  add(seq: number): void {
    if (seq > this.#highest) {
      if (seq > this.#highest + 1) {
        this.#holes.push([this.#highest + 1, seq - 1]);
        this.#holes = this.#holes.slice(-MAX_HOLES);
      }
      this.#highest = seq;
      return;
    }
    this.#holes = this.#holes.flatMap(([first, last]): Range[] => {
      if (seq < first || seq > last) {
        return [[first, last]];
      }
      const below: Range[] = first < seq ? [[first, seq - 1]] : [];
      const above: Range[] = seq < last ? [[seq + 1, last]] : [];
      return [...below, ...above];
    });
  }
}
