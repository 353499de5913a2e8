import type { ModelVersion } from '@slipway/contract';
import type { TranslationBundle } from '@jupyterlab/translation';
import { CommandIDs } from '../../commands/ids.js';
import {
  Ago,
  Baseline,
  EmptyNote,
  GroupHead,
  Prose,
  Sidebar,
  Tree,
  useChanges,
  useHost
} from '../../components/index.js';
import type { TreeRow } from '../../components/index.js';
import { formatNumber, promoteIcon, useTranslation } from '../../display/index.js';
import { rowKey } from '../named-list.js';
import type { VersionChoice } from '../named-list.js';
import type { RegistryModel } from './model.js';

/** Body of the Registry sidebar. */
export function RegistryBody({ model }: { readonly model: RegistryModel }): JSX.Element {
  const trans = useTranslation();
  const host = useHost();
  useChanges(model.changed);
  const { selected } = model;

  const rows = model.items.flatMap((registered): TreeRow[] => {
    const expanded = model.isExpanded(registered.name);
    const newest = registered.versions[0];
    const note = newest === undefined ? trans.__('no version') : `v${newest.version}`;
    const head: TreeRow = {
      key: rowKey.ofName(registered.name),
      level: 1,
      expanded,
      name: trans.__('Model %1, newest version %2', registered.name, newest?.version ?? 0),
      content: <GroupHead name={registered.name} note={note} />
    };
    const versions = registered.versions.map((version): TreeRow => ({
      key: rowKey.ofVersion(version),
      level: 2,
      name: describeVersion(version, trans),
      className: 'jp-SlipwayModelRow',
      content: <VersionRow version={version} />
    }));
    return expanded ? [head, ...versions] : [head];
  });

  return (
    <Sidebar
      title={trans.__('Registry')}
      connection={model.connection}
      snapshot={model.snapshot}
      onRefresh={() => model.refresh()}
      filter={{ label: trans.__('Filter models'), value: model.text, onChange: text => (model.text = text) }}
      empty={rows.length > 0 ? null : model.filtered ? <NothingFound /> : <NoModels />}
      actions={
        selected === null ? undefined : (
          <Actions selected={selected} promotable={model.find(selected)?.bundle_digest !== null} />
        )
      }
    >
      <Tree
        label={trans.__('Models and their versions')}
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
            host.execute(CommandIDs.openModelVersion, { ...choice });
          }
        }}
        onToggle={key => model.toggle(key)}
      />
    </Sidebar>
  );
}

function describeVersion(version: ModelVersion, trans: TranslationBundle): string {
  const parts = [trans.__('Version %1', version.version)];
  for (const { environment } of version.deployments) {
    parts.push(trans.__('serving in %1', environment));
  }
  if (version.bundle_digest === null) {
    parts.push(trans.__('logged by MLflow, no bundle to promote'));
  }
  if (version.headline !== null) {
    parts.push(`${version.headline.metric} ${formatNumber(version.headline.value)}`);
  }
  return parts.join(', ');
}

function VersionRow({ version }: { readonly version: ModelVersion }): JSX.Element {
  const trans = useTranslation();
  const { headline } = version;
  return (
    <>
      <div className="jp-SlipwayRow-line">
        <span className="jp-SlipwayVersion">{`v${version.version}`}</span>
        {version.deployments.map(({ environment, service }) => (
          <span
            key={environment}
            className="jp-SlipwayBadge"
            data-environment={environment}
            title={trans.__('Serving in %1 as %2', environment, service)}
          >
            {environment}
          </span>
        ))}
        {version.aliases.map(alias => (
          <span key={alias} className="jp-SlipwayBadge" title={trans.__('Alias %1', alias)}>
            {`@${alias}`}
          </span>
        ))}
        <Ago moment={version.created_at} />
      </div>
      {version.bundle_digest !== null ? null : (
        <div className="jp-SlipwayRow-line jp-mod-detail">
          <span className="jp-SlipwayQuiet">{trans.__('logged by MLflow, no bundle to promote')}</span>
        </div>
      )}
      {headline === null ? null : (
        <div className="jp-SlipwayRow-line jp-mod-detail">
          <span className="jp-SlipwayMetric">
            <span className="jp-SlipwayMetric-key">{headline.metric}</span>
            <span className="jp-SlipwayMetric-value">{formatNumber(headline.value)}</span>
          </span>
          {headline.baseline === null ? null : (
            <Baseline name={headline.baseline.name} value={headline.baseline.value} />
          )}
        </div>
      )}
    </>
  );
}

interface ActionsProps {
  readonly selected: VersionChoice;
  /** A version without a bundle cannot become a service. */
  readonly promotable: boolean;
}

function Actions({ selected, promotable }: ActionsProps): JSX.Element {
  const trans = useTranslation();
  const host = useHost();
  return (
    <button
      type="button"
      className="jp-SlipwayButton jp-mod-primary"
      aria-label={trans.__('Promote %1 version %2', selected.name, selected.version)}
      disabled={!promotable}
      onClick={() => host.execute(CommandIDs.promoteModel, { ...selected })}
    >
      <promoteIcon.react tag="span" elementSize="normal" />
      <span>{trans.__('Promote %1 v%2…', selected.name, selected.version)}</span>
    </button>
  );
}

function NoModels(): JSX.Element {
  const trans = useTranslation();
  const host = useHost();
  return (
    <EmptyNote>
      <p>{trans.__('No models yet.')}</p>
      <Prose text={trans.__('Register the model of a run with `await slip.register("name", run)`.')} />
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
      <p>{trans.__('No model has such a name.')}</p>
    </EmptyNote>
  );
}
