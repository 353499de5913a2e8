import type { TranslationBundle } from '@jupyterlab/translation';
import { CommandIDs } from '../../commands/ids.js';
import {
  Ago,
  EmptyNote,
  GroupHead,
  Prose,
  Sidebar,
  StatusMark,
  Tree,
  useChanges,
  useHost
} from '../../components/index.js';
import type { TreeRow } from '../../components/index.js';
import { formatCount, useTranslation } from '../../display/index.js';
import { rowKey } from '../named-list.js';
import type { VersionChoice } from '../named-list.js';
import type { DatasetsModel, DatasetVersionSummary } from './model.js';

/** Body of the Datasets sidebar. */
export function DatasetsBody({ model }: { readonly model: DatasetsModel }): JSX.Element {
  const trans = useTranslation();
  const host = useHost();
  useChanges(model.changed);
  const { selected } = model;

  const rows = model.items.flatMap((dataset): TreeRow[] => {
    const expanded = model.isExpanded(dataset.name);
    const count = trans._n('%1 version', '%1 versions', dataset.versions.length);
    const newest = dataset.versions[0]?.version;
    const head: TreeRow = {
      key: rowKey.ofName(dataset.name),
      level: 1,
      expanded,
      name: trans.__('Dataset %1, %2', dataset.name, count),
      content: <GroupHead name={dataset.name} note={count} />
    };
    const versions = dataset.versions.map((version): TreeRow => ({
      key: rowKey.ofVersion({ name: dataset.name, version: version.version }),
      level: 2,
      name: describeVersion(version, trans),
      className: 'jp-SlipwayDatasetRow',
      content: <VersionRow version={version} isLatest={version.version === newest} />
    }));
    return expanded ? [head, ...versions] : [head];
  });

  return (
    <Sidebar
      title={trans.__('Datasets')}
      connection={model.connection}
      snapshot={model.snapshot}
      onRefresh={() => model.refresh()}
      filter={{ label: trans.__('Filter datasets'), value: model.text, onChange: text => (model.text = text) }}
      empty={rows.length > 0 ? null : model.filtered ? <NothingFound /> : <NoDatasets />}
      actions={selected === null ? undefined : <Actions selected={selected} />}
    >
      <Tree
        label={trans.__('Datasets and their versions')}
        rows={rows}
        selectedKey={selected === null ? null : rowKey.ofVersion(selected)}
        onSelect={key => {
          const choice = rowKey.toVersion(key);
          if (choice !== null) {
            model.selected = choice;
          }
        }}
        onOpen={key => {
          const choice = rowKey.toVersion(key);
          if (choice !== null) {
            host.execute(CommandIDs.openDataset, { ...choice });
          }
        }}
        onToggle={key => model.toggle(key)}
      />
    </Sidebar>
  );
}

function shape(version: DatasetVersionSummary): string {
  return `${formatCount(version.row_count)} × ${formatCount(version.column_count)}`;
}

function describeVersion(version: DatasetVersionSummary, trans: TranslationBundle): string {
  return [
    trans.__('Version %1', version.version),
    trans.__('%1 rows, %2 columns', formatCount(version.row_count), formatCount(version.column_count)),
    trans.__('%1 of %2 checks passed', version.checks_passed, version.checks_total),
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
                : trans.__('%1 of %2 checks', version.checks_passed, version.checks_total),
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

function NoDatasets(): JSX.Element {
  const trans = useTranslation();
  const host = useHost();
  return (
    <EmptyNote>
      <p>{trans.__('No datasets yet.')}</p>
      <Prose text={trans.__('Register a file with `await slip.data("name", "file.csv")`.')} />
      <button type="button" className="jp-SlipwayLink" onClick={() => host.execute(CommandIDs.openExample)}>
        {trans.__('Open the example')}
      </button>
    </EmptyNote>
  );
}

function NothingFound(): JSX.Element {
  const trans = useTranslation();
  return (
    <EmptyNote>
      <p>{trans.__('No dataset has such a name.')}</p>
    </EmptyNote>
  );
}
