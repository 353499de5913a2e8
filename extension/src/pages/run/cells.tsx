import { CommandIDs } from '../../commands/ids.js';
import { EmptyNote } from '../../components/index.js';
import { useTranslation } from '../../display/index.js';
import { Cell } from '../cell.js';
import { CommandLink } from '../layout.js';
import { CellMarks } from '../session/marks.js';
import type { RunPageData, RunPageModel } from './model.js';

/** The cells that made the run, in the order in which they ran. */
export function Cells({ model, data }: { readonly model: RunPageModel; readonly data: RunPageData }): JSX.Element {
  const trans = useTranslation();
  const path = data.session?.notebook_path || data.run.source;
  const language = data.session?.language || data.run.language || 'typescript';
  if (data.cells.length === 0) {
    return (
      <EmptyNote>
        <p>{trans.__('No cell of this run is known: it was started outside a notebook that Slipway records.')}</p>
      </EmptyNote>
    );
  }
  return (
    <>
      {data.run.session_id === null ? null : (
        <p className="jp-SlipwayFacts">
          <CommandLink command={CommandIDs.openSession} args={{ sessionId: data.run.session_id }}>
            {trans.__('All cells of the session')}
          </CommandLink>
        </p>
      )}
      <ol className="jp-SlipwayCells">
        {data.cells.map(cell => (
          <Cell
            key={cell.execution_id}
            cell={cell}
            path={path}
            language={language}
            outputs={model.outputs}
            marks={
              <CellMarks
                cell={cell}
                freshness={cell.stale === null ? { kind: 'current' } : { kind: 'stale', name: cell.stale }}
              />
            }
          />
        ))}
      </ol>
    </>
  );
}
