import type { CellExecution } from '@slipway/contract';
import { CommandIDs } from '../../commands/ids.js';
import { Ago, Code, EmptyNote, StatusMark } from '../../components/index.js';
import { cellStatusLook, formatDuration, useTranslation } from '../../display/index.js';
import { CommandLink } from '../layout.js';
import type { RunPageData } from './model.js';

/** The cells that made the run, in the order in which they ran. */
export function Cells({ data }: { readonly data: RunPageData }): JSX.Element {
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
    <ol className="jp-SlipwayCells">
      {data.cells.map(cell => (
        <Cell key={cell.execution_id} cell={cell} path={path} language={language} />
      ))}
    </ol>
  );
}

interface CellProps {
  readonly cell: CellExecution;
  readonly path: string;
  readonly language: string;
}

function Cell({ cell, path, language }: CellProps): JSX.Element {
  const trans = useTranslation();
  return (
    <li className="jp-SlipwayCell">
      <div className="jp-SlipwayCell-head">
        <span
          className="jp-SlipwayCell-order"
          title={trans.__('Execution %1 of the notebook session', cell.order)}
        >{`[${cell.execution_count ?? cell.order}]`}</span>
        <StatusMark look={cellStatusLook(cell.status, trans)} />
        {cell.duration_ms === null ? null : <span>{formatDuration(cell.duration_ms)}</span>}
        <Ago moment={cell.started_at} />
        {cell.cell_id === null || path === '' ? null : (
          <CommandLink command={CommandIDs.showCell} args={{ path, cellId: cell.cell_id }}>
            {trans.__('Show in notebook')}
          </CommandLink>
        )}
      </div>
      <Code source={cell.source} language={language} />
      {cell.error === null ? null : (
        <pre className="jp-SlipwayCell-error" role="note" aria-label={trans.__('Error')}>
          {`${cell.error.name}: ${cell.error.message}`}
        </pre>
      )}
      {cell.reads.length === 0 && cell.writes.length === 0 ? null : (
        <p className="jp-SlipwayFacts">
          {cell.reads.length === 0 ? null : <span>{trans.__('read %1', cell.reads.join(', '))}</span>}
          {cell.writes.length === 0 ? null : <span>{trans.__('wrote %1', cell.writes.join(', '))}</span>}
        </p>
      )}
    </li>
  );
}
