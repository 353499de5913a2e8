const HANDLED = 0;
const PROTECTED = 1;
const ENDING = 2;
const WAIT = 3;

/** The main thread does not wait for input; it does; it did until an interrupt. Only one thread can end a wait. */
const NONE = 0;
const WAITING = 1;
const INTERRUPTED = 2;

/** What the side thread must know of the main thread to stop a busy loop, in memory that both share. */
export class InterruptFlags {
  readonly #cells: Int32Array;

  constructor(readonly memory: SharedArrayBuffer = new SharedArrayBuffer(16)) {
    this.#cells = new Int32Array(memory);
  }

  /** How many times the main thread showed that no loop holds it: an interrupt was answered, a cell has ended. */
  get handled(): number {
    return Atomics.load(this.#cells, HANDLED);
  }

  countHandled(): void {
    Atomics.add(this.#cells, HANDLED, 1);
    // A wait whose execution was terminated could not say so itself.
    Atomics.store(this.#cells, WAIT, NONE);
  }

  /** True when the end of the session is on record, so that the process may end at any time. */
  get isEnding(): boolean {
    return Atomics.load(this.#cells, ENDING) > 0;
  }

  markEnding(): void {
    Atomics.store(this.#cells, ENDING, 1);
  }

  /** The main thread waits for input from now on, with nothing else going on. */
  beginWait(): void {
    Atomics.store(this.#cells, WAIT, WAITING);
  }

  /** Whether the wait that the main thread is in was interrupted. */
  get isWaitInterrupted(): boolean {
    return Atomics.load(this.#cells, WAIT) === INTERRUPTED;
  }

  /** The main thread waits no longer; true when the wait was interrupted. */
  endWait(): boolean {
    return Atomics.exchange(this.#cells, WAIT, NONE) === INTERRUPTED;
  }

  /** Interrupts the wait of the main thread; false when it does not wait, so that something else has to stop it. */
  interruptWait(): boolean {
    return Atomics.compareExchange(this.#cells, WAIT, WAITING, INTERRUPTED) === WAITING;
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
