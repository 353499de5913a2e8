import type { NamedMetric, RunSummary } from '@slipway/contract';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Ago, Baseline, Sparkline, StatusMark } from '../../components/index.js';
import {
  baselinesOf,
  formatDuration,
  formatNumber,
  formatPercent,
  runStatusLook,
  useTranslation,
  withoutBaselines
} from '../../display/index.js';

/** The metric that the row shows: the headline's, else the first. */
function shownMetric(run: RunSummary): NamedMetric | undefined {
  const metrics = withoutBaselines(run.metrics);
  return metrics.find(metric => metric.key === run.headline?.key) ?? metrics[0];
}

/** A run as a sentence for screen readers. */
export function describeRun(run: RunSummary, trans: TranslationBundle): string {
  const parts = [trans.__('Run %1, %2', run.name, runStatusLook(run.status, trans).word)];
  const metric = shownMetric(run);
  if (metric !== undefined) {
    parts.push(`${metric.key} ${formatNumber(metric.value)}`);
  }
  if (run.status === 'RUNNING' && run.progress !== null) {
    parts.push(formatPercent(run.progress.fraction));
  }
  if (run.failure !== null) {
    parts.push(failureLine(run.failure, trans));
  }
  return parts.join(', ');
}

function failureLine(failure: NonNullable<RunSummary['failure']>, trans: TranslationBundle): string {
  const firstLine = failure.message.split('\n', 1)[0] ?? '';
  return failure.cell_order === undefined ? firstLine : trans.__('%1 (cell %2)', firstLine, failure.cell_order);
}

/** One run in the sidebar: name and status, then the metric with its sparkline, then the error. */
export function RunRow({ run }: { readonly run: RunSummary }): JSX.Element {
  const trans = useTranslation();
  const metric = shownMetric(run);
  const baseline = metric === undefined ? undefined : baselinesOf(metric.key, run.metrics)[0];
  return (
    <>
      <div className="jp-SlipwayRow-line">
        <StatusMark look={runStatusLook(run.status, trans)} iconOnly />
        <span className="jp-SlipwayRow-name" title={run.name}>
          {run.name}
        </span>
        {run.status === 'FINISHED' ? (
          <Ago moment={run.end_time ?? run.start_time} />
        ) : (
          <span className="jp-SlipwayRow-word" data-tone={runStatusLook(run.status, trans).tone}>
            {runStatusLook(run.status, trans).word}
          </span>
        )}
      </div>
      {metric === undefined && run.progress === null ? null : (
        <div className="jp-SlipwayRow-line jp-mod-detail">
          {metric === undefined ? null : (
            <span className="jp-SlipwayMetric" title={metric.key}>
              <span className="jp-SlipwayMetric-key">{metric.key}</span>
              <span className="jp-SlipwayMetric-value">{formatNumber(metric.value)}</span>
            </span>
          )}
          {baseline === undefined ? (
            <Sparkline values={run.headline?.spark ?? []} />
          ) : (
            <Baseline name={baseline.name} value={baseline.value} />
          )}
          {run.status === 'RUNNING' && run.progress !== null ? <Progress progress={run.progress} /> : null}
        </div>
      )}
      {run.failure === null ? null : (
        <div className="jp-SlipwayRow-failure" title={run.failure.message}>
          {failureLine(run.failure, trans)}
        </div>
      )}
    </>
  );
}

function Progress({ progress }: { readonly progress: NonNullable<RunSummary['progress']> }): JSX.Element {
  const trans = useTranslation();
  const left = progress.eta_ms === undefined ? '' : trans.__('%1 left', formatDuration(progress.eta_ms));
  return (
    <span className="jp-SlipwayProgress" title={[progress.label, left].filter(Boolean).join(', ')}>
      <progress max={1} value={progress.fraction} aria-hidden="true" />
      <span>{formatPercent(progress.fraction)}</span>
    </span>
  );
}
