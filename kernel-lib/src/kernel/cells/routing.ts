import { AsyncLocalStorage } from 'node:async_hooks';
import { StringDecoder } from 'node:string_decoder';
import { SCRIPT_SCHEME, type Cell } from './cell.js';
import type { StreamName } from './output.js';

/**
 * Knows which cell the running code belongs to. It follows timers and promises, so that what a cell prints after it has
 * ended appears under it and not under the cell that runs then.
 */
export class CellRouting {
  readonly #storage = new AsyncLocalStorage<Cell>();
  readonly #cells = new Map<number, Cell>();
  #last: Cell | null = null;

  /** The cell that the calling code belongs to, or null in the kernel's own code. */
  get own(): Cell | null {
    return this.#storage.getStore() ?? null;
  }

  /** The calling code's cell; outside any, the one that was started last, which is where a lost output fits best. */
  get nearest(): Cell | null {
    return this.own ?? this.#last;
  }

  /** The cell of a script that a stack trace names. */
  withSerial(serial: number): Cell | undefined {
    return this.#cells.get(serial);
  }

  begin(cell: Cell): void {
    this.#cells.set(cell.serial, cell);
    this.#last = cell;
  }

  /** Runs `action` as code of `cell`. */
  run<T>(cell: Cell, action: () => T): T {
    return this.#storage.run(cell, action);
  }

  /** Starts a timer that belongs to no cell. */
  readonly startTimer = (callback: () => void, ms: number): NodeJS.Timeout =>
    this.#storage.exit(() => setTimeout(callback, ms));

  /** Sends what the process writes to its streams to the cell that wrote it. */
  captureStreams(): void {
    for (const name of ['stdout', 'stderr'] as const) this.#capture(name);
  }

  /**
   * Shows errors that nothing caught under the cell that they came from, instead of ending the kernel.
   *
   * @param describe the text that is shown for an error.
   */
  captureUncaught(describe: (error: unknown) => string): void {
    for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
      process.on(event, (error: unknown) => {
        const cell = this.own ?? this.#cellInStack(error) ?? this.#last;
        if (cell) cell.output.write('stderr', `${describe(error)}\n`);
        else console.error(error);
      });
    }
  }

  #cellInStack(error: unknown): Cell | undefined {
    const stack = error instanceof Error ? (error.stack ?? '') : '';
    const start = stack.indexOf(SCRIPT_SCHEME);
    return start < 0 ? undefined : this.withSerial(Number.parseInt(stack.slice(start + SCRIPT_SCHEME.length), 10));
  }

  #capture(name: StreamName): void {
    const stream = process[name];
    const original = stream.write.bind(stream);
    const decoder = new StringDecoder('utf8');
    const write = (chunk: Uint8Array | string, encoding?: unknown, callback?: unknown): boolean => {
      const cell = this.nearest;
      if (!cell) return original(chunk);
      cell.output.write(name, typeof chunk === 'string' ? chunk : decoder.write(Buffer.from(chunk)));
      const done = typeof encoding === 'function' ? encoding : callback;
      if (typeof done === 'function') process.nextTick(done);
      return true;
    };
    stream.write = write as typeof stream.write;
  }
}
