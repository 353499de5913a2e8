export { ColumnHistogram } from './histogram.js';
export { drawPoints, groupSeries, isCourse, metricSpec } from './metric-charts.js';
export type { MetricGroup } from './metric-charts.js';
export { VegaChart } from './vega-chart.js';
