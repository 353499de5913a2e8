import type { Cell } from './cell.js';
import type { CellRouting } from './routing.js';

/** What `process.exit` throws in a cell, whose code must not go on. */
export class ProcessExit extends Error {
  override readonly name = 'ProcessExit';
  readonly code = 'PROCESS_EXIT';

  constructor(readonly exitCode: number) {
    super(`process.exit(${exitCode}) ended this kernel, and all variables with it. Restart the kernel to go on.`);
  }
}

/** A cell that catches what `process.exit` throws, and goes on, is not waited for any longer. */
const CATCHING_MS = 1000;

/** Ends the kernel when the code of a cell calls `process.exit`: after the cell has been answered. */
export class ProcessExits {
  #asked: ProcessExit | null = null;

  /** @param end ends the process with an exit code. */
  constructor(
    private readonly routing: CellRouting,
    private readonly end: (exitCode: number) => void
  ) {}

  /** Takes the place of `process.exit` in the code of cells. */
  takeOver(): void {
    const exit = process.exit.bind(process);
    process.exit = code => {
      const cell = this.routing.own;
      if (!cell) {
        return exit(code);
      }
      throw this.#ask(cell, code);
    };
  }

  /** Is told after each cell that its answer is sent. */
  answered(): void {
    if (this.#asked) {
      this.end(this.#asked.exitCode);
    }
  }

  #ask(cell: Cell, code: number | string | null | undefined): ProcessExit {
    const asked = new ProcessExit(Number(code ?? process.exitCode ?? 0));
    if (!this.#asked) {
      this.#asked = asked;
      cell.output.write('stderr', `${asked.message}\n`);
      this.routing.startTimer(() => this.end(asked.exitCode), CATCHING_MS);
    }
    return asked;
  }
}
