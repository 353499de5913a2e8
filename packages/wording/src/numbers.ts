import type { MetricValue } from '@slipway/contract';

/** Thinner than a space, and never at the end of a line: between a number and its unit. */
const NARROW_SPACE = '\u202f';

export interface NumberOptions {
  /** Default: the browser's or the process's. */
  readonly locale?: string | undefined;
  /** Significant digits; 3 by default. */
  readonly digits?: number;
}

/** Formats are expensive to make, and asked for by the thousand. */
const formats = new Map<string, Intl.NumberFormat>();

function format(locale: string | undefined, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${locale ?? ''} ${JSON.stringify(options)}`;
  const known = formats.get(key) ?? new Intl.NumberFormat(locale, options);
  formats.set(key, known);
  return known;
}

/**
 * A number with few significant digits, its thousands grouped: `0.412`, `12.3`, `1,230`, `3e-7`. Trailing zeros are dropped;
 * very large and very small numbers have an exponent.
 *
 * @example formatNumber(1234.5, { locale: 'en' }) // '1,230'
 */
export function formatNumber(value: MetricValue, { locale, digits = 3 }: NumberOptions = {}): string {
  if (typeof value === 'string') {
    return value === 'NaN' ? 'NaN' : value.replace('Infinity', '∞');
  }
  if (!Number.isFinite(value)) {
    return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '-∞';
  }
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e9 || size < 1e-4)) {
    const [mantissa = '', exponent = ''] = value.toExponential(digits - 1).split('e');
    return `${format(locale, { maximumSignificantDigits: digits }).format(Number(mantissa))}e${exponent.replace('+', '')}`;
  }
  return format(locale, { maximumSignificantDigits: digits }).format(value === 0 ? 0 : value);
}

/** A float64 has no more significant digits. */
const FLOAT64_DIGITS = 17;

/**
 * A value of data or a prediction: three significant digits, and never less than its whole part.
 *
 * @example formatValue(1015.25, 'en') // '1,015'
 * @example formatValue(0.41234, 'en') // '0.412'
 */
export function formatValue(value: number, locale?: string): string {
  const whole = Math.trunc(Math.abs(value)).toString().length;
  return formatNumber(value, { locale, digits: Math.min(FLOAT64_DIGITS, Math.max(3, whole)) });
}

/**
 * A whole number, its thousands grouped.
 *
 * @example formatCount(1461, 'en') // '1,461'
 */
export function formatCount(count: number, locale?: string): string {
  return format(locale, { maximumFractionDigits: 0 }).format(Math.round(count));
}

/**
 * A count in little room.
 *
 * @example formatCompactCount(41_200, 'en') // '41.2 k', with a narrow space
 */
export function formatCompactCount(count: number, locale?: string): string {
  const units = [
    { size: 1e9, sign: 'G' },
    { size: 1e6, sign: 'M' },
    { size: 1e3, sign: 'k' }
  ];
  const unit = units.find(({ size }) => count >= size * 9.9995);
  if (unit === undefined) {
    return formatCount(count, locale);
  }
  return `${formatNumber(count / unit.size, { locale })}${NARROW_SPACE}${unit.sign}`;
}

/**
 * A size in bytes with its unit (powers of 1000).
 *
 * @example formatBytes(12_400, 'en') // '12.4 kB', with a narrow space
 */
export function formatBytes(bytes: number, locale?: string): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let size = bytes;
  let unit = 0;
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${formatNumber(size, { locale })}${NARROW_SPACE}${units[unit] ?? 'TB'}`;
}

/**
 * A fraction as a percentage without decimals. Never rounded up to 100 % before the end.
 *
 * @example formatPercent(0.41) // '41 %', with a narrow space
 */
export function formatPercent(fraction: number): string {
  const percent = fraction < 1 ? Math.min(99, Math.round(fraction * 100)) : 100;
  return `${percent}${NARROW_SPACE}%`;
}
