/** Bits of a key that are sorted by at once. */
const DIGIT_BITS = 11;
const DIGITS = 1 << DIGIT_BITS;
const PASSES = 3;

/** Sorts columns of a table one after the other, in memory that it keeps: a radix sort, in time linear in the rows. */
export class ColumnOrder {
  readonly #rows: Float32Array;
  readonly #width: number;
  readonly #own: Int32Array;
  readonly #counts = new Uint32Array(PASSES * DIGITS);
  #keys: Uint32Array;
  #nextKeys: Uint32Array;
  #order: Int32Array;
  #nextOrder: Int32Array;

  /** @param rows row-major float32 [count, width]. */
  constructor(rows: Float32Array, width: number) {
    const count = rows.length / width;
    this.#rows = rows;
    this.#width = width;
    this.#own = new Int32Array(rows.buffer, rows.byteOffset, rows.length);
    this.#keys = new Uint32Array(count);
    this.#nextKeys = new Uint32Array(count);
    this.#order = new Int32Array(count);
    this.#nextOrder = new Int32Array(count);
  }

  /**
   * The values of a column that are numbers in rising order, and the row of each; equal ones in the order of their rows. Both are
   * overwritten by the next call.
   */
  sort(column: number): { readonly values: Float32Array; readonly rows: Int32Array } {
    const counts = this.#counts.fill(0);
    const present = this.#read(column, counts);
    for (let pass = 0; pass < PASSES; pass++) {
      this.#distribute(present, pass * DIGIT_BITS, counts.subarray(pass * DIGITS, (pass + 1) * DIGITS));
    }
    const keys = this.#keys;
    const values = new Int32Array(keys.buffer, 0, present);
    for (let i = 0; i < present; i++) {
      const key = keys[i]!;
      values[i] = key >= 0x8000_0000 ? key ^ 0x8000_0000 : ~key;
    }
    return { values: new Float32Array(keys.buffer, 0, present), rows: this.#order.subarray(0, present) };
  }

  /** Fills in keys that rise with the values, and counts their digits. @returns how many there are. */
  #read(column: number, counts: Uint32Array): number {
    const [rows, bits, keys, order] = [this.#rows, this.#own, this.#keys, this.#order];
    let present = 0;
    for (let row = 0, at = column; at < bits.length; row++, at += this.#width) {
      if (Number.isNaN(rows[at]!)) {
        continue;
      }
      const own = bits[at]!;
      // Signed to unsigned order: negative numbers are inverted, positive ones get the highest bit.
      const key = (own ^ ((own >> 31) | 0x8000_0000)) >>> 0;
      keys[present] = key;
      order[present++] = row;
      counts[key & (DIGITS - 1)]!++;
      counts[DIGITS + ((key >>> DIGIT_BITS) & (DIGITS - 1))]!++;
      counts[2 * DIGITS + (key >>> (2 * DIGIT_BITS))]!++;
    }
    return present;
  }

  #distribute(count: number, shift: number, places: Uint32Array): void {
    let next = 0;
    for (let digit = 0; digit < DIGITS; digit++) {
      const own = places[digit]!;
      if (own === count) {
        // All keys have this digit: they are in order of it.
        return;
      }
      places[digit] = next;
      next += own;
    }
    const [keys, order, nextKeys, nextOrder] = [this.#keys, this.#order, this.#nextKeys, this.#nextOrder];
    for (let i = 0; i < count; i++) {
      const key = keys[i]!;
      const place = places[(key >>> shift) & (DIGITS - 1)]!++;
      nextKeys[place] = key;
      nextOrder[place] = order[i]!;
    }
    [this.#keys, this.#nextKeys] = [nextKeys, keys];
    [this.#order, this.#nextOrder] = [nextOrder, order];
  }
}
