const HANDLED = 0;
const PROTECTED = 1;
const ENDING = 2;

/** What the side thread must know of the main thread to stop a busy loop, in memory that both share. */
export class InterruptFlags {
  readonly #cells: Int32Array;

  constructor(readonly memory: SharedArrayBuffer = new SharedArrayBuffer(12)) {
    this.#cells = new Int32Array(memory);
  }

  /** How many times the main thread showed that no loop holds it: an interrupt was answered, a cell has ended. */
  get handled(): number {
    return Atomics.load(this.#cells, HANDLED);
  }

  countHandled(): void {
    Atomics.add(this.#cells, HANDLED, 1);
  }

  /** True when the end of the session is on record, so that the process may end at any time. */
  get isEnding(): boolean {
    return Atomics.load(this.#cells, ENDING) > 0;
  }

  markEnding(): void {
    Atomics.store(this.#cells, ENDING, 1);
  }

  /** True while the main thread is in code that would be left broken if its execution were terminated. */
  get isProtected(): boolean {
    return Atomics.load(this.#cells, PROTECTED) > 0;
  }

  /** Runs `action` without its execution being terminated. */
  protect<T>(action: () => T): T {
    Atomics.add(this.#cells, PROTECTED, 1);
    try {
      return action();
    } finally {
      Atomics.sub(this.#cells, PROTECTED, 1);
    }
  }
}
