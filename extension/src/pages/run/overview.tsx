import type { MetricValue } from '@slipway/contract';
import { groupSeries, isCourse, isOfMachine } from '../../charts/index.js';
import {
  baselinesOf,
  formatPercent,
  useTranslation,
  withoutBaselines,
  type BaselineValue
} from '../../display/index.js';
import { LineageChain } from '../lineage.js';
import { MetricTile } from '../metric-tile.js';
import { Section } from '../layout.js';
import { ParameterTable } from '../parameter-table.js';
import { FailureNote } from './failure.js';
import type { RunPageData } from './model.js';
import { MetricChart } from './metric-chart.js';

/** Most charts on the overview; the Metrics tab has all of them. */
const OVERVIEW_CHARTS = 2;
const OVERVIEW_METRICS = 4;

interface MainMetric {
  readonly name: string;
  readonly value: MetricValue;
  readonly baselines: readonly BaselineValue[];
}

/** The main metric: the registered model's headline, else one with baselines, else the row's. */
function mainMetric({ run, versions }: RunPageData): MainMetric | null {
  const judged = versions.at(-1)?.headline ?? null;
  if (judged !== null) {
    const logged = baselinesOf(judged.metric, run.metrics);
    const best = judged.baseline === null ? [] : [judged.baseline];
    return { name: judged.metric, value: judged.value, baselines: logged.length > 0 ? logged : best };
  }
  const metrics = withoutBaselines(run.metrics);
  const found =
    metrics.find(({ key }) => baselinesOf(key, run.metrics).length > 0) ??
    metrics.find(({ key }) => key === run.headline?.key);
  return found === undefined
    ? null
    : { name: found.key, value: found.value, baselines: baselinesOf(found.key, run.metrics) };
}

/** The results of the run at a glance. */
export function Overview({ data }: { readonly data: RunPageData }): JSX.Element {
  const trans = useTranslation();
  const { run } = data;
  const groups = groupSeries(data.series);
  const courses = groups.filter(group => isCourse(group) && !isOfMachine(group.name));
  const metrics = withoutBaselines(run.metrics);
  const drawn = new Set(courses.flatMap(({ series }) => series.map(({ key }) => key)));
  const main = mainMetric(data);
  const others = metrics.filter(({ key }) => key !== main?.name && !drawn.has(key) && !isOfMachine(key));
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
        {main === null ? null : <MetricTile {...main} isMain />}
        {others.slice(0, OVERVIEW_METRICS).map(({ key, value }) => (
          <MetricTile key={key} name={key} value={value} baselines={baselinesOf(key, run.metrics)} />
        ))}
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
