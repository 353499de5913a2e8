import type { ICellModel } from '@jupyterlab/cells';

/** The code cells with something in them, top to bottom: those that "run all" executes. */
export function filledCodeCells(cells: Iterable<ICellModel> | undefined): ICellModel[] {
  return [...(cells ?? [])].filter(cell => cell.type === 'code' && cell.sharedModel.source.trim() !== '');
}
