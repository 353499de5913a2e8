import type * as executorModule from 'tslab/dist/executor.js';
import type { ConsoleInterface, Executor } from 'tslab/dist/executor.js';
import { format } from 'node:util';
import type { CellCompiler } from '../compiler/cell-compiler.js';
import { requireOfTslab } from '../compiler/fork.js';
import type { InterruptFlags } from '../side/flags.js';
import { CellModules } from './modules.js';
import type { CellRouting } from './routing.js';

type ExecutorModule = typeof executorModule;
type JupyterModule = { lastWriteDisplayData: unknown };

/** tslab's executor with the modules of the cells. */
export interface CellExecutor extends Executor {
  readonly modules: CellModules;
}

/**
 * Makes tslab's executor. It reports through a console: `log` with the value of the last expression, `error` with what
 * was thrown (one argument) or with a diagnostic (several).
 */
export function createCellExecutor(
  { directory, flags }: { readonly directory: string; readonly flags: InterruptFlags },
  compiler: CellCompiler,
  routing: CellRouting
): CellExecutor {
  const tslabRequire = requireOfTslab();
  const { createExecutor } = tslabRequire('tslab/dist/executor.js') as ExecutorModule;
  const report: ConsoleInterface = {
    log: (value: unknown) => {
      if (routing.own) routing.own.result = { value };
    },
    error: (...args: unknown[]) => {
      const cell = routing.own;
      if (!cell) return;
      if (args.length === 1) cell.thrown = { value: args[0] };
      // Diagnostics of an in-memory module, which does not fail its cell.
      else if (cell.diagnostics.length === 0) cell.output.write('stderr', `${format(...args)}\n`);
    }
  };
  const converters = { node: compiler, browser: compiler, close: () => compiler.close() };
  const executor = createExecutor(directory, converters, report);
  routeTslabDisplay(tslabRequire, routing);
  return Object.assign(executor, { modules: CellModules.install(directory, flags, routing) });
}

/** `import { display } from 'tslab'` sends through a variable of tslab's module, which holds the last cell's writer. */
function routeTslabDisplay(tslabRequire: NodeJS.Require, routing: CellRouting): void {
  const jupyter = tslabRequire('tslab/dist/jupyter.js') as JupyterModule;
  Object.defineProperty(jupyter, 'lastWriteDisplayData', {
    configurable: true,
    get: () => {
      const cell = routing.nearest;
      return (
        cell &&
        ((content: Parameters<typeof cell.output.raw>[0], update?: boolean) =>
          cell.output.raw(content, update === true))
      );
    },
    set: () => undefined
  });
}
