import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Counter, exposition, Histogram, Reading } from './metrics.js';

describe('metrics', () => {
  it('are written as Prometheus reads them', async () => {
    const counter = new Counter('writes_total', 'Writes.');
    counter.add();
    counter.add(2, { kind: 'a "quoted"\nname' });
    const histogram = new Histogram('seconds', 'Time.', [0.1, 1]);
    for (const value of [0.05, 0.1, 0.5, 7]) {
      histogram.observe(value, 'get', () => ({ route: '/x' }));
    }
    const gauge = new Reading('depth', 'Depth.', 'gauge', async () => [{ value: 3 }]);
    expect(await exposition([counter, histogram, gauge])).toBe(
      [
        '# HELP writes_total Writes.',
        '# TYPE writes_total counter',
        'writes_total 1',
        'writes_total{kind="a \\"quoted\\"\\nname"} 2',
        '# HELP seconds Time.',
        '# TYPE seconds histogram',
        'seconds_bucket{route="/x",le="0.1"} 2',
        'seconds_bucket{route="/x",le="1"} 3',
        'seconds_bucket{route="/x",le="+Inf"} 4',
        'seconds_sum{route="/x"} 7.65',
        'seconds_count{route="/x"} 4',
        '# HELP depth Depth.',
        '# TYPE depth gauge',
        'depth 3',
        ''
      ].join('\n')
    );
  });

  it('of any values have buckets that never fall and end with the count', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 20, noNaN: true })), values => {
        const histogram = new Histogram('h', 'h', [0.5, 1, 5, 10]);
        for (const value of values) {
          histogram.observe(value, 'k', () => ({}));
        }
        const numbers = histogram
          .lines()
          .filter(line => line.startsWith('h_bucket'))
          .map(line => Number(line.split(' ')[1]));
        expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
        expect(numbers.at(-1) ?? 0).toBe(values.length);
      })
    );
  });
});
