import type { TestVectors } from '@slipway/contract';

/**
 * Largest |a − b| / max(1, |a|) between recorded answers and new ones; infinite when one of the two is no number.
 * `missing` names a recorded output that the new answers lack or give in another length.
 */
export function largestDifference(
  vectors: TestVectors,
  answer: (output: string) => ArrayLike<unknown> | undefined
): { difference: number; missing: string | null } {
  let difference = 0;
  for (const [name, expected] of Object.entries(vectors.outputs)) {
    const got = answer(name);
    if (!got || got.length !== expected.data.length) return { difference: Infinity, missing: name };
    expected.data.forEach((value, i) => {
      const relative = Math.abs(value - Number(got[i])) / Math.max(1, Math.abs(value));
      difference = Math.max(difference, Number.isNaN(relative) ? Infinity : relative);
    });
  }
  return { difference, missing: null };
}
