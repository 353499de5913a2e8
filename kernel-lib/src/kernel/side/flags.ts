const HANDLED = 0;
const USER_CODE = 1;

/** What the side thread must know of the main thread to stop a busy loop, in memory that both share. */
export class InterruptFlags {
  readonly #cells: Int32Array;

  constructor(readonly memory: SharedArrayBuffer = new SharedArrayBuffer(8)) {
    this.#cells = new Int32Array(memory);
  }

  /** How many interrupts the main thread has answered; it counts only when its event loop turns. */
  get handled(): number {
    return Atomics.load(this.#cells, HANDLED);
  }

  countHandled(): void {
    Atomics.add(this.#cells, HANDLED, 1);
  }

  /** True while the main thread is in a cell's own code: only then may its execution be terminated. */
  get inUserCode(): boolean {
    return Atomics.load(this.#cells, USER_CODE) === 1;
  }

  set inUserCode(running: boolean) {
    Atomics.store(this.#cells, USER_CODE, running ? 1 : 0);
  }
}
