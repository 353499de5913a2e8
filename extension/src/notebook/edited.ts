import type { SessionCell } from '@slipway/contract';
import type { INotebookSources } from './open-notebooks.js';

/** How the record of a cell relates to the notebook's current state. */
export type CellFreshness =
  | { readonly kind: 'current' }
  /** The source in the notebook is not the source that ran. */
  | { readonly kind: 'edited' }
  /** A value that it read is newer, or cannot be computed again. */
  | { readonly kind: 'stale'; readonly name: string }
  /** It is no longer in the notebook. */
  | { readonly kind: 'removed' };

type JudgedCell = Pick<SessionCell, 'cell_id' | 'source_sha256' | 'stale' | 'is_latest'>;

/** Only the latest execution of a cell can be anything but current: earlier ones are history. */
export function freshnessOf(cell: JudgedCell, path: string, notebooks: INotebookSources | null): CellFreshness {
  if (!cell.is_latest) {
    return { kind: 'current' };
  }
  const digests = cell.cell_id === null ? null : (notebooks?.digests(path) ?? null);
  const digest = cell.cell_id === null ? undefined : digests?.get(cell.cell_id);
  if (digests !== null && digest === undefined) {
    return { kind: 'removed' };
  }
  if (digest !== undefined && digest !== cell.source_sha256) {
    return { kind: 'edited' };
  }
  return cell.stale === null ? { kind: 'current' } : { kind: 'stale', name: cell.stale };
}
