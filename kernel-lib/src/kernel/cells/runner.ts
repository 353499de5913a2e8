import { rewriteForExecution } from '../../magics/rewrite.js';
import type { CellCompiler, CompiledCell } from '../compiler/cell-compiler.js';
import type { Cell } from './cell.js';
import { displayOf, plainText } from './display.js';
import type { CellExecutor } from './executor.js';
import { isErrorOf } from './foreign-values.js';
import { InterruptedError, isVmInterrupt, type Interrupts } from './interrupts.js';
import type { CellRouting } from './routing.js';
import { describeDiagnostics, type ErrorReport, type Tracebacks } from './traceback.js';

/** How the execution of a cell ended. */
export interface Outcome {
  readonly status: 'ok' | 'error' | 'interrupted';
  readonly error: ErrorReport | null;
  /** Text of the result, for the history. */
  readonly resultText: string | null;
}

/** Runs cells one at a time. */
export class CellRunner {
  constructor(
    private readonly executor: CellExecutor,
    private readonly compiler: CellCompiler,
    private readonly routing: CellRouting,
    private readonly interrupts: Interrupts,
    private readonly tracebacks: Tracebacks
  ) {}

  /** Runs a cell and sends its outputs; never rejects because of the cell's code. */
  async run(cell: Cell): Promise<Outcome> {
    const { routing, executor } = this;
    routing.begin(cell);
    const code = rewriteForExecution(this.compiler.ts, cell.source);
    const compiled = this.compiler.compile(code, cell.scriptName);
    cell.diagnostics = compiled.diagnostics;
    if (compiled.diagnostics.length > 0) {
      return this.#failure(cell);
    }
    const succeeded = await this.interrupts.watch(cell, executor.interrupt, async () => {
      await routing.run(cell, () => executor.preload(compiled));
      if (!cell.abort.signal.aborted) {
        return this.#execute(cell, compiled);
      }
      cell.thrown = { value: cell.abort.signal.reason };
      return false;
    });
    cell.output.flush();
    if (!succeeded) {
      return this.#failure(cell);
    }
    let resultText: string | null = null;
    try {
      if (cell.result && !cell.isSilent) {
        resultText = await this.#showResult(cell, cell.result.value);
      }
    } catch (error) {
      // The value's own display, which is the user's code.
      cell.thrown = { value: error };
      return this.#failure(cell);
    }
    return { status: cell.abort.signal.aborted ? 'interrupted' : 'ok', error: null, resultText };
  }

  /** Evaluates the `user_expressions` of an execute request. */
  evaluate(expressions: Readonly<Record<string, string>>, cell: Cell): Record<string, unknown> {
    const { values: locals } = this.executor;
    const results: Record<string, unknown> = {};
    for (const [name, expression] of Object.entries(expressions)) {
      try {
        const evaluate = new Function('locals', `with (locals) { return (${expression}\n); }`) as (
          l: unknown
        ) => unknown;
        const text = plainText(this.routing.run(cell, () => evaluate(locals)));
        results[name] = { status: 'ok', data: { 'text/plain': text }, metadata: {} };
      } catch (error) {
        results[name] = { status: 'error', ...this.tracebacks.describe(error) };
      }
    }
    return results;
  }

  /**
   * The cell's code starts in a macrotask of its own, with all our promises already wired: when the side thread
   * terminates a loop, whatever waits in the microtask queue is lost.
   */
  #execute(cell: Cell, compiled: CompiledCell): Promise<boolean> {
    return new Promise(resolve => {
      setImmediate(() =>
        this.routing
          .run(cell, () => this.executor.run(compiled))
          .then(
            value => {
              // An assignment of nothing shows nothing.
              cell.result = value === undefined || value === null ? null : { value };
              resolve(true);
            },
            (thrown: unknown) => {
              cell.thrown = { value: thrown };
              cell.assignedUntilFailure = this.executor.assigned;
              resolve(false);
            }
          )
      );
    });
  }

  #failure(cell: Cell): Outcome {
    if (cell.diagnostics.length > 0) {
      return {
        status: 'error',
        error: describeDiagnostics(cell.diagnostics, cell.source, cell.executionCount),
        resultText: null
      };
    }
    const thrown = cell.thrown?.value;
    const interrupted = cell.abort.signal.aborted || isVmInterrupt(thrown) || isErrorOf(InterruptedError, thrown);
    const report = this.tracebacks.describe(thrown);
    const error = interrupted ? { ...report, ename: 'Interrupted', evalue: 'Interrupted by the user.' } : report;
    return { status: interrupted ? 'interrupted' : 'error', error, resultText: null };
  }

  async #showResult(cell: Cell, value: unknown): Promise<string> {
    const data = await this.routing.run(cell, () => displayOf(value));
    cell.output.result(cell.executionCount, data);
    const text = data['text/plain'];
    return typeof text === 'string' ? text : '';
  }
}
