import { CellExecution, RecordedFile, type OutputsSummary, type SessionCell } from '@slipway/contract';
import type { Kysely, Selectable } from 'kysely';
import { z } from 'zod';
import { anyOf } from '../../platform/store/expressions.js';
import type { CellExecutionTable, SessionTable, Tables } from '../../platform/store/tables.js';
import { markCells } from './staleness.js';

const Names = z.array(z.string());
const Files = z.array(RecordedFile);

type StoredCell = Selectable<CellExecutionTable>;

/** Ids of the notebook's code cells as the front end last said them, top to bottom. */
export function cellOrderOf(session: Pick<SessionTable, 'cell_order'>): string[] | null {
  return session.cell_order === null ? null : Names.parse(JSON.parse(session.cell_order));
}

/** All executions of a session in the order in which they ran, with the marks that their whole gives. */
export async function readSessionCells(
  db: Kysely<Tables>,
  session: Selectable<SessionTable>,
  outputs: ReadonlyMap<string, OutputsSummary>
): Promise<SessionCell[]> {
  const rows = await db
    .selectFrom('cell_execution')
    .where('session', '=', session.id)
    .selectAll()
    .orderBy('position')
    .orderBy('id')
    .execute();
  const ids = rows.map(row => row.id);
  const links = await db.selectFrom('cell_run').where(anyOf('cell', ids)).selectAll().execute();
  const runsOf = new Map<number, string[]>();
  for (const link of links) {
    runsOf.set(link.cell, [...(runsOf.get(link.cell) ?? []), link.run_id]);
  }
  const cells = rows.map(row => toCell(row, session.uuid, runsOf.get(row.id) ?? []));
  const marks = markCells(cells, cellOrderOf(session));
  return cells.map(cell => ({
    ...cell,
    outputs: outputs.get(cell.execution_id) ?? null,
    ...(marks.get(cell.execution_id) ?? { stale: null, out_of_order: false, is_latest: true })
  }));
}

function toCell(row: StoredCell, session_id: string, run_ids: string[]): CellExecution {
  return {
    execution_id: row.uuid,
    session_id,
    order: row.position,
    execution_count: row.execution_count,
    cell_id: row.cell_id,
    message_id: row.message_id,
    source: row.source,
    source_sha256: row.source_sha256,
    status: row.status,
    started_at: row.started_at,
    duration_ms: row.duration_ms,
    error: row.error === null ? null : CellExecution.shape.error.parse(JSON.parse(row.error)),
    run_ids,
    reads: Names.parse(JSON.parse(row.reads)),
    writes: Names.parse(JSON.parse(row.writes)),
    ...(row.files === null ? {} : { files: Files.parse(JSON.parse(row.files)) }),
    ...(row.depends_on === null ? {} : { depends_on: Names.parse(JSON.parse(row.depends_on)) })
  };
}
