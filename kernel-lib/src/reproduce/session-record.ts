import type { Answer } from '@slipway/contract';
import { call } from '@slipway/notebook/server';
import { SlipwayError } from '@slipway/notebook';
import { analyseCell } from '../graph/analyse.js';
import { CellGraph } from '../graph/cell-graph.js';
import { noNames } from '../graph/cell-names.js';
import type { TypeScript } from '../graph/compiler.js';
import { rewriteForExecution } from '../magics/rewrite.js';

export type RecordedSession = Answer<'listSessions'>['sessions'][number];
export type RecordedCell = Answer<'listSessionCells'>['cells'][number];

/** What the server has of a session. */
export interface SessionRecord {
  readonly session: RecordedSession;
  /** Cells that have ended, in the order in which they ran. */
  readonly cells: readonly RecordedCell[];
}

/**
 * Reads a session from the server.
 *
 * @throws SlipwayError SESSION_UNKNOWN, SERVER_UNREACHABLE, SERVER_REFUSED.
 */
export async function readSession(directory: string, sessionId: string): Promise<SessionRecord> {
  const session = await findSession(directory, sessionId);
  const { cells } = await call(directory, 'listSessionCells', { params: { session_id: sessionId } });
  return { session, cells: cells.filter(({ status }) => status !== 'running') };
}

async function findSession(directory: string, sessionId: string): Promise<RecordedSession> {
  let token: string | undefined;
  do {
    const page = await call(directory, 'listSessions', { query: { limit: 1000, page_token: token } });
    const found = page.sessions.find(({ session_id }) => session_id === sessionId);
    if (found) {
      return found;
    }
    token = page.next_page_token;
  } while (token !== undefined);
  throw new SlipwayError('SESSION_UNKNOWN', `The server has no notebook session "${sessionId}".`, {
    remedy: 'Its id is in the Cells tab of each of its runs; slip.session() without an id is this notebook.'
  });
}

/** True when the cell's code ran, to its end or not. */
export function hasRun({ status, error }: RecordedCell): boolean {
  return status !== 'aborted' && error?.name !== 'CompileError';
}

/** The graph of a session's cells, built again from their sources and from what was recorded of them. */
export function graphOf(ts: TypeScript, cells: readonly RecordedCell[]): CellGraph {
  const graph = new CellGraph();
  for (const cell of cells) {
    const ran = hasRun(cell);
    graph.add({
      id: cell.execution_id,
      cellId: cell.cell_id,
      source: cell.source,
      names: ran ? analyseCell(ts, rewriteForExecution(ts, cell.source)) : noNames(),
      hasRun: ran,
      resourcesRead: cell.reads.filter(isResource),
      resourcesWritten: cell.writes.filter(isResource),
      knownDependencies: cell.depends_on ?? []
    });
  }
  return graph;
}

function isResource(thing: string): boolean {
  return thing.includes(':') && !thing.startsWith('variable:');
}
