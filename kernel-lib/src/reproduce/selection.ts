import { call } from '@slipway/notebook/server';
import { SlipwayError } from '@slipway/notebook';
import { loadCompiler } from '../graph/compiler.js';
import { graphOf, hasRun, type RecordedCell, type SessionRecord } from './session-record.js';

const FORM = /^(run|model):(.+)$/;
const MODEL = /^(.+)@(\d+)$/;

/**
 * The cells that a copy of the session needs, in the order in which they ran: all that ran, or with `only` those that a
 * run or a model version depends on.
 *
 * @param only `run:<id>` or `model:<name>@<version>`.
 * @throws SlipwayError OPTION_INVALID when `only` has another form or names nothing of this session.
 */
export async function selectCells(
  directory: string,
  { session, cells }: SessionRecord,
  only: string | undefined
): Promise<RecordedCell[]> {
  if (only === undefined) {
    return cells.filter(({ status }) => status !== 'aborted');
  }
  if (session.language !== 'typescript') {
    throw new SlipwayError(
      'OPTION_INVALID',
      `Dependencies between cells are not known in ${session.language} notebooks.`,
      {
        remedy: 'Export the whole session: leave `only` out.'
      }
    );
  }
  const roots = await cellsThatMade(directory, cells, only);
  if (roots.length === 0) {
    throw new SlipwayError('OPTION_INVALID', `No cell of session ${session.session_id} made "${only}".`, {
      remedy: 'The Cells tab of the run names the session that it belongs to.'
    });
  }
  const needed = new Set(graphOf(loadCompiler(), cells).withAncestors(roots));
  return cells.filter(cell => needed.has(cell.execution_id) && hasRun(cell));
}

async function cellsThatMade(directory: string, cells: readonly RecordedCell[], only: string): Promise<string[]> {
  const [, kind, name = ''] = FORM.exec(only) ?? [];
  const [, model = '', version] = kind === 'model' ? (MODEL.exec(name) ?? []) : [];
  if (kind === undefined || (kind === 'model' && version === undefined)) {
    throw new SlipwayError('OPTION_INVALID', `"${only}" names neither a run nor a model version.`, {
      remedy: 'Its form is "run:<id>" or "model:<name>@<version>".'
    });
  }
  const made = kind === 'run' ? undefined : `model:${model}@${version}`;
  const runId = kind === 'run' ? name : await runOf(directory, model, Number(version));
  return cells
    .filter(({ run_ids, writes }) => (runId !== null && run_ids.includes(runId)) || (made && writes.includes(made)))
    .map(({ execution_id }) => execution_id);
}

async function runOf(directory: string, name: string, version: number): Promise<string | null> {
  return (await call(directory, 'getModelVersion', { params: { name, version } })).run_id;
}
