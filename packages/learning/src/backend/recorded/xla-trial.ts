import { createHash } from 'node:crypto';
import type { Execution } from '../node-backend.js';
import { firstLineOf } from '@slipway/wording';

/** Keeps, from one training to the next, whether XLA was faster for a step. */
export interface XlaChoices {
  get(step: string): boolean | undefined;
  set(step: string, xla: boolean): void;
}

/** A recorded step as it can be tried: it changes nothing but its results. */
export interface Trial {
  /** Executes the step; its results are to be discarded. */
  execute(execution: Execution): void;
  discard(): void;
  /** Returns when the results are there. */
  wait(): void;
}

/** Compiling takes a second or two; a training of less work than this (some ten seconds on two cores) is not worth it. */
const WORTH_TRYING = 1e11;
const ROUNDS = 5;
/** XLA has to be this much faster; its results differ in the last digits. */
const GAIN = 0.9;

/**
 * Decides whether a recorded step is compiled by XLA, by timing both on the batch at hand before its first replay. What was
 * decided is kept for the next training of the same step on this machine, so that the same seed gives the same model.
 */
export class XlaTrial {
  readonly #choices: XlaChoices;
  #work = 0;
  #decided = false;
  #xla = false;
  #reason: string | null = null;

  constructor(choices: XlaChoices) {
    this.#choices = choices;
  }

  get usesXla(): boolean {
    return this.#xla;
  }

  /** What the decision was made by; null when nothing was tried. */
  get reason(): string | null {
    return this.#reason;
  }

  planned(work: number): void {
    this.#work = Math.max(this.#work, work);
  }

  /** Decides at the first call, from what is known or by trying. */
  decide(signature: readonly string[], trial: Trial): void {
    if (this.#decided) {
      return;
    }
    this.#decided = true;
    if (this.#work < WORTH_TRYING) {
      return;
    }
    const step = createHash('sha256')
      .update(signature.join('\n').replaceAll(/\bv\d+/g, 'v'))
      .digest('hex');
    const known = this.#choices.get(step);
    if (known !== undefined) {
      this.#xla = known;
      this.#reason = known ? 'XLA was faster when it was tried before' : 'XLA was not faster when it was tried before';
      return;
    }
    try {
      const [plain, xla] = timings(trial);
      this.#xla = xla < GAIN * plain;
      this.#reason = `a step took ${plain.toFixed(1)} ms, with XLA ${xla.toFixed(1)} ms`;
    } catch (error) {
      this.#reason = `XLA cannot compile the step: ${firstLineOf(error)}`;
    }
    this.#choices.set(step, this.#xla);
  }
}

/** The quickest of some rounds of each, in milliseconds; they take turns, and the first of each does not count. */
function timings(trial: Trial): [plain: number, xla: number] {
  const best: [number, number] = [Infinity, Infinity];
  for (let round = 0; round <= ROUNDS; round++) {
    for (const kind of [0, 1] as const) {
      const began = performance.now();
      trial.execute(kind === 1 ? 'xla' : 'many threads');
      trial.wait();
      const took = performance.now() - began;
      trial.discard();
      if (round > 0) {
        best[kind] = Math.min(best[kind], took);
      }
    }
  }
  return best;
}
