import path from 'node:path';
import type { CellStatus } from '@slipway/contract';
import { analyseCell } from '../../graph/analyse.js';
import { noNames, type CellNames } from '../../graph/cell-names.js';
import { CellGraph, type Links } from '../../graph/cell-graph.js';
import type { TypeScript } from '../../graph/compiler.js';
import { rewriteForExecution } from '../../magics/rewrite.js';
import type { ExecutedCell } from '@slipway/notebook';
import type { Cell } from '../cells/cell.js';

type Entry = Omit<ExecutedCell, 'stale'>;

/** The cells that this kernel has executed, with what each took from which. */
export class ExecutedCells {
  readonly #graph = new CellGraph();
  readonly #entries: Entry[] = [];

  /** @param compiler is asked for when the first cell has ended. */
  constructor(private readonly compiler: () => TypeScript) {}

  /** Takes a cell that has ended, in the order of the ends; never throws. */
  add(cell: Cell, status: CellStatus, durationMs: number | null): Links {
    const { executionId, order, executionCount, cellId, source } = cell;
    const hasRun = status !== 'aborted' && cell.diagnostics.length === 0;
    const names = hasRun ? this.#namesIn(source, cell.assignedUntilFailure) : noNames();
    const links = this.#graph.add({
      ...{ id: executionId, cellId, source, names, hasRun },
      resourcesRead: [...new Set([...cell.reads, ...asFiles(names.filesRead), ...asFiles(cell.files.read)])],
      resourcesWritten: [...new Set([...cell.writes, ...asFiles(names.filesWritten), ...asFiles(cell.files.written)])]
    });
    this.#entries.push({ executionId, order, executionCount, cellId, source, status, durationMs });
    return links;
  }

  /** All of them in order, marked with what is stale now. */
  list(): ExecutedCell[] {
    const stale = this.#graph.stale();
    return this.#entries.map(entry => ({ ...entry, stale: stale.get(entry.executionId) ?? null }));
  }

  /** An internal error may only lose the graph's knowledge of this cell. */
  #namesIn(source: string, assigned: ReadonlySet<string> | null): CellNames {
    try {
      const ts = this.compiler();
      const names = analyseCell(ts, rewriteForExecution(ts, source));
      // What a failing cell did not come to is not written; files that it did come to are seen otherwise.
      return assigned
        ? {
            ...names,
            ...{ declares: both(names.declares, assigned), assigns: both(names.assigns, assigned) },
            ...{ filesRead: new Set(), filesWritten: new Set() }
          }
        : names;
    } catch {
      return noNames();
    }
  }
}

function both(names: ReadonlySet<string>, others: ReadonlySet<string>): Set<string> {
  return new Set([...names].filter(name => others.has(name)));
}

/** The same file is named in a cell's source, and by what the cell did with it. */
function asFiles(names: Iterable<string>): string[] {
  return [...names].map(name => `file:${/^\w+:/.test(name) ? name : path.posix.normalize(name)}`);
}
