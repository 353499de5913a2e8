import type { RunSummary, SessionCell } from '@slipway/contract';
import { CommandIDs } from '../../commands/ids.js';
import { Ago, EmptyNote, StatusMark, useChanges, useHost } from '../../components/index.js';
import { runStatusLook, sessionStateLook, useTranslation } from '../../display/index.js';
import { Cell } from '../cell.js';
import { Environment } from '../environment.js';
import { CommandLink, Page, PageHead, Tabs } from '../layout.js';
import { CleanStamp } from './clean-stamp.js';
import { CellMarks } from './marks.js';
import type { SessionPageData, SessionPageModel } from './model.js';

/** Body of the page of a notebook session. */
export function SessionBody({ model }: { readonly model: SessionPageModel }): JSX.Element {
  const trans = useTranslation();
  useChanges(model.changed);
  return (
    <Page connection={model.connection} snapshot={model.snapshot} onRefresh={() => model.refresh()}>
      {data => (
        <>
          <Head data={data} />
          <CleanStamp
            clean={data.session.clean}
            edited={data.cells.filter(cell => model.freshness(cell).kind === 'edited').length}
          />
          <Tabs
            label={trans.__('Parts of the session')}
            tabs={[
              {
                id: 'cells',
                label: trans.__('Cells'),
                render: () => <Cells model={model} data={data} />
              },
              {
                id: 'environment',
                label: trans.__('Environment'),
                render: () => <SessionEnvironment model={model} data={data} />
              }
            ]}
          />
        </>
      )}
    </Page>
  );
}

function Head({ data: { session, cells, runs } }: { readonly data: SessionPageData }): JSX.Element {
  const trans = useTranslation();
  const host = useHost();
  const { session_id: sessionId, notebook_path: path } = session;
  const name = session.notebook_path.split('/').at(-1) ?? '';
  return (
    <PageHead
      title={name === '' ? trans.__('Notebook session') : name}
      facts={[
        <StatusMark look={sessionStateLook(session.state, session.recorder, trans)} />,
        trans.__('%1 kernel', session.kernel),
        <span>
          {trans.__('started')} <Ago moment={session.started_at} />
        </span>,
        trans._n('%1 execution', '%1 executions', cells.length),
        runs.length === 0 ? null : trans._n('%1 run', '%1 runs', runs.length),
        session.recorder === 'front_end' ? (
          <span
            title={trans.__(
              'This kernel keeps no record itself: what it ran while no page was open is not in the list.'
            )}
          >
            {trans.__('recorded by JupyterLab')}
          </span>
        ) : null
      ]}
      actions={
        <button
          type="button"
          className="jp-SlipwayButton"
          disabled={cells.length === 0}
          title={trans.__('Write the notebook as it was executed, from the record alone')}
          onClick={() => host.execute(CommandIDs.exportSession, { sessionId, path })}
        >
          {trans.__('Export as executed')}
        </button>
      }
    />
  );
}

function Cells({ model, data }: { readonly model: SessionPageModel; readonly data: SessionPageData }): JSX.Element {
  const trans = useTranslation();
  const { session, cells, runs } = data;
  if (cells.length === 0) {
    return (
      <EmptyNote>
        <p>{trans.__('No cell has run in this session yet.')}</p>
      </EmptyNote>
    );
  }
  const runOf = new Map(runs.map(run => [run.run_id, run]));
  const last = cells.at(-1);
  return (
    <ol className="jp-SlipwayCells" aria-label={trans.__('Cells in the order in which they ran')}>
      {cells.map(cell => (
        <Cell
          key={cell.execution_id}
          cell={cell}
          path={session.notebook_path}
          language={session.language}
          outputs={model.outputs}
          {...(endWasMissed(cell, last, session.state === 'alive')
            ? { status: <StatusMark look={{ word: trans.__('end not seen'), tone: 'quiet', shape: 'dash' }} /> }
            : {})}
          marks={<CellMarks cell={cell} freshness={model.freshness(cell)} />}
        >
          <Runs runs={cell.run_ids.flatMap(id => runOf.get(id) ?? [])} />
        </Cell>
      ))}
    </ol>
  );
}

/** Environment of the cells. */
function SessionEnvironment({
  model,
  data
}: {
  readonly model: SessionPageModel;
  readonly data: SessionPageData;
}): JSX.Element {
  const trans = useTranslation();
  const { session } = data;
  return (
    <Environment
      environment={session.environment}
      readBlob={model.readBlob}
      facts={[
        { key: trans.__('Notebook'), value: session.notebook_path },
        { key: trans.__('Kernel'), value: session.kernel },
        { key: trans.__('Session id'), value: session.session_id }
      ]}
    />
  );
}

/** A kernel runs one cell at a time, so one before the last cannot be running still. */
function endWasMissed(cell: SessionCell, last: SessionCell | undefined, isAlive: boolean): boolean {
  return cell.status === 'running' && (!isAlive || cell !== last);
}

function Runs({ runs }: { readonly runs: readonly RunSummary[] }): JSX.Element | null {
  const trans = useTranslation();
  return runs.length === 0 ? null : (
    <p className="jp-SlipwayFacts">
      {runs.map(run => (
        <span key={run.run_id} className="jp-SlipwayNames">
          <span>{trans.__('run')}</span>
          <CommandLink command={CommandIDs.openRun} args={{ runId: run.run_id }}>
            {run.name}
          </CommandLink>
          <StatusMark look={runStatusLook(run.status, trans)} />
        </span>
      ))}
    </p>
  );
}
