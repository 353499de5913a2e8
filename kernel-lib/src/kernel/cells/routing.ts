import { AsyncLocalStorage } from 'node:async_hooks';
import { StringDecoder } from 'node:string_decoder';
import type { Cell } from './cell.js';
import { isErrorOf } from './foreign-values.js';
import type { StreamName } from './output.js';
import { ProcessExit } from './process-exit.js';
import { StackFrames } from './stack-frames.js';

/**
 * Knows which cell the running code belongs to. It follows timers and promises, so that what a cell prints after it has
 * ended appears under it and not under the cell that runs then.
 */
export class CellRouting {
  readonly #storage = new AsyncLocalStorage<Cell>();
  readonly #cells = new Map<number, Cell>();
  #last: Cell | null = null;
  /** What the stacks of errors say in terms of cells. */
  readonly stacks = new StackFrames(serial => this.#cells.get(serial));

  /** The cell that the calling code belongs to, or null in the kernel's own code. */
  get own(): Cell | null {
    return this.#storage.getStore() ?? null;
  }

  /** The calling code's cell; outside any, the one that was started last, which is where a lost output fits best. */
  get nearest(): Cell | null {
    return this.own ?? this.#last;
  }

  begin(cell: Cell): void {
    this.#cells.set(cell.serial, cell);
    this.#last = cell;
  }

  /** Runs `action` as code of `cell`. */
  run<T>(cell: Cell, action: () => T): T {
    return this.#storage.run(cell, action);
  }

  /** Runs `action` as code of the kernel. */
  outside<T>(action: () => T): T {
    return this.#storage.exit(action);
  }

  /** Starts a timer that belongs to no cell. */
  readonly startTimer = (callback: () => void, ms: number): NodeJS.Timeout =>
    this.#storage.exit(() => setTimeout(callback, ms));

  /** Sends what the process writes to its streams to the cell that wrote it. */
  captureStreams(): void {
    for (const name of ['stdout', 'stderr'] as const) {
      this.#capture(name);
    }
  }

  /**
   * Shows errors that nothing caught under the cell that they came from, instead of ending the kernel.
   *
   * @param describe the text that is shown for an error.
   */
  captureUncaught(describe: (error: unknown) => string): void {
    for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
      process.on(event, (error: unknown) => {
        // The kernel ends already, and has said so.
        if (isErrorOf(ProcessExit, error)) {
          return;
        }
        const cell = this.own ?? this.#cellInStack(error) ?? this.#last;
        if (cell) {
          cell.output.write('stderr', `${describe(error)}\n`);
        } else {
          console.error(error);
        }
      });
    }
  }

  /** Of an error that carries no cell with it, the one whose code is in its stack. */
  #cellInStack(error: unknown): Cell | undefined {
    return isErrorOf(Error, error)
      ? this.stacks.of(error, error.stack ?? '').find(({ place }) => place)?.place?.cell
      : undefined;
  }

  #capture(name: StreamName): void {
    const stream = process[name];
    const original = stream.write.bind(stream);
    const decoder = new StringDecoder('utf8');
    const write = (chunk: Uint8Array | string, encoding?: unknown, callback?: unknown): boolean => {
      const cell = this.nearest;
      if (!cell) {
        return original(chunk);
      }
      cell.output.write(name, typeof chunk === 'string' ? chunk : decoder.write(Buffer.from(chunk)));
      const done = typeof encoding === 'function' ? encoding : callback;
      if (typeof done === 'function') {
        process.nextTick(done);
      }
      return true;
    };
    stream.write = write as typeof stream.write;
  }
}
