import type { TranslationBundle } from '@jupyterlab/translation';
import { CommandIDs } from '../../commands/ids.js';
import { Ago, StatusMark, useHost } from '../../components/index.js';
import { countOfColumns, countOfRows, formatCount, useTranslation } from '../../display/index.js';
import type { VersionChoice } from '../named-list.js';
import { NamedSidebar } from '../named-sidebar.js';
import { StartNote } from '../start-note.js';
import type { DatasetsModel, DatasetVersionSummary } from './model.js';

/** Body of the Datasets sidebar. */
export function DatasetsBody({ model }: { readonly model: DatasetsModel }): JSX.Element {
  const trans = useTranslation();
  return (
    <NamedSidebar
      model={model}
      words={{
        title: trans.__('Datasets'),
        filter: trans.__('Filter datasets'),
        tree: trans.__('Datasets and their versions'),
        nothingFound: trans.__('No dataset has such a name.')
      }}
      head={({ name, versions }) => {
        const note = trans._n('%1 version', '%1 versions', versions.length);
        return { name: trans.__('Dataset %1, %2', name, note), note };
      }}
      row={(version, { versions }) => ({
        name: describeVersion(version, trans),
        className: 'jp-SlipwayDatasetRow',
        content: <VersionRow version={version} isLatest={version.version === versions[0]?.version} />
      })}
      none={
        <StartNote
          title={trans.__('No datasets yet.')}
          advice={trans.__('Register a file with `await slip.data("name", "file.csv")`.')}
        />
      }
      open={CommandIDs.openDataset}
      actions={selected => <Actions selected={selected} />}
    />
  );
}

function shape(version: DatasetVersionSummary): string {
  return `${formatCount(version.row_count)} × ${formatCount(version.column_count)}`;
}

function describeVersion(version: DatasetVersionSummary, trans: TranslationBundle): string {
  return [
    trans.__('Version %1', version.version),
    countOfRows(version.row_count, trans),
    countOfColumns(version.column_count, trans),
    trans._n('%2 of %1 check passed', '%2 of %1 checks passed', version.checks_total, version.checks_passed),
    trans._n('used by %1 run', 'used by %1 runs', version.run_count)
  ].join(', ');
}

interface VersionRowProps {
  readonly version: DatasetVersionSummary;
  readonly isLatest: boolean;
}

function VersionRow({ version, isLatest }: VersionRowProps): JSX.Element {
  const trans = useTranslation();
  const allPassed = version.checks_passed === version.checks_total;
  return (
    <>
      <div className="jp-SlipwayRow-line">
        <span className="jp-SlipwayVersion">{`v${version.version}`}</span>
        {isLatest ? <span className="jp-SlipwayBadge">{trans.__('latest')}</span> : null}
        <span className="jp-SlipwayRow-shape">{shape(version)}</span>
        <Ago moment={version.created_at} />
      </div>
      <div className="jp-SlipwayRow-line jp-mod-detail">
        {version.checks_total === 0 ? null : (
          <StatusMark
            look={{
              word: allPassed
                ? trans._n('%1 check', '%1 checks', version.checks_total)
                : trans._n(
                    '%2 of %1 check passed',
                    '%2 of %1 checks passed',
                    version.checks_total,
                    version.checks_passed
                  ),
              tone: allPassed ? 'good' : 'caution',
              shape: allPassed ? 'check' : 'warning'
            }}
          />
        )}
        {version.run_count === 0 ? null : (
          <span>{trans._n('used by %1 run', 'used by %1 runs', version.run_count)}</span>
        )}
      </div>
    </>
  );
}

function Actions({ selected }: { readonly selected: VersionChoice }): JSX.Element {
  const trans = useTranslation();
  const host = useHost();
  return (
    <>
      <button
        type="button"
        className="jp-SlipwayButton"
        title={trans.__('Open %1 version %2', selected.name, selected.version)}
        onClick={() => host.execute(CommandIDs.openDataset, { ...selected })}
      >
        {trans.__('Open')}
      </button>
      <button
        type="button"
        className="jp-SlipwayButton"
        title={trans.__('Insert a cell that reads %1 version %2', selected.name, selected.version)}
        onClick={() => host.execute(CommandIDs.insertDatasetCell, { ...selected })}
      >
        {trans.__('Insert cell')}
      </button>
    </>
  );
}
