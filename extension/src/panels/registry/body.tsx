import type { ModelVersion } from '@slipway/contract';
import type { TranslationBundle } from '@jupyterlab/translation';
import { CommandIDs } from '../../commands/ids.js';
import { Ago, Baseline, useHost } from '../../components/index.js';
import { formatNumber, promoteIcon, useTranslation } from '../../display/index.js';
import type { VersionChoice } from '../named-list.js';
import { NamedSidebar } from '../named-sidebar.js';
import { StartNote } from '../start-note.js';
import type { RegistryModel } from './model.js';

/** Body of the Registry sidebar. */
export function RegistryBody({ model }: { readonly model: RegistryModel }): JSX.Element {
  const trans = useTranslation();
  return (
    <NamedSidebar
      model={model}
      words={{
        title: trans.__('Registry'),
        filter: trans.__('Filter models'),
        tree: trans.__('Models and their versions'),
        nothingFound: trans.__('No model has such a name.')
      }}
      head={({ name, versions: [newest] }) => ({
        name: trans.__('Model %1, newest version %2', name, newest?.version ?? 0),
        note: newest === undefined ? trans.__('no version') : `v${newest.version}`
      })}
      row={version => ({
        name: describeVersion(version, trans),
        className: 'jp-SlipwayModelRow',
        content: <VersionRow version={version} />
      })}
      none={
        <StartNote
          title={trans.__('No models yet.')}
          advice={trans.__('Register the model of a run with `await slip.register("name", run)`.')}
        />
      }
      open={CommandIDs.openModelVersion}
      actions={selected => <Actions selected={selected} promotable={model.find(selected)?.bundle_digest !== null} />}
    />
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
