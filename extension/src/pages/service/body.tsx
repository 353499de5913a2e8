import type { Service } from '@slipway/contract';
import { CommandIDs } from '../../commands/ids.js';
import { Ago, StatusMark, useChanges } from '../../components/index.js';
import { countOfRequests, formatPercent, serviceStateLook, useTranslation } from '../../display/index.js';
import { CommandLink, Page, PageHead, Section } from '../layout.js';
import { ConsumeSnippet } from './consume.js';
import type { ServicePageModel } from './model.js';
import { TestForm } from './test-form.js';

/** Body of the page of a service. */
export function ServiceBody({ model }: { readonly model: ServicePageModel }): JSX.Element {
  const trans = useTranslation();
  useChanges(model.changed);
  return (
    <Page connection={model.connection} snapshot={model.snapshot} onRefresh={() => model.refresh()}>
      {({ service, profiles }) => (
        <>
          <PageHead
            title={service.name}
            facts={[
              <span className="jp-SlipwayBadge" data-environment={service.environment}>
                {service.environment}
              </span>,
              <StatusMark look={serviceStateLook(service.state, trans)} />,
              service.url === '' ? null : <code>{service.url}</code>,
              service.started_at === null ? null : (
                <>
                  {trans.__('started')}&nbsp;
                  <Ago moment={service.started_at} />
                </>
              ),
              trans.__('%1 answered', countOfRequests(service.requests, trans))
            ]}
          />
          <Section title={trans.__('Try it')}>
            <TestForm model={model} service={service} profiles={profiles} />
          </Section>
          <Section title={trans.__('Call it')}>
            <ConsumeSnippet model={model} service={service} />
          </Section>
          <Section title={trans.__('Revisions')}>
            <Revisions service={service} />
          </Section>
        </>
      )}
    </Page>
  );
}

function Revisions({ service }: { readonly service: Service }): JSX.Element {
  const trans = useTranslation();
  return (
    <table className="jp-SlipwayTable">
      <thead>
        <tr>
          <th scope="col">{trans.__('Revision')}</th>
          <th scope="col">{trans.__('Model')}</th>
          <th scope="col" className="jp-mod-number">
            {trans.__('Traffic')}
          </th>
          <th scope="col">{trans.__('Bundle')}</th>
        </tr>
      </thead>
      <tbody>
        {service.release.revisions.map(revision => (
          <tr key={revision.revision}>
            <th scope="row">{revision.revision}</th>
            <td>
              <CommandLink
                command={CommandIDs.openModelVersion}
                args={{ name: revision.model, version: revision.version }}
              >
                {trans.__('%1 v%2', revision.model, revision.version)}
              </CommandLink>
            </td>
            <td className="jp-mod-number">{formatPercent(revision.traffic)}</td>
            <td title={revision.bundle_digest}>
              <code>{revision.bundle_digest.slice(0, 12)}</code>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
