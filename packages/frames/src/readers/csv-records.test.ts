import fc from 'fast-check';
import { expect, it } from 'vitest';
import { firstRecords, readRecord } from './csv-records.js';

it('gives back the fields of a line that were written, whatever is in them', () => {
  const field = fc.string({ maxLength: 8 });
  fc.assert(
    fc.property(fc.array(field, { minLength: 1, maxLength: 5 }), fields => {
      const line = fields
        .map(f => (/[",\r\n]/.test(f) || f.trim() !== f ? `"${f.replaceAll('"', '""')}"` : f))
        .join(',');
      expect(readRecord(line, ',').fields).toEqual(fields);
    })
  );
});

it('begins the next record after a line end of any kind, and passes over blank lines', () => {
  expect(firstRecords('a,b\r\n\n1,"x\ny"\r2,3', ',', 9)).toEqual([
    ['a', 'b'],
    ['1', 'x\ny'],
    ['2', '3']
  ]);
});
