import type { SessionCell } from '@slipway/contract';
import type { ReactNode } from 'react';
import { CommandIDs } from '../commands/ids.js';
import { Ago, Code, StatusMark } from '../components/index.js';
import { cellStatusLook, formatDuration, readRecordedName, useTranslation } from '../display/index.js';
import { CommandLink } from './layout.js';
import { Outputs, type OutputReader } from './outputs/index.js';

interface CellProps {
  readonly cell: SessionCell;
  /** Path of the notebook, as the record has it; empty when unknown. */
  readonly path: string;
  readonly language: string;
  /** Notes beside its status. */
  readonly marks?: ReactNode;
  /** Instead of the recorded status, e.g. when the end was never seen. */
  readonly status?: ReactNode;
  /** Reads the cell's outputs; absent where outputs are not shown. */
  readonly outputs?: OutputReader;
  readonly children?: ReactNode;
}

/** One executed cell: what ran, how it went, and what it read and wrote. */
export function Cell({ cell, path, language, marks, status, outputs, children }: CellProps): JSX.Element {
  const trans = useTranslation();
  return (
    <li className="jp-SlipwayCell">
      <div className="jp-SlipwayCell-head">
        <span
          className="jp-SlipwayCell-order"
          title={trans.__('Execution %1 of the notebook session', cell.order)}
        >{`[${cell.execution_count ?? cell.order}]`}</span>
        {status ?? <StatusMark look={cellStatusLook(cell.status, trans)} />}
        {cell.duration_ms === null ? null : <span>{formatDuration(cell.duration_ms)}</span>}
        <Ago moment={cell.started_at} />
        {marks}
        {cell.cell_id === null || path === '' ? null : (
          <CommandLink command={CommandIDs.showCell} args={{ path, cellId: cell.cell_id }}>
            {trans.__('Show in notebook')}
          </CommandLink>
        )}
      </div>
      <Code source={cell.source} language={language} />
      {outputs === undefined ? null : <Outputs cell={cell} reader={outputs} />}
      {cell.error === null || (outputs !== undefined && cell.outputs !== null) ? null : (
        <pre className="jp-SlipwayCell-error" role="note" aria-label={trans.__('Error')}>
          {`${cell.error.name}: ${cell.error.message}`}
        </pre>
      )}
      {cell.reads.length === 0 && cell.writes.length === 0 ? null : (
        <p className="jp-SlipwayFacts">
          <Names label={trans.__('read')} names={cell.reads} />
          <Names label={trans.__('wrote')} names={cell.writes} />
        </p>
      )}
      {children}
    </li>
  );
}

function Names({ label, names }: { readonly label: string; readonly names: readonly string[] }): JSX.Element | null {
  return names.length === 0 ? null : (
    <span className="jp-SlipwayNames">
      <span>{label}</span>
      {names.map(name => (
        <Name key={name} text={name} />
      ))}
    </span>
  );
}

/** A variable or file by its name; datasets and models are links to their pages. */
function Name({ text }: { readonly text: string }): JSX.Element {
  const { kind, name, version } = readRecordedName(text);
  if (kind === 'dataset' && version !== null) {
    return (
      <CommandLink command={CommandIDs.openDataset} args={{ name, version }}>
        {`${name}@${version}`}
      </CommandLink>
    );
  }
  if (kind === 'model' && version !== null) {
    return (
      <CommandLink command={CommandIDs.openModelVersion} args={{ name, version }}>
        {`${name}@${version}`}
      </CommandLink>
    );
  }
  if (kind === 'service') {
    return (
      <CommandLink command={CommandIDs.openService} args={{ name }}>
        {name}
      </CommandLink>
    );
  }
  return <code title={text}>{version === null ? name : `${name}@${version}`}</code>;
}
