import type { MetricSeries } from '@slipway/contract';
import type { TopLevelSpec } from 'vega-lite';
import { formatNumber } from '@slipway/wording';

/** Series that belong in one chart: `loss`, `val_loss` and `test/loss` are one measure on different rows. */
export interface MetricGroup {
  readonly name: string;
  readonly series: readonly MetricSeries[];
}

/** One drawn point. */
export interface MetricDrawPoint {
  readonly series: string;
  readonly step: number;
  readonly value: number;
  /** The value as text, in the one number format. */
  readonly shown: string;
}

const ROWS_PREFIX = /^(?:val|valid|validation|train|training|test|eval)[_\-./]/;

/** Groups series by measure, in the order in which they came. */
export function groupSeries(series: readonly MetricSeries[]): MetricGroup[] {
  const groups = new Map<string, MetricSeries[]>();
  for (const one of series) {
    const name = one.key.replace(ROWS_PREFIX, '');
    const group = groups.get(name);
    if (group === undefined) {
      groups.set(name, [one]);
    } else {
      group.push(one);
    }
  }
  return [...groups].map(([name, members]) => ({ name, series: members }));
}

const OF_MACHINE = 'system/';

/** Whether a metric tells of the machine rather than of the model; MLflow's client names them so, too. */
export function isOfMachine(name: string): boolean {
  return name.startsWith(OF_MACHINE);
}

/** Whether a series of the group has more than one point; single points are shown as numbers. */
export function isCourse(group: MetricGroup): boolean {
  return group.series.some(({ points }) => points.length > 1);
}

/** The points of a group; values that are not finite are left out. */
export function drawPoints(group: MetricGroup): MetricDrawPoint[] {
  return group.series.flatMap(({ key, points }) =>
    points.flatMap(({ step, value }) =>
      typeof value === 'number' && Number.isFinite(value)
        ? [{ series: key, step, value, shown: formatNumber(value) }]
        : []
    )
  );
}

/** Lines over steps, one per series, with the values under the pointer. */
export function metricSpec(stepTitle: string, valueTitle: string): TopLevelSpec {
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    width: 'container',
    height: 180,
    data: { name: 'points' },
    encoding: {
      x: { field: 'step', type: 'quantitative', title: stepTitle, axis: { tickMinStep: 1, grid: false } },
      y: { field: 'value', type: 'quantitative', title: null, scale: { zero: false } },
      color: { field: 'series', type: 'nominal', title: null, sort: null }
    },
    layer: [
      { mark: { type: 'line', strokeWidth: 1.8, interpolate: 'linear' } },
      {
        params: [{ name: 'near', select: { type: 'point', on: 'pointermove', nearest: true, clear: 'pointerout' } }],
        mark: { type: 'point', filled: true, size: 50 },
        encoding: {
          opacity: { condition: { param: 'near', empty: false, value: 1 }, value: 0 },
          tooltip: [
            { field: 'series', type: 'nominal', title: ' ' },
            { field: 'step', type: 'quantitative', title: stepTitle },
            { field: 'shown', type: 'nominal', title: valueTitle }
          ]
        }
      }
    ]
  };
}
