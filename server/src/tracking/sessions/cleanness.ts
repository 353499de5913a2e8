import { counted } from '@slipway/wording';
import type { SessionCell, SessionCleanness, SessionRecorder } from '@slipway/contract';
import { placeOf } from './staleness.js';

type JudgedCell = Pick<
  SessionCell,
  'order' | 'cell_id' | 'execution_id' | 'status' | 'stale' | 'out_of_order' | 'is_latest'
>;

/**
 * Whether restarting the kernel and running all cells would repeat what this session did: every cell of the notebook ran,
 * once, from top to bottom, and none failed.
 *
 * @param cellOrder ids of the notebook's code cells; null when nobody said it, and then the order of execution is taken.
 */
export function judgeSession(
  cells: readonly JudgedCell[],
  cellOrder: readonly string[] | null,
  recorder: SessionRecorder
): SessionCleanness {
  const reasons: string[] = [];
  const count = (test: (cell: JudgedCell) => boolean, one: string, many: string): void => {
    const places = new Set(cells.filter(test).map(placeOf));
    if (places.size > 0) {
      reasons.push(`${counted(places.size, 'cell')} ${places.size === 1 ? one : many}.`);
    }
  };
  if (cells.length === 0) {
    reasons.push('No cell has run.');
  }
  count(cell => cell.status === 'running', 'is running', 'are running');
  count(cell => !cell.is_latest, 'ran more than once', 'ran more than once');
  count(cell => cell.status !== 'ok' && cell.status !== 'running', 'did not succeed', 'did not succeed');
  count(cell => cell.stale !== null, 'is stale', 'are stale');
  count(cell => cell.out_of_order, 'ran out of order', 'ran out of order');
  const unseen = recorder === 'front_end' ? unseenExecutions(cells) : 0;
  if (unseen > 0) {
    reasons.push(
      unseen === 1 ? '1 execution was not seen by any page.' : `${unseen} executions were not seen by any page.`
    );
  }
  if (cellOrder !== null) {
    const known = new Set(cellOrder);
    const ran = new Set(cells.map(cell => cell.cell_id));
    const waiting = cellOrder.filter(id => !ran.has(id)).length;
    if (waiting > 0 && cells.length > 0) {
      reasons.push(waiting === 1 ? '1 cell has not run.' : `${waiting} cells have not run.`);
    }
    count(
      cell => cell.cell_id !== null && !known.has(cell.cell_id),
      'ran that is no longer in the notebook',
      'ran that are no longer in the notebook'
    );
  }
  return { is_clean: reasons.length === 0, reasons };
}

/** The kernel counts its executions, so what nobody saw leaves a gap: no page was open, or it was typed in a console. */
function unseenExecutions(cells: readonly JudgedCell[]): number {
  const orders = new Set(cells.map(cell => cell.order));
  return Math.max(0, ...orders) - orders.size;
}
