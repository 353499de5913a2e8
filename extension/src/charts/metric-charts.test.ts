import type { MetricSeries } from '@slipway/contract';
import { describe, expect, it } from 'vitest';
import { drawPoints, groupSeries, isCourse, isOfMachine } from './metric-charts.js';

function series(key: string, values: readonly MetricSeries['points'][number]['value'][]): MetricSeries {
  return {
    key,
    points: values.map((value, step) => ({ value, step, timestamp: 1_700_000_000_000 + step })),
    total: values.length
  };
}

describe('the charts of a run', () => {
  it('show one measure on different rows together', () => {
    const groups = groupSeries([
      series('loss', [1, 2]),
      series('accuracy', [1, 2]),
      series('val_loss', [1, 2]),
      series('test/accuracy', [1])
    ]);
    expect(groups.map(({ name, series: members }) => [name, members.map(({ key }) => key)])).toEqual([
      ['loss', ['loss', 'val_loss']],
      ['accuracy', ['accuracy', 'test/accuracy']]
    ]);
  });

  it('are drawn only for what has a course', () => {
    const [single, course] = groupSeries([series('f1', [0.7]), series('loss', [2, 1])]);
    expect([single, course].map(group => group !== undefined && isCourse(group))).toEqual([false, true]);
  });

  it('leave out values that are not finite', () => {
    const [group] = groupSeries([series('loss', [1, 'NaN', 'Infinity', 3])]);
    expect(group === undefined ? [] : drawPoints(group).map(({ step }) => step)).toEqual([0, 3]);
  });

  it('tells what is of the machine from what is of the model', () => {
    expect(isOfMachine('system/cpu_utilization_percentage')).toBe(true);
    expect(isOfMachine('loss')).toBe(false);
  });
});
