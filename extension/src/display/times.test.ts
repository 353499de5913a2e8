import { nullTranslator } from '@jupyterlab/translation';
import { describe, expect, it } from 'vitest';
import { formatAgo, formatDuration, formatExactTime, formatSince } from './times.js';

const trans = nullTranslator.load('slipway');
const NOW = 1_700_000_000_000;
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe('durations', () => {
  it.each([
    [0, '0 ms'],
    [230.4, '230 ms'],
    [1_940, '1.9 s'],
    [12_000, '12 s'],
    [59_700, '1 min'],
    [65_000, '1 min 5 s'],
    [2 * HOUR + 5 * MINUTE, '2 h 5 min'],
    [3 * DAY, '3 d'],
    [-5, '0 ms']
  ])('of %s ms are shown as %s', (duration, shown) => {
    expect(formatDuration(duration)).toBe(shown);
  });
});

describe('how long ago something was', () => {
  it.each([
    [-20 * SECOND, 'just now'],
    [10 * SECOND, 'just now'],
    [50 * SECOND, '1 min ago'],
    [59 * MINUTE, '59 min ago'],
    [2 * HOUR, '2 h ago'],
    [26 * HOUR, '1 day ago'],
    [6 * DAY, '6 days ago']
  ])('after %s ms is %s', (age, shown) => {
    expect(formatAgo(NOW - age, NOW, trans)).toBe(shown);
  });

  it('is a date after a month', () => {
    expect(formatAgo(Date.UTC(2026, 0, 31), Date.UTC(2026, 5, 1), trans)).toBe('2026-01-31');
  });
});

describe('since when something is so', () => {
  it('is told in the largest unit', () => {
    expect(formatSince(NOW - 12 * SECOND, NOW, trans)).toBe('12 s');
    expect(formatSince(NOW - 3 * DAY, NOW, trans)).toBe('3 days');
  });
});

describe('the exact time', () => {
  it('is local and complete', () => {
    expect(formatExactTime(new Date(2026, 10, 21, 3, 5, 9).getTime())).toBe('2026-11-21 03:05:09');
  });
});
