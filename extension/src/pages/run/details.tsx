import type { RunDetail } from '@slipway/contract';
import { drawPoints, groupSeries, isCourse, isOfMachine, type MetricGroup } from '../../charts/index.js';
import { CommandIDs } from '../../commands/ids.js';
import { EmptyNote } from '../../components/index.js';
import { formatCount, formatNumber, shortDigest, useTranslation } from '../../display/index.js';
import { Environment } from '../environment.js';
import { CommandLink, Section } from '../layout.js';
import { LineageChain } from '../lineage.js';
import { ParameterTable } from '../parameter-table.js';
import { MetricChart } from './metric-chart.js';
import type { RunPageData, RunPageModel } from './model.js';

/** All charts, and the last value of every metric. */
export function Metrics({ data }: { readonly data: RunPageData }): JSX.Element {
  const trans = useTranslation();
  if (data.series.length === 0) {
    return (
      <EmptyNote>
        <p>{trans.__('This run logged no metrics.')}</p>
      </EmptyNote>
    );
  }
  const courses = groupSeries(data.series).filter(group => isCourse(group) && drawPoints(group).length > 0);
  const ofMachine = courses.filter(({ name }) => isOfMachine(name));
  return (
    <>
      <Charts groups={courses.filter(({ name }) => !isOfMachine(name))} />
      {ofMachine.length === 0 ? null : (
        <Section title={trans.__('Machine')}>
          <Charts groups={ofMachine} />
        </Section>
      )}
      <Section title={trans.__('Last values')}>
        <table className="jp-SlipwayTable">
          <thead>
            <tr>
              <th scope="col">{trans.__('Metric')}</th>
              <th scope="col" className="jp-mod-number">
                {trans.__('Last')}
              </th>
              <th scope="col" className="jp-mod-number">
                {trans.__('Step')}
              </th>
              <th scope="col" className="jp-mod-number">
                {trans.__('Points')}
              </th>
            </tr>
          </thead>
          <tbody>
            {data.series.map(({ key, points, total }) => (
              <tr key={key}>
                <th scope="row">{key}</th>
                <td className="jp-mod-number" title={String(points.at(-1)?.value ?? '')}>
                  {formatNumber(points.at(-1)?.value ?? 'NaN')}
                </td>
                <td className="jp-mod-number">{formatCount(points.at(-1)?.step ?? 0)}</td>
                <td className="jp-mod-number">{formatCount(total)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Section>
    </>
  );
}

function Charts({ groups }: { readonly groups: readonly MetricGroup[] }): JSX.Element {
  return (
    <div className="jp-SlipwayCharts">
      {groups.map(group => (
        <MetricChart key={group.name} group={group} />
      ))}
    </div>
  );
}

/** Parameters and tags. */
export function Parameters({ run }: { readonly run: RunDetail }): JSX.Element {
  const trans = useTranslation();
  return (
    <>
      <Section title={trans.__('Parameters')}>
        <ParameterTable params={run.params} />
      </Section>
      <Section title={trans.__('Tags')}>
        <ParameterTable params={run.tags} />
      </Section>
    </>
  );
}

/** Lineage: datasets, run, model versions and services. */
export function Lineage({ data }: { readonly data: RunPageData }): JSX.Element {
  const trans = useTranslation();
  const { run } = data;
  return (
    <>
      <LineageChain run={run} versions={data.versions} />
      <Section title={trans.__('Data that was read')}>
        {run.inputs.length === 0 ? (
          <p className="jp-SlipwayQuiet">{trans.__('None is known.')}</p>
        ) : (
          <table className="jp-SlipwayTable">
            <thead>
              <tr>
                <th scope="col">{trans.__('Dataset')}</th>
                <th scope="col">{trans.__('Used for')}</th>
                <th scope="col">{trans.__('Digest')}</th>
              </tr>
            </thead>
            <tbody>
              {run.inputs.map(input => (
                <tr key={`${input.name}/${input.digest}/${input.context}`}>
                  <th scope="row">
                    {input.version === null ? (
                      input.name
                    ) : (
                      <CommandLink command={CommandIDs.openDataset} args={{ name: input.name, version: input.version }}>
                        {`${input.name}@${input.version}`}
                      </CommandLink>
                    )}
                  </th>
                  <td>{input.context}</td>
                  <td title={input.digest}>
                    <code>{shortDigest(input.digest)}</code>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Section>
    </>
  );
}

/** Environment of the run. */
export function RunEnvironment({
  model,
  data
}: {
  readonly model: RunPageModel;
  readonly data: RunPageData;
}): JSX.Element {
  const trans = useTranslation();
  const { run, session } = data;
  return (
    <Environment
      environment={session?.environment ?? null}
      readBlob={model.readBlob}
      facts={[
        { key: trans.__('User'), value: run.user },
        { key: trans.__('Language'), value: run.language },
        { key: trans.__('Notebook'), value: session?.notebook_path || run.source },
        { key: trans.__('Kernel'), value: session?.kernel ?? '' },
        // Runs of other clients name a commit themselves.
        { key: trans.__('Commit of the run'), value: session?.environment?.git ? '' : (run.git_commit ?? '') },
        { key: trans.__('Run id'), value: run.run_id }
      ]}
    />
  );
}
