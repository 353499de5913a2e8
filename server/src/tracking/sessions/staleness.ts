import type { CellExecution } from '@slipway/contract';

/** What the marks need of an execution. */
export type RanCell = Pick<
  CellExecution,
  'execution_id' | 'order' | 'cell_id' | 'status' | 'reads' | 'writes' | 'depends_on'
>;

export interface CellMarks {
  readonly stale: string | null;
  readonly out_of_order: boolean;
  readonly is_latest: boolean;
}

/**
 * Marks the executions of one session, given in the order in which they ran.
 *
 * The latest execution of a cell is stale when a cell that it read from ran again since, or is stale itself: its values come
 * from what is no longer there. Reading a name before another cell changes it makes nothing stale, since running all cells
 * from the top does the same.
 *
 * @param cellOrder ids of the notebook's code cells, top to bottom; null when nobody said it.
 */
export function markCells(cells: readonly RanCell[], cellOrder: readonly string[] | null): Map<string, CellMarks> {
  const latestOf = new Map(cells.map(cell => [placeOf(cell), cell]));
  const byId = new Map(cells.map(cell => [cell.execution_id, cell]));
  const place = new Map((cellOrder ?? []).map((id, index) => [id, index]));
  const lastWriter = new Map<string, RanCell>();
  const marks = new Map<string, CellMarks>();
  let lowest = -1;
  for (const cell of cells) {
    const index = cell.cell_id === null ? undefined : place.get(cell.cell_id);
    const isLatest = latestOf.get(placeOf(cell)) === cell;
    marks.set(cell.execution_id, {
      stale: isLatest ? staleName(cell, sourcesOf(cell, byId, lastWriter), latestOf, marks) : null,
      out_of_order: index !== undefined && index < lowest,
      is_latest: isLatest
    });
    lowest = Math.max(lowest, index ?? -1);
    for (const name of cell.writes) {
      lastWriter.set(name, cell);
    }
  }
  return marks;
}

/** Executions of one cell belong together; those without a cell are on their own. */
export function placeOf(cell: Pick<RanCell, 'cell_id' | 'execution_id'>): string {
  return cell.cell_id === null ? `execution ${cell.execution_id}` : `cell ${cell.cell_id}`;
}

/** What the kernel reports as read, else the last writer of each name. */
function sourcesOf(
  cell: RanCell,
  byId: ReadonlyMap<string, RanCell>,
  lastWriter: ReadonlyMap<string, RanCell>
): readonly RanCell[] {
  const found =
    cell.depends_on === undefined
      ? cell.reads.map(name => lastWriter.get(name))
      : cell.depends_on.map(id => byId.get(id));
  return [...new Set(found)].filter(source => source !== undefined);
}

function staleName(
  cell: RanCell,
  sources: readonly RanCell[],
  latestOf: ReadonlyMap<string, RanCell>,
  marks: ReadonlyMap<string, CellMarks>
): string | null {
  for (const source of sources) {
    // Sources ran before, so their own marks are already made.
    const inherited = marks.get(source.execution_id)?.stale ?? null;
    const ranAgain = latestOf.get(placeOf(source)) !== source && placeOf(source) !== placeOf(cell);
    if (ranAgain || inherited !== null) {
      return cell.reads.find(name => source.writes.includes(name)) ?? inherited ?? source.writes[0] ?? '';
    }
  }
  return null;
}
