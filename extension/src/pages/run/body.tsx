import type { RunDatasetInput, RunDetail } from '@slipway/contract';
import { CommandIDs } from '../../commands/ids.js';
import { Ago, StatusMark, useChanges, useHost } from '../../components/index.js';
import { formatDuration, promoteIcon, runStatusLook, useTranslation } from '../../display/index.js';
import { CommandLink, Page, PageHead, Tabs } from '../layout.js';
import { Artifacts } from './artifacts.js';
import { RunEnvironment, Lineage, Metrics, Parameters } from './details.js';
import { Cells } from './cells.js';
import type { RunPageData, RunPageModel } from './model.js';
import { Overview } from './overview.js';

/** Body of the page of a run. */
export function RunBody({ model }: { readonly model: RunPageModel }): JSX.Element {
  const trans = useTranslation();
  useChanges(model.changed);
  return (
    <Page connection={model.connection} snapshot={model.snapshot} onRefresh={() => model.refresh()}>
      {data => (
        <>
          <Head data={data} />
          {data.run.deleted ? <DeletedNote /> : null}
          <Tabs
            label={trans.__('Parts of the run')}
            tabs={[
              { id: 'overview', label: trans.__('Overview'), render: () => <Overview data={data} /> },
              { id: 'metrics', label: trans.__('Metrics'), render: () => <Metrics data={data} /> },
              { id: 'parameters', label: trans.__('Parameters'), render: () => <Parameters run={data.run} /> },
              { id: 'cells', label: trans.__('Cells'), render: () => <Cells model={model} data={data} /> },
              {
                id: 'artifacts',
                label: trans.__('Artifacts'),
                render: () => <Artifacts run={data.run} readBlob={model.readBlob} />
              },
              { id: 'lineage', label: trans.__('Data & lineage'), render: () => <Lineage data={data} /> },
              {
                id: 'environment',
                label: trans.__('Environment'),
                render: () => <RunEnvironment model={model} data={data} />
              }
            ]}
          />
        </>
      )}
    </Page>
  );
}

function DeletedNote(): JSX.Element {
  const trans = useTranslation();
  return (
    <div className="jp-SlipwayWarning" role="status">
      <StatusMark look={{ word: trans.__('deleted'), tone: 'caution', shape: 'warning' }} />
      <p>
        {trans.__(
          'This run was deleted. It is in no list, and can be restored with the MLflow client until it is permanently deleted.'
        )}
      </p>
    </div>
  );
}

/** The notebook or script; a notebook with recorded cells is a link to them. */
function Source({ run }: { readonly run: RunDetail }): JSX.Element {
  const name = run.source.split('/').slice(-2).join('/');
  return run.session_id === null ? (
    <code>{name}</code>
  ) : (
    <CommandLink command={CommandIDs.openSession} args={{ sessionId: run.session_id }}>
      <code>{name}</code>
    </CommandLink>
  );
}

/** One dataset version is often read twice, to train and to test. */
function uniqueInputs(inputs: readonly RunDatasetInput[]): readonly RunDatasetInput[] {
  return [...new Map(inputs.map(input => [`${input.name}@${input.version ?? '?'}`, input])).values()];
}

function Head({ data }: { readonly data: RunPageData }): JSX.Element {
  const trans = useTranslation();
  const host = useHost();
  const { run } = data;
  const newest = data.versions.filter(version => version.bundle_digest !== null).at(-1);
  const took = run.end_time === null ? null : formatDuration(run.end_time - run.start_time);
  const commit = run.git_commit?.slice(0, 7);
  return (
    <PageHead
      title={run.name}
      facts={[
        run.experiment_name,
        <StatusMark look={runStatusLook(run.status, trans)} />,
        took === null ? null : trans.__('took %1', took),
        <Ago moment={run.start_time} />,
        run.source === '' ? null : <Source run={run} />,
        ...uniqueInputs(run.inputs).map(input =>
          input.version === null ? (
            input.name
          ) : (
            <CommandLink command={CommandIDs.openDataset} args={{ name: input.name, version: input.version }}>
              {`${input.name}@${input.version}`}
            </CommandLink>
          )
        ),
        commit === undefined
          ? null
          : run.git_dirty === true
            ? trans.__('%1 (changed)', commit)
            : trans.__('%1 (clean)', commit)
      ]}
      actions={
        newest === undefined || run.deleted ? undefined : (
          <button
            type="button"
            className="jp-SlipwayButton jp-mod-primary"
            onClick={() => host.execute(CommandIDs.promoteModel, { name: newest.name, version: newest.version })}
          >
            <promoteIcon.react tag="span" elementSize="normal" />
            <span>{trans.__('Promote %1 v%2…', newest.name, newest.version)}</span>
          </button>
        )
      }
    />
  );
}
