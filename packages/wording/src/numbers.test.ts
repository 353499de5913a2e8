import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatBytes, formatCompactCount, formatCount, formatNumber, formatPercent, formatValue } from './numbers.js';

/** The narrow no-break space before a unit. */
const plain = (text: string): string => text.replaceAll('\u202f', ' ');

describe('numbers', () => {
  it.each([
    [0, '0'],
    [0.41234, '0.412'],
    [0.81, '0.81'],
    [12.345, '12.3'],
    [123.45, '123'],
    [1234, '1,230'],
    [-1234567, '-1,230,000'],
    [1.2e-7, '1.2e-7'],
    [0.00012, '0.00012'],
    [4.56e12, '4.56e12'],
    [-2.5e-9, '-2.5e-9'],
    [Number.NaN, 'NaN'],
    ['NaN' as const, 'NaN'],
    ['-Infinity' as const, '-∞'],
    [Infinity, '∞']
  ])('%s is shown as %s', (value, shown) => {
    expect(formatNumber(value, { locale: 'en' })).toBe(shown);
  });

  it('keep three significant digits, whatever their size', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), value => {
        const shown = Number(formatNumber(value, { locale: 'en' }).replaceAll(',', ''));
        expect(shown).toBe(Number(value.toPrecision(3)));
      })
    );
  });
});

describe('counts', () => {
  it('have their thousands apart', () => {
    expect(formatCount(1461, 'en')).toBe('1,461');
    expect(formatValue(1015.25, 'en')).toBe('1,015');
    expect(formatValue(-123456.7, 'en')).toBe('-123,457');
    expect(formatValue(0.41234, 'en')).toBe('0.412');
    expect(formatCount(12, 'en')).toBe('12');
    expect(formatCount(1234567, 'en')).toBe('1,234,567');
  });

  it.each([
    [0, '0'],
    [9_999, '9,999'],
    [41_200, '41.2 k'],
    [999_999, '1,000 k'],
    [41_000_000, '41 M']
  ])('of %s fit in little room as %s', (count, shown) => {
    expect(plain(formatCompactCount(count, 'en'))).toBe(shown);
  });
});

describe('sizes', () => {
  it.each([
    [0, '0 B'],
    [532, '532 B'],
    [12_400, '12.4 kB'],
    [999_600, '1 MB'],
    [2.5e15, '2,500 TB']
  ])('of %s bytes are shown as %s', (bytes, shown) => {
    expect(plain(formatBytes(bytes, 'en'))).toBe(shown);
  });
});

describe('percentages', () => {
  it('reach 100 only at the end', () => {
    expect(plain(formatPercent(0.414))).toBe('41 %');
    expect(plain(formatPercent(0.9999))).toBe('99 %');
    expect(plain(formatPercent(1))).toBe('100 %');
  });
});
