import { availableParallelism } from 'node:os';
import type { SynchronousSession, Tensors } from './session.js';

/** A step that takes less than this, in milliseconds, gains nothing from more threads. */
const WORTH_SHARING = 5;
/** Calls of each kind that are timed, after a first one that does not count. */
const ROUNDS = 3;
/** All cores have to be this much faster: others may want them. */
const GAIN = 0.9;

type Fetches = Parameters<SynchronousSession['run']>[1];

/**
 * Decides by timing real calls whether one thread or all execute a model. The results are the same, bit by bit: threads share
 * out the rows of products, never the terms of a sum.
 */
export class SessionChoice {
  readonly #one: SynchronousSession;
  #all: SynchronousSession | null = null;
  #decided: SynchronousSession | null = null;
  readonly #times: { readonly one: number[]; readonly all: number[] } = { one: [], all: [] };
  #calls = 0;

  /** @param create makes a session with so many threads. */
  constructor(private readonly create: (threads: number) => SynchronousSession) {
    this.#one = create(1);
  }

  /** Executes `steps` steps. */
  run(steps: number, feeds: Tensors, fetches: Fetches): Tensors {
    if (this.#decided) {
      return this.#decided.run(feeds, fetches);
    }
    const kind = this.#calls % 2 === 0 ? 'one' : 'all';
    const session = kind === 'one' ? this.#one : (this.#all ??= this.create(availableParallelism()));
    const began = performance.now();
    const results = session.run(feeds, fetches);
    const took = (performance.now() - began) / steps;
    this.#learn(kind, took);
    return results;
  }

  #learn(kind: 'one' | 'all', took: number): void {
    this.#calls++;
    if (availableParallelism() === 1 || (kind === 'one' && took < WORTH_SHARING)) {
      this.#decide(this.#one);
      return;
    }
    if (this.#calls > 2) {
      this.#times[kind].push(took);
    }
    if (this.#calls === 2 * (ROUNDS + 1)) {
      const [one, all] = [mean(this.#times.one), mean(this.#times.all)];
      this.#decide(all < GAIN * one ? this.#all! : this.#one);
    }
  }

  #decide(session: SynchronousSession): void {
    this.#decided = session;
    if (session === this.#one) {
      this.#all?.dispose();
      this.#all = null;
    }
  }
}

/** Not the quickest: cores that others use are quick only now and then. */
function mean(times: readonly number[]): number {
  return times.reduce((sum, time) => sum + time, 0) / times.length;
}
