import type { MetricValue } from '@slipway/contract';

const NARROW_SPACE = '\u202f';

function grouped(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+(?!\d))/g, NARROW_SPACE);
}

/**
 * A number with three significant digits: `0.412`, `12.3`, `1 230`, `3e-7`. Trailing zeros are dropped; very large and very
 * small numbers are written with an exponent.
 */
export function formatNumber(value: MetricValue): string {
  if (typeof value === 'string') {
    return value === 'NaN' ? 'NaN' : value.replace('Infinity', '∞');
  }
  if (!Number.isFinite(value)) {
    return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '-∞';
  }
  if (value === 0) {
    return '0';
  }
  const size = Math.abs(value);
  if (size >= 1e9 || size < 1e-4) {
    const [mantissa = '', exponent = ''] = value.toExponential(2).split('e');
    return `${String(Number(mantissa))}e${exponent.replace('+', '')}`;
  }
  const [whole = '', fraction] = Number(value.toPrecision(3)).toString().split('.');
  return fraction === undefined ? grouped(whole) : `${grouped(whole)}.${fraction}`;
}

/** A whole number with its thousands apart: `1 461`. */
export function formatCount(count: number): string {
  return grouped(Math.round(count).toString());
}

/** A count in little room: `41 k`, `1.2 M`. */
export function formatCompactCount(count: number): string {
  const units = [
    { size: 1e9, sign: 'G' },
    { size: 1e6, sign: 'M' },
    { size: 1e3, sign: 'k' }
  ];
  const unit = units.find(({ size }) => count >= size * 9.9995);
  if (unit === undefined) {
    return formatCount(count);
  }
  return `${formatNumber(count / unit.size)}${NARROW_SPACE}${unit.sign}`;
}

/** A size in bytes with its unit: `532 B`, `12.4 kB`, `1.1 MB` (powers of 1000). */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let size = bytes;
  let unit = 0;
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${formatNumber(size)}${NARROW_SPACE}${units[unit] ?? 'TB'}`;
}

/** A fraction as a percentage without decimals: `41 %`. Never rounded up to 100 % before the end. */
export function formatPercent(fraction: number): string {
  const percent = fraction < 1 ? Math.min(99, Math.round(fraction * 100)) : 100;
  return `${percent}${NARROW_SPACE}%`;
}
