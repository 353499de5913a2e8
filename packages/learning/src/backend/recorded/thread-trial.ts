/** How many threads pass the operations of a function on; each operation may still use all cores. */
export type Threads = 'many threads' | 'one thread';

/** Real calls of each kind that are timed, after a first one that does not count. */
const ROUNDS = 4;
/** Calls that take longer than this, in milliseconds, lose nothing between their operations. */
const LONG = 20;

/**
 * Decides by timing real calls whether one thread should execute the operations of a function, one after the other: for small
 * ones, handing them from thread to thread costs more than it gains. The results are the same.
 */
export class ThreadTrial {
  readonly #best = { 'many threads': Infinity, 'one thread': Infinity };
  #calls = 0;
  #decided: Threads | null = null;

  /** How the next call is executed. */
  get choice(): Threads {
    return this.#decided ?? (this.#calls % 2 === 0 ? 'many threads' : 'one thread');
  }

  /** Executes a call and learns from its time. */
  time(call: (threads: Threads) => void): void {
    if (this.#decided) {
      return call(this.#decided);
    }
    const threads = this.choice;
    const began = performance.now();
    call(threads);
    const took = performance.now() - began;
    this.#calls++;
    if (this.#calls > 2) {
      this.#best[threads] = Math.min(this.#best[threads], took);
    }
    const { 'many threads': many, 'one thread': one } = this.#best;
    if (this.#calls > 2 && took > LONG) {
      this.#decided = 'many threads';
    } else if (this.#calls === 2 * (ROUNDS + 1)) {
      this.#decided = one < many ? 'one thread' : 'many threads';
    }
  }
}
