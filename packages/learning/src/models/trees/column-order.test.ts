import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ColumnOrder } from './column-order.js';

it('sorts the numbers of a column, equal ones in the order of their rows, and leaves missing ones out', () => {
  const value = fc.oneof(
    fc.float({ noDefaultInfinity: false }),
    fc.constantFrom(0, -0, NaN, Infinity, -Infinity, 1, -1, 2 ** -149, -(2 ** -149))
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(value, value), { maxLength: 300 }), list => {
      const order = new ColumnOrder(Float32Array.from(list.flat()), 2);
      for (const column of [0, 1, 0]) {
        const { values, rows } = order.sort(column);
        const own = Float32Array.from(list, pair => pair[column]!);
        expect(rows).toHaveLength(own.filter(each => !Number.isNaN(each)).length);
        expect([...values]).toEqual(Array.from(rows, row => own[row]!));
        for (let i = 1; i < rows.length; i++) {
          const isBefore = Object.is(values[i - 1], -0) && Object.is(values[i], 0);
          const isEqual = Object.is(values[i - 1], values[i]);
          expect(values[i - 1]! < values[i]! || isBefore || (isEqual && rows[i - 1]! < rows[i]!)).toBe(true);
        }
      }
    })
  );
});
