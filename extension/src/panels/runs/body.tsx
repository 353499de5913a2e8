import type { RunGroup, RunStatus } from '@slipway/contract';
import { CommandIDs } from '../../commands/ids.js';
import { EmptyNote, GroupHead, Sidebar, Tree, useChanges, useHost, type TreeRow } from '../../components/index.js';
import { runStatusLook, useTranslation } from '../../display/index.js';
import { StartNote } from '../start-note.js';
import type { RunsModel } from './model.js';
import { describeRun, RunRow } from './row.js';

const STATUSES: readonly RunStatus[] = ['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED'];
const GROUP = 'experiment:';
const MORE = 'more:';

/** Body of the Runs sidebar. */
export function RunsBody({ model }: { readonly model: RunsModel }): JSX.Element {
  const trans = useTranslation();
  const host = useHost();
  useChanges(model.changed);

  const rows = model.groups.flatMap(group => groupRows(group));
  function groupRows(group: RunGroup): TreeRow[] {
    const expanded = model.isExpanded(group.experiment_id);
    const count = trans._n('%1 run', '%1 runs', group.run_count);
    const hidden = group.run_count - group.runs.length;
    const head: TreeRow = {
      key: GROUP + group.experiment_id,
      level: 1,
      expanded,
      name: trans.__('Experiment %1, %2', group.experiment_name, count),
      content: <GroupHead name={group.experiment_name} note={count} />
    };
    if (!expanded) {
      return [head];
    }
    return [
      head,
      ...group.runs.map(run => ({
        key: run.run_id,
        level: 2,
        name: describeRun(run, trans),
        className: 'jp-SlipwayRunRow',
        content: <RunRow run={run} />
      })),
      ...(hidden > 0 ? [moreRow(group, hidden)] : [])
    ];
  }

  function moreRow({ experiment_id, experiment_name }: RunGroup, hidden: number): TreeRow {
    const text = trans._n('Show more: %1 older run', 'Show more: %1 older runs', hidden);
    return {
      key: MORE + experiment_id,
      level: 2,
      name: trans.__('%1 of experiment %2', text, experiment_name),
      content: <span className="jp-SlipwayLink">{text}</span>
    };
  }

  return (
    <Sidebar
      title={trans.__('Runs')}
      connection={model.connection}
      snapshot={model.snapshot}
      onRefresh={() => model.refresh()}
      filter={{ label: trans.__('Filter runs'), value: model.text, onChange: text => (model.text = text) }}
      filterExtra={<StatusSelect model={model} />}
      empty={rows.length > 0 ? null : model.filtered ? <NothingFound model={model} /> : <NoRuns />}
    >
      <Tree
        label={trans.__('Runs by experiment')}
        rows={rows}
        selectedKey={model.selected}
        onSelect={key => {
          if (key.startsWith(MORE)) {
            model.showMoreOf(key.slice(MORE.length));
          } else {
            model.selected = key;
          }
        }}
        onOpen={key => {
          if (!key.startsWith(MORE)) {
            host.execute(CommandIDs.openRun, { runId: key });
          }
        }}
        onToggle={key => model.toggle(key.slice(GROUP.length))}
      />
      {model.hasMore ? (
        <button type="button" className="jp-SlipwayLink jp-SlipwaySidebar-more" onClick={() => model.showMore()}>
          {trans.__('Show more experiments')}
        </button>
      ) : null}
    </Sidebar>
  );
}

function StatusSelect({ model }: { readonly model: RunsModel }): JSX.Element {
  const trans = useTranslation();
  return (
    <select
      className="jp-SlipwaySelect"
      aria-label={trans.__('Show runs by status')}
      title={trans.__('Show runs by status')}
      value={model.status ?? ''}
      onChange={event => (model.status = STATUSES.find(status => status === event.target.value) ?? null)}
    >
      <option value="">{trans.__('all')}</option>
      {STATUSES.map(status => (
        <option key={status} value={status}>
          {runStatusLook(status, trans).word}
        </option>
      ))}
    </select>
  );
}

function NoRuns(): JSX.Element {
  const trans = useTranslation();
  return (
    <StartNote
      title={trans.__('No runs yet.')}
      advice={trans.__('Run a cell with `slip.run(…)`, or log with the MLflow client from Python.')}
    />
  );
}

function NothingFound({ model }: { readonly model: RunsModel }): JSX.Element {
  const trans = useTranslation();
  const clear = (): void => {
    model.text = '';
    model.status = null;
  };
  return (
    <EmptyNote>
      <p>{trans.__('No run matches.')}</p>
      <button type="button" className="jp-SlipwayLink" onClick={clear}>
        {trans.__('Clear the filter')}
      </button>
    </EmptyNote>
  );
}
