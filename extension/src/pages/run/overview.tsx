import { groupSeries, isCourse } from '../../charts/index.js';
import { formatPercent, useTranslation } from '../../display/index.js';
import { LineageChain } from '../lineage.js';
import { MetricTile } from '../metric-tile.js';
import { Section } from '../layout.js';
import { ParameterTable } from '../parameter-table.js';
import { FailureNote } from './failure.js';
import type { RunPageData } from './model.js';
import { MetricChart } from './metric-chart.js';

/** At most this many charts stand on the overview; the Metrics tab has them all. */
const OVERVIEW_CHARTS = 2;

/** What the run found out, at a glance. */
export function Overview({ data }: { readonly data: RunPageData }): JSX.Element {
  const trans = useTranslation();
  const { run } = data;
  const groups = groupSeries(data.series);
  const courses = groups.filter(isCourse);
  const singles = groups.filter(group => !isCourse(group)).flatMap(({ series }) => series.map(({ key }) => key));
  const headline = data.versions.at(-1)?.headline ?? null;
  const others = run.metrics.filter(({ key }) => singles.includes(key) && key !== headline?.metric);
  return (
    <>
      {run.failure === null ? null : <FailureNote run={run} failure={run.failure} />}
      {run.status === 'RUNNING' && run.progress !== null ? (
        <p className="jp-SlipwayProgress">
          <progress max={1} value={run.progress.fraction} aria-label={trans.__('Progress')} />
          <span>{formatPercent(run.progress.fraction)}</span>
          <span>{run.progress.label ?? ''}</span>
        </p>
      ) : null}
      <div className="jp-SlipwayTiles">
        {headline === null ? null : (
          <MetricTile name={headline.metric} value={headline.value} baseline={headline.baseline} isMain />
        )}
        {others.slice(0, 5).map(({ key, value }) => (
          <MetricTile key={key} name={key} value={value} baseline={null} />
        ))}
        {headline === null && others.length === 0
          ? run.metrics
              .slice(0, 4)
              .map(({ key, value }) => <MetricTile key={key} name={key} value={value} baseline={null} />)
          : null}
      </div>
      <div className="jp-SlipwayCharts">
        {courses.slice(0, OVERVIEW_CHARTS).map(group => (
          <MetricChart key={group.name} group={group} />
        ))}
      </div>
      <LineageChain run={run} versions={data.versions} />
      <Section title={trans.__('Parameters')}>
        <ParameterTable params={run.params} />
      </Section>
    </>
  );
}
