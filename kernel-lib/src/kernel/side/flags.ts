const HANDLED = 0;
const PROTECTED = 1;

/** What the side thread must know of the main thread to stop a busy loop, in memory that both share. */
export class InterruptFlags {
  readonly #cells: Int32Array;

  constructor(readonly memory: SharedArrayBuffer = new SharedArrayBuffer(8)) {
    this.#cells = new Int32Array(memory);
  }

  /** How many times the main thread showed that no loop holds it: an interrupt was answered, a cell has ended. */
  get handled(): number {
    return Atomics.load(this.#cells, HANDLED);
  }

  countHandled(): void {
    Atomics.add(this.#cells, HANDLED, 1);
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
