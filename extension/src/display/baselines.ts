import type { MetricValue } from '@slipway/contract';

/** A baseline's value of a metric, on the same rows. */
export interface BaselineValue {
  readonly name: string;
  readonly value: MetricValue;
}

interface KeyedValue {
  readonly key: string;
  readonly value: MetricValue;
}

/** `slip.fit` logs the metrics of the baselines as `baseline.<name>.<metric>`. */
const BASELINE_KEY = /^baseline\.(.+)\.([^.]+)$/;

/** Metrics of a run without those that belong to baselines. */
export function withoutBaselines<M extends KeyedValue>(metrics: readonly M[]): readonly M[] {
  return metrics.filter(({ key }) => !BASELINE_KEY.test(key));
}

/** The baselines that were logged for a metric, best first. */
export function baselinesOf(metric: string, metrics: readonly KeyedValue[]): readonly BaselineValue[] {
  const found = metrics.flatMap(({ key, value }) => {
    const [, name, of] = BASELINE_KEY.exec(key) ?? [];
    return name !== undefined && of === metric ? [{ name, value }] : [];
  });
  const sign = isLowerBetter(metric) ? 1 : -1;
  return found.sort((one, other) => sign * (Number(one.value) - Number(other.value)));
}

/** Whether smaller values of the metric are better, by its name. */
export function isLowerBetter(metric: string): boolean {
  return /(?:^|[_\-./])(?:loss|error|rmse|mse|mae|mape|deviance|perplexity)(?:$|[_\-./])/i.test(metric);
}
