import { warnOfCell } from '@slipway/notebook';

/** Says once for each thing why it was not logged, so that a loop does not fill the cell, and at the end how many more. */
export class Refusals {
  readonly #more = new Map<string, number>();

  /**
   * @param what was to be logged, e.g. `metric "loss"`.
   * @param why in words that follow "because".
   */
  add(what: string, why: string): void {
    const before = this.#more.get(what);
    if (before !== undefined) {
      this.#more.set(what, before + 1);
      return;
    }
    this.#more.set(what, 0);
    warnOfCell(`The ${what} was not logged: ${why}.`);
  }

  /** Tells of those that were refused in silence. */
  close(): void {
    for (const [what, count] of this.#more) {
      if (count > 0) {
        warnOfCell(`The ${what} was refused ${count} more ${count === 1 ? 'time' : 'times'}.`);
      }
    }
    this.#more.clear();
  }
}
