import type { InterruptFlags } from '../side/flags.js';
import type { Cell } from './cell.js';
import { isErrorOf } from './foreign-values.js';

/** A cell that took the abort signal may finish its work; this long, or until the next interrupt. */
const LISTENER_GRACE_MS = 5000;

/** The abort reason of a cell's signal. */
export class InterruptedError extends Error {
  override readonly name = 'AbortError';
  readonly code = 'INTERRUPTED';

  constructor() {
    super('Interrupted by the user.');
  }
}

/** Interrupts the running cell. */
export class Interrupts {
  #running: Cell | null = null;
  #asked: Cell | null = null;
  #cancelWait: (() => void) | undefined;

  constructor(private readonly flags: InterruptFlags) {}

  /**
   * Runs the code of `cell`.
   *
   * @param cancelWait rejects what the cell is awaiting.
   */
  async watch<T>(cell: Cell, cancelWait: () => void, run: () => Promise<T>): Promise<T> {
    this.#running = cell;
    this.#cancelWait = cancelWait;
    try {
      return await run();
    } finally {
      // vm may have taken the interrupt for itself; it must not reach the next cell.
      this.flags.countHandled();
      this.#running = null;
    }
  }

  /** The event loop turned, so an interrupt has arrived; the first one lets a cell that listens end by itself. */
  interrupt(): void {
    this.flags.countHandled();
    const cell = this.#running;
    if (!cell) {
      return;
    }
    cell.abort.abort(new InterruptedError());
    if (cell.listens && this.#asked !== cell) {
      this.#asked = cell;
      setTimeout(() => this.#running === cell && this.#cancelWait?.(), LISTENER_GRACE_MS).unref();
      return;
    }
    this.#cancelWait?.();
  }

  /** The side thread terminated a loop; what the cell awaits would never settle. */
  loopStopped(): void {
    // Goes to the running cell, or to the one whose code went on after it was interrupted.
    process.stderr.write('Execution was stopped inside a busy loop.\n');
    this.flags.countHandled();
    this.#running?.abort.abort(new InterruptedError());
    this.#cancelWait?.();
  }
}

/** True for what vm throws when SIGINT ends the first synchronous part of a cell. */
export function isVmInterrupt(thrown: unknown): boolean {
  return isErrorOf(Error, thrown) && 'code' in thrown && thrown.code === 'ERR_SCRIPT_EXECUTION_INTERRUPTED';
}
