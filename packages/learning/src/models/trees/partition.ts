/** Brings the rows that go left to the front of the range, keeping their order. @returns where the others begin. */
export function partition(
  bins: Uint8Array,
  bin: number,
  rows: Int32Array,
  start: number,
  end: number,
  scratch: Int32Array
): number {
  let left = start;
  let right = 0;
  for (let i = start; i < end; i++) {
    const row = rows[i]!;
    if (bins[row]! <= bin) {
      rows[left++] = row;
    } else {
      scratch[right++] = row;
    }
  }
  for (let i = 0; i < right; i++) {
    rows[left + i] = scratch[i]!;
  }
  return left;
}
