import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRange } from './byte-range.js';

describe('a Range header', () => {
  it('names bytes from, to, and at the end', () => {
    expect(parseRange('bytes=0-0', 10)).toEqual({ start: 0, end: 0 });
    expect(parseRange('bytes=2-5', 10)).toEqual({ start: 2, end: 5 });
    expect(parseRange('bytes=7-', 10)).toEqual({ start: 7, end: 9 });
    expect(parseRange('bytes=-3', 10)).toEqual({ start: 7, end: 9 });
  });

  it('ends with the file', () => {
    expect(parseRange('bytes=5-5000', 10)).toEqual({ start: 5, end: 9 });
    expect(parseRange('bytes=-5000', 10)).toEqual({ start: 0, end: 9 });
  });

  it('beyond the file names none of it', () => {
    expect(parseRange('bytes=10-', 10)).toBe('none of it');
    expect(parseRange('bytes=-0', 10)).toBe('none of it');
    expect(parseRange('bytes=0-', 0)).toBe('none of it');
  });

  it('that is malformed, or holds several ranges, means the whole file', () => {
    for (const header of [undefined, '', 'bytes=', 'bytes=-', 'bytes=5-2', 'bytes=a-b', 'items=0-1', 'bytes=0-1,3-4']) {
      expect(parseRange(header, 10)).toBeUndefined();
    }
  });

  it('never leads outside of the file', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^bytes=\d{0,4}-\d{0,4}$/), fc.nat(2000), (header, size) => {
        const range = parseRange(header, size);
        if (typeof range === 'object') {
          expect(range.start).toBeGreaterThanOrEqual(0);
          expect(range.end).toBeGreaterThanOrEqual(range.start);
          expect(range.end).toBeLessThan(size);
        }
      })
    );
  });
});
