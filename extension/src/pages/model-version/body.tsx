import type { ModelVersion } from '@slipway/contract';
import type { TranslationBundle } from '@jupyterlab/translation';
import { CommandIDs } from '../../commands/ids.js';
import { Ago, useChanges, useHost } from '../../components/index.js';
import { formatCount, formatNumber, promoteIcon, useTranslation } from '../../display/index.js';
import { CommandLink, Page, PageHead, Section } from '../layout.js';
import { LineageChain } from '../lineage.js';
import { MetricTile } from '../metric-tile.js';
import type { ModelVersionPageData, ModelVersionPageModel } from './model.js';
import { ProvenanceRows } from './provenance.js';
import { SignatureTable } from './signature.js';

/** Body of the page of a model version. */
export function ModelVersionBody({ model }: { readonly model: ModelVersionPageModel }): JSX.Element {
  const trans = useTranslation();
  useChanges(model.changed);
  return (
    <Page connection={model.connection} snapshot={model.snapshot} onRefresh={() => model.refresh()}>
      {({ version, run, provenance }) => (
        <>
          <Head version={version} />
          {version.headline === null && provenance !== null ? (
            <p className="jp-SlipwayQuiet">
              {trans.__(
                'Not measured: it was imported without test rows. Give them: slip.importOnnx(file, { test, target }).'
              )}
            </p>
          ) : null}
          <div className="jp-SlipwayTiles">
            {version.headline === null ? null : (
              <MetricTile
                name={version.headline.metric}
                value={version.headline.value}
                baselines={version.headline.baseline === null ? [] : [version.headline.baseline]}
                isMain
              />
            )}
            {Object.entries(version.metrics)
              .filter(([name]) => name !== version.headline?.metric)
              .map(([name, value]) => (
                <MetricTile key={name} name={name} value={value} />
              ))}
          </div>
          <LineageChain
            run={run ?? (provenance === null ? unknownRun(version) : null)}
            file={provenance?.file}
            versions={[version]}
          />
          {version.description === '' ? null : (
            <Section title={trans.__('Description')}>
              <p className="jp-SlipwayProse">{version.description}</p>
            </Section>
          )}
          <Section title={trans.__('Inputs and outputs')}>
            {version.signature === null ? (
              <p className="jp-SlipwayQuiet">
                {trans.__('Not known: it was logged by MLflow, without a bundle to promote.')}
              </p>
            ) : (
              <SignatureTable signature={version.signature} />
            )}
          </Section>
          <Origin version={version} run={run} provenance={provenance} />
          <Deployments version={version} />
        </>
      )}
    </Page>
  );
}

/** A version without a run still has data and a name to show in the lineage. */
function unknownRun(version: ModelVersion): Parameters<typeof LineageChain>[0]['run'] {
  const { dataset } = version;
  return {
    run_id: version.run_id ?? '',
    name: version.run_name ?? '?',
    inputs: dataset === null ? [] : [{ ...dataset, digest: '', context: '' }]
  };
}

function Head({ version }: { readonly version: ModelVersion }): JSX.Element {
  const trans = useTranslation();
  const host = useHost();
  return (
    <PageHead
      title={trans.__('%1 version %2', version.name, version.version)}
      facts={[
        whatItDoes(version, trans),
        ...version.aliases.map(alias => <span className="jp-SlipwayBadge">{`@${alias}`}</span>),
        <Ago moment={version.created_at} />,
        version.bundle_digest === null ? null : (
          <code title={version.bundle_digest}>{version.bundle_digest.slice(0, 12)}</code>
        )
      ]}
      actions={
        <button
          type="button"
          className="jp-SlipwayButton jp-mod-primary"
          aria-label={trans.__('Promote %1 version %2', version.name, version.version)}
          disabled={version.bundle_digest === null}
          onClick={() => host.execute(CommandIDs.promoteModel, { name: version.name, version: version.version })}
        >
          <promoteIcon.react tag="span" elementSize="normal" />
          <span>{trans.__('Promote…')}</span>
        </button>
      }
    />
  );
}

function whatItDoes({ signature }: ModelVersion, trans: TranslationBundle): string {
  if (signature === null) {
    return trans.__('logged by MLflow');
  }
  switch (signature.task) {
    case 'classification':
      return trans.__('classifies %1', signature.target);
    case 'regression':
      return trans.__('predicts %1', signature.target);
    case 'clustering':
      return trans.__('finds the cluster of a row');
    case 'projection':
      return trans.__('gives the components of a row');
  }
}

function Origin({ version, run, provenance }: ModelVersionPageData): JSX.Element {
  const trans = useTranslation();
  const frame = version.signature?.training_frame ?? undefined;
  return (
    <Section title={trans.__('Where it came from')}>
      <table className="jp-SlipwayTable jp-mod-pairs">
        <tbody>
          {provenance === null ? null : <ProvenanceRows provenance={provenance} />}
          <tr>
            <th scope="row">{trans.__('Run')}</th>
            <td>
              {run === null ? (
                (version.run_name ?? trans.__('none'))
              ) : (
                <CommandLink command={CommandIDs.openRun} args={{ runId: run.run_id }}>
                  {trans.__('%1 in %2', run.name, run.experiment_name)}
                </CommandLink>
              )}
            </td>
          </tr>
          <tr>
            <th scope="row">{trans.__('Data')}</th>
            <td>
              {version.dataset === null ? (
                trans.__('not registered')
              ) : (
                <CommandLink command={CommandIDs.openDataset} args={{ ...version.dataset }}>
                  {`${version.dataset.name}@${version.dataset.version}`}
                </CommandLink>
              )}
            </td>
          </tr>
          {frame === undefined ? null : (
            <tr>
              <th scope="row">{trans.__('Split')}</th>
              <td>
                {trans.__(
                  '%1: %2 training rows, %3 test rows',
                  frame.split,
                  formatCount(frame.train_rows),
                  formatCount(frame.test_rows)
                )}
              </td>
            </tr>
          )}
          {version.headline?.baseline == null ? null : (
            <tr>
              <th scope="row">{trans.__('Best baseline')}</th>
              <td>
                {trans.__(
                  '%1: %2 %3',
                  version.headline.baseline.name,
                  version.headline.metric,
                  formatNumber(version.headline.baseline.value)
                )}
              </td>
            </tr>
          )}
        </tbody>
      </table>
    </Section>
  );
}

function Deployments({ version }: { readonly version: ModelVersion }): JSX.Element {
  const trans = useTranslation();
  return (
    <Section title={trans.__('Where it serves')}>
      {version.deployments.length === 0 ? (
        <p className="jp-SlipwayQuiet">{trans.__('Nowhere yet. Promote it to start a service.')}</p>
      ) : (
        <table className="jp-SlipwayTable">
          <tbody>
            {version.deployments.map(({ environment, service, since }) => (
              <tr key={`${environment}/${service}`}>
                <th scope="row">{environment}</th>
                <td>
                  <CommandLink command={CommandIDs.openService} args={{ name: service }}>
                    {service}
                  </CommandLink>
                </td>
                <td>
                  <Ago moment={since} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Section>
  );
}
