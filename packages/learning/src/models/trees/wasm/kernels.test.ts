import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BINS, SLOTS } from '../histogram.js';
import { kernelsOn } from './kernels.js';

const ROWS = 200;
const BIN_PLACE = 0;
const ORDER_PLACE = 4096;
const PAIR_PLACE = 8192;
const SUM_PLACE = 16_384;

describe('kernels of boosting', () => {
  const memory = new WebAssembly.Memory({ shared: true, initial: 2, maximum: 2 });
  const bins = new Uint8Array(memory.buffer, BIN_PLACE, 4096);
  const order = new Int32Array(memory.buffer, ORDER_PLACE, 1024);
  const pairs = new Float64Array(memory.buffer, PAIR_PLACE, 2 * ROWS);
  const kernels = kernelsOn(memory, [1, 2, 3, 7, 8]);
  const numbers = fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), {
    minLength: 2 * ROWS,
    maxLength: 2 * ROWS
  });

  it('add up the pairs of rows by bin, to the last bit, for every number of columns', () => {
    const rows = fc.array(fc.nat(ROWS - 1), { minLength: 1, maxLength: ROWS });
    const cells = fc.uint8Array({ minLength: 8 * ROWS, maxLength: 8 * ROWS });
    fc.assert(
      fc.property(fc.constantFrom(1, 2, 3, 7, 8), rows, cells, numbers, (size, chosen, own, values) => {
        bins.set(own);
        order.set(chosen);
        pairs.set(values);
        const sums = new Float64Array(memory.buffer, SUM_PLACE, size * BINS * SLOTS).fill(0);
        const expected = sums.slice();
        for (const row of chosen) {
          for (let c = 0; c < size; c++) {
            const at = (c * BINS + own[row * size + c]!) * SLOTS;
            expected[at]! += values[2 * row]!;
            expected[at + 1]! += values[2 * row + 1]!;
          }
        }
        kernels.accumulate(size)(BIN_PLACE, ORDER_PLACE, ORDER_PLACE + 4 * chosen.length, PAIR_PLACE, SUM_PLACE);
        expect(sums).toEqual(expected);
      }),
      { numRuns: 60 }
    );
  });

  it('take one histogram away from another, and nothing behind its end', () => {
    fc.assert(
      fc.property(numbers, numbers, fc.integer({ min: 1, max: ROWS - 1 }), (from, other, bin) => {
        const sums = new Float64Array(memory.buffer, SUM_PLACE, 2 * ROWS);
        const taken = new Float64Array(memory.buffer, SUM_PLACE + 16 * ROWS, 2 * ROWS);
        sums.set(from);
        taken.set(other);
        kernels.subtract(SUM_PLACE, SUM_PLACE + 16 * bin, SUM_PLACE + 16 * ROWS);
        expect([...sums]).toEqual(from.map((value, i) => (i < 2 * bin ? value - other[i]! : value)));
      }),
      { numRuns: 60 }
    );
  });

  it('bring the rows that go left to the front, and keep the order on both sides', () => {
    const cells = fc.uint8Array({ minLength: ROWS, maxLength: ROWS });
    const table = fc.array(fc.constantFrom(0, 1), { minLength: BINS, maxLength: BINS });
    const rows = fc.shuffledSubarray([...Array(ROWS).keys()], { minLength: 1 });
    const [goesLeftPlace, scratchPlace] = [SUM_PLACE, PAIR_PLACE];
    fc.assert(
      fc.property(cells, table, rows, (own, goesLeft, chosen) => {
        bins.set(own);
        order.fill(-1).set(chosen);
        new Uint8Array(memory.buffer, goesLeftPlace, BINS).set(goesLeft);
        const end = ORDER_PLACE + 4 * chosen.length;
        const middle = kernels.partition(BIN_PLACE, goesLeftPlace, ORDER_PLACE, end, scratchPlace);
        const left = chosen.filter(row => goesLeft[own[row]!] === 1);
        const right = chosen.filter(row => goesLeft[own[row]!] === 0);
        expect(middle).toBe(ORDER_PLACE + 4 * left.length);
        expect([...order.subarray(0, chosen.length + 1)]).toEqual([...left, ...right, -1]);
      }),
      { numRuns: 100 }
    );
  });
});
