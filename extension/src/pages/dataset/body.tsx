import type { DatasetVersion } from '@slipway/contract';
import { CommandIDs } from '../../commands/ids.js';
import { Ago, StatusMark, useChanges, useHost } from '../../components/index.js';
import { countOfColumns, countOfRows, runStatusLook, useTranslation, verdictLook } from '../../display/index.js';
import { CommandLink, Page, PageHead, Section, Tabs } from '../layout.js';
import { ColumnTable } from './columns.js';
import type { DatasetPageData, DatasetPageModel } from './model.js';

/** Body of the page of a dataset version. */
export function DatasetBody({ model }: { readonly model: DatasetPageModel }): JSX.Element {
  const trans = useTranslation();
  useChanges(model.changed);
  return (
    <Page connection={model.connection} snapshot={model.snapshot} onRefresh={() => model.refresh()}>
      {data => (
        <>
          <Head dataset={data.dataset} />
          <Tabs
            label={trans.__('Parts of the dataset version')}
            tabs={[
              { id: 'columns', label: trans.__('Columns'), render: () => <ColumnTable dataset={data.dataset} /> },
              { id: 'checks', label: trans.__('Checks'), render: () => <Checks dataset={data.dataset} /> },
              { id: 'lineage', label: trans.__('Source & use'), render: () => <SourceAndUse data={data} /> }
            ]}
          />
        </>
      )}
    </Page>
  );
}

function Head({ dataset }: { readonly dataset: DatasetVersion }): JSX.Element {
  const trans = useTranslation();
  const host = useHost();
  const { name, version } = dataset;
  return (
    <PageHead
      title={trans.__('%1 version %2', name, version)}
      facts={[
        countOfRows(dataset.row_count, trans),
        countOfColumns(dataset.columns.length, trans),
        dataset.source,
        dataset.time_column === null ? null : trans.__('ordered by %1', dataset.time_column),
        <Ago moment={dataset.created_at} />,
        <code title={dataset.digest}>{dataset.digest.slice(0, 12)}</code>
      ]}
      actions={
        <button
          type="button"
          className="jp-SlipwayButton"
          onClick={() => host.execute(CommandIDs.insertDatasetCell, { name, version })}
        >
          {trans.__('Insert cell')}
        </button>
      }
    />
  );
}

function Checks({ dataset }: { readonly dataset: DatasetVersion }): JSX.Element {
  const trans = useTranslation();
  if (dataset.checks.length === 0) {
    return <p className="jp-SlipwayQuiet">{trans.__('No checks were made.')}</p>;
  }
  return (
    <ul className="jp-SlipwayChecks">
      {dataset.checks.map(check => (
        <li key={check.id} className="jp-SlipwayCheck">
          <StatusMark look={verdictLook(check.verdict, trans)} />
          <div>
            <div className="jp-SlipwayCheck-title">{check.title}</div>
            <div className="jp-SlipwayCheck-evidence">{check.evidence}</div>
          </div>
        </li>
      ))}
    </ul>
  );
}

function SourceAndUse({ data }: { readonly data: DatasetPageData }): JSX.Element {
  const trans = useTranslation();
  const { dataset, runs } = data;
  const more = dataset.used_by_runs.length - runs.length;
  return (
    <>
      <Section title={trans.__('Where it came from')}>
        <table className="jp-SlipwayTable jp-mod-pairs">
          <tbody>
            <tr>
              <th scope="row">{trans.__('Source')}</th>
              <td>{dataset.source}</td>
            </tr>
            {dataset.derivation === null ? null : (
              <tr>
                <th scope="row">{trans.__('Derived by')}</th>
                <td>{dataset.derivation}</td>
              </tr>
            )}
            {dataset.parents.length === 0 ? null : (
              <tr>
                <th scope="row">{trans.__('Made from')}</th>
                <td className="jp-SlipwayFacts">
                  {dataset.parents.map(parent => (
                    <CommandLink
                      key={`${parent.name}/${parent.version}`}
                      command={CommandIDs.openDataset}
                      args={{ ...parent }}
                    >
                      {`${parent.name}@${parent.version}`}
                    </CommandLink>
                  ))}
                </td>
              </tr>
            )}
          </tbody>
        </table>
      </Section>
      <Section title={trans.__('Runs that used it')}>
        {runs.length === 0 ? (
          <p className="jp-SlipwayQuiet">{trans.__('None yet.')}</p>
        ) : (
          <table className="jp-SlipwayTable">
            <tbody>
              {runs.map(run => (
                <tr key={run.run_id}>
                  <th scope="row">
                    <CommandLink command={CommandIDs.openRun} args={{ runId: run.run_id }}>
                      {run.name}
                    </CommandLink>
                  </th>
                  <td>{run.experiment_name}</td>
                  <td>
                    <StatusMark look={runStatusLook(run.status, trans)} />
                  </td>
                  <td>
                    <Ago moment={run.start_time} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        {more > 0 ? <p className="jp-SlipwayQuiet">{trans._n('and %1 more', 'and %1 more', more)}</p> : null}
      </Section>
    </>
  );
}
