import { z } from 'zod';
import type { AccessRule } from '../access.js';
import { RecordedOutputs } from '../outputs.js';
import { RecordBatch, RecordBatchAnswer } from '../records.js';
import { CellExecutionId, SessionId } from '../scalars.js';
import { FoundCell, NotebookSession, SessionCell, SessionDetail } from '../sessions.js';
import { page, seesSome } from './lists.js';
import type { RouteSpec } from './route-spec.js';

const session = z.object({ session_id: SessionId });
const readsSession: AccessRule = { scope: 'read', on: [{ kind: 'session', at: 'params.session_id' }] };

/** Notebook sessions and the cells executed in them. */
export const sessionsRoutes = {
  postRecords: {
    method: 'POST',
    path: '/api/v1/records',
    summary: 'Store records that a kernel spooled: sessions, cells, runs, metrics',
    access: { scope: 'log', on: [{ kind: 'session', at: 'body.session_id' }] },
    body: RecordBatch,
    answer: RecordBatchAnswer
  },
  listSessions: {
    method: 'GET',
    path: '/api/v1/sessions',
    summary: 'Notebook sessions, newest first',
    access: seesSome,
    query: z.object({
      ...page,
      notebook: z.string().max(1000).optional().describe('Path of the notebook, or the end of it after a slash.')
    }),
    answer: z.object({ sessions: z.array(NotebookSession), next_page_token: z.string().optional() })
  },
  getSession: {
    method: 'GET',
    path: '/api/v1/sessions/{session_id}',
    summary: 'One notebook session, and whether restart-and-run-all would repeat it',
    access: readsSession,
    params: session,
    answer: SessionDetail
  },
  listSessionCells: {
    method: 'GET',
    path: '/api/v1/sessions/{session_id}/cells',
    summary: 'Executed cells of a session in order',
    access: readsSession,
    params: session,
    query: z.object({
      detail: z
        .enum(['full', 'marks'])
        .default('full')
        .describe('marks: sources are empty, and errors come without traceback.')
    }),
    answer: z.object({ cells: z.array(SessionCell) })
  },
  getCellOutputs: {
    method: 'GET',
    path: '/api/v1/sessions/{session_id}/cells/{execution_id}/outputs',
    summary: 'The outputs of an executed cell',
    access: readsSession,
    params: z.object({ session_id: SessionId, execution_id: CellExecutionId }),
    answer: RecordedOutputs
  },
  searchCells: {
    method: 'GET',
    path: '/api/v1/cells',
    summary: 'Executed cells whose source holds all words, newest first',
    access: seesSome,
    query: z.object({
      text: z.string().min(1).max(500).describe('Words, or beginnings of words.'),
      limit: z.coerce.number().int().min(1).max(200).default(50)
    }),
    answer: z.object({ cells: z.array(FoundCell) })
  }
} as const satisfies Record<string, RouteSpec>;
