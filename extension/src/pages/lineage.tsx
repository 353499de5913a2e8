import type { ModelVersion, RunDetail } from '@slipway/contract';
import type { ReactNode } from 'react';
import { CommandIDs } from '../commands/ids.js';
import { datasetsIcon, registryIcon, runsIcon, serviceIcon, useTranslation } from '../display/index.js';
import { fileIcon, type LabIcon } from '@jupyterlab/ui-components';
import { CommandLink } from './layout.js';

interface LineageChainProps {
  /** null: no run made the versions; they came from a file. */
  readonly run: Pick<RunDetail, 'run_id' | 'name' | 'inputs'> | null;
  /** The file that an imported version came from. */
  readonly file?: string;
  readonly versions: readonly Pick<ModelVersion, 'name' | 'version' | 'deployments'>[];
}

/** Data, run, model versions and services, from left to right, each a link. */
export function LineageChain({ run, file, versions }: LineageChainProps): JSX.Element | null {
  const trans = useTranslation();
  const inputs = new Map((run?.inputs ?? []).map(input => [`${input.name}@${input.version ?? '?'}`, input]));
  const services = versions.flatMap(({ deployments }) => deployments);
  if (inputs.size === 0 && versions.length === 0) {
    return null;
  }
  return (
    <nav className="jp-SlipwayChain" aria-label={trans.__('Lineage')}>
      <Links icon={datasetsIcon}>
        {[...inputs].map(([label, { name, version }]) =>
          version === null ? (
            <span key={label}>{name}</span>
          ) : (
            <CommandLink key={label} command={CommandIDs.openDataset} args={{ name, version }}>
              {label}
            </CommandLink>
          )
        )}
      </Links>
      <Links icon={fileIcon}>{file === undefined ? [] : [<span key={file}>{file}</span>]}</Links>
      <Links icon={runsIcon}>
        {run === null
          ? []
          : [
              <CommandLink key={run.run_id} command={CommandIDs.openRun} args={{ runId: run.run_id }}>
                {run.name}
              </CommandLink>
            ]}
      </Links>
      <Links icon={registryIcon}>
        {versions.map(({ name, version }) => (
          <CommandLink key={`${name}/${version}`} command={CommandIDs.openModelVersion} args={{ name, version }}>
            {trans.__('%1 v%2', name, version)}
          </CommandLink>
        ))}
      </Links>
      <Links icon={serviceIcon}>
        {services.map(({ service, environment }) => (
          <CommandLink key={service} command={CommandIDs.openService} args={{ name: service }}>
            {environment}
          </CommandLink>
        ))}
      </Links>
    </nav>
  );
}

interface LinksProps {
  readonly icon: LabIcon;
  readonly children: readonly ReactNode[];
}

function Links({ icon, children }: LinksProps): JSX.Element | null {
  if (children.length === 0) {
    return null;
  }
  return (
    <div className="jp-SlipwayChain-step">
      <icon.react tag="span" elementSize="normal" />
      {children}
    </div>
  );
}
