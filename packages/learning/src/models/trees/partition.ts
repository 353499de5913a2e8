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
    // Both places are written, and one of them counts: no branch to guess wrong.
    const isLeft = Number(bins[row]! <= bin);
    rows[left] = row;
    scratch[right] = row;
    left += isLeft;
    right += 1 - isLeft;
  }
  rows.set(scratch.subarray(0, right), left);
  return left;
}
