import { AsyncLocalStorage } from 'node:async_hooks';
import { notebook } from './standalone.js';

const gathering = new AsyncLocalStorage<string[]>();

/** How a reader of the notebook finds the cell, e.g. `Cell In[4]`; null where no cell runs. */
export function cellName(executionCount: number | null | undefined): string | null {
  return executionCount === null || executionCount === undefined ? null : `Cell In[${executionCount}]`;
}

/** Number of the cell that runs now, as Jupyter shows it; null outside of cells. */
export function currentCellNumber(): number | null {
  return notebook().cell?.executionCount ?? null;
}

/** One warning under the cell that runs now, which it names. */
export function warnOfCell(message: string): void {
  const gathered = gathering.getStore();
  if (gathered) {
    gathered.push(message);
    return;
  }
  const name = cellName(currentCellNumber());
  notebook().warn(name === null ? message : `${name}: ${message}`);
}

/** Does the work and keeps its warnings in `warnings` instead of showing them, for callers that would repeat one. */
export function gatherWarnings<T>(warnings: string[], work: () => T): T {
  return gathering.run(warnings, work);
}
