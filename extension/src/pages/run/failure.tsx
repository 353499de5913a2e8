import type { RunFailure, RunSummary } from '@slipway/contract';
import { CommandIDs } from '../../commands/ids.js';
import { useTranslation } from '../../display/index.js';
import { CommandLink } from '../layout.js';

interface FailureNoteProps {
  readonly run: Pick<RunSummary, 'source'>;
  readonly failure: RunFailure;
}

/** Why the run failed, and the way to the cell. */
export function FailureNote({ run, failure }: FailureNoteProps): JSX.Element {
  const trans = useTranslation();
  return (
    <div className="jp-SlipwayError" role="alert">
      <p>
        {failure.cell_order === undefined
          ? trans.__('The run failed.')
          : trans.__('The run failed in cell %1.', failure.cell_order)}
      </p>
      <pre>{failure.message}</pre>
      {failure.cell_id === undefined || run.source === '' ? null : (
        <CommandLink command={CommandIDs.showCell} args={{ path: run.source, cellId: failure.cell_id }}>
          {trans.__('Show the cell')}
        </CommandLink>
      )}
    </div>
  );
}
