/** Bits of a key that are sorted by at once: with few rows, counting more digits than rows takes the time. */
const DIGIT_BITS = { fewRows: 8, manyRows: 11 } as const;
const MANY_ROWS = 8192;

/** Sorts columns of a table one after the other, in memory that it keeps: a radix sort, in time linear in the rows. */
export class ColumnOrder {
  readonly #rows: Float32Array;
  readonly #width: number;
  readonly #own: Int32Array;
  readonly #bits: number;
  readonly #digits: number;
  readonly #passes: number;
  /** For each pass, how many keys have each digit. */
  readonly #counts: Uint32Array;
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
    this.#bits = count < MANY_ROWS ? DIGIT_BITS.fewRows : DIGIT_BITS.manyRows;
    this.#digits = 1 << this.#bits;
    this.#passes = Math.ceil(32 / this.#bits);
    this.#counts = new Uint32Array(this.#passes * this.#digits);
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
    for (let pass = 0; pass < this.#passes; pass++) {
      const digits = counts.subarray(pass * this.#digits, (pass + 1) * this.#digits);
      this.#distribute(present, pass * this.#bits, digits);
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
    const [digitBits, digits] = [this.#bits, this.#digits];
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
      for (let shift = 0, first = 0; shift < 32; shift += digitBits, first += digits) {
        counts[first + ((key >>> shift) & (digits - 1))]!++;
      }
    }
    return present;
  }

  #distribute(count: number, shift: number, places: Uint32Array): void {
    let next = 0;
    for (let digit = 0; digit < places.length; digit++) {
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
      const place = places[(key >>> shift) & (places.length - 1)]!++;
      nextKeys[place] = key;
      nextOrder[place] = order[i]!;
    }
    [this.#keys, this.#nextKeys] = [nextKeys, keys];
    [this.#order, this.#nextOrder] = [nextOrder, order];
  }
}
