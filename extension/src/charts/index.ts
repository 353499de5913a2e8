export { ColumnHistogram } from './histogram.js';
export { drawPoints, groupSeries, isCourse, isOfMachine, metricSpec } from './metric-charts.js';
export type { MetricGroup } from './metric-charts.js';
export { VegaChart } from './vega-chart.js';
