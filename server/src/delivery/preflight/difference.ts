import type { ModelSignature, TestVectors } from '@slipway/contract';
import { otherLabels } from '@slipway/onnx/import';

/** Largest relative difference that counts as equal. */
const TOLERANCE = 1e-4;

/** How recorded answers and new ones differ. */
export interface Difference {
  /** Largest |a − b| / max(1, |a|) of numbers; infinite when one of the two is not a number. */
  readonly numbers: number;
  /** How many numbers were compared. */
  readonly compared: number;
  /** Rows whose label is another one; null when no labels were recorded. */
  readonly labels: readonly number[] | null;
  /** A recorded output that the new answers lack or give in another length. */
  readonly missing: string | null;
}

/** Compares recorded answers with new ones: numbers by their relative difference, labels exactly. */
export function differenceOf(
  { outputs, labels }: TestVectors,
  signature: ModelSignature,
  answer: (output: string) => ArrayLike<unknown> | undefined
): Difference {
  let [numbers, compared] = [0, 0];
  for (const [name, expected] of Object.entries(outputs)) {
    const got = answer(name);
    if (!got || got.length !== expected.data.length) {
      return { numbers: Infinity, compared, labels: null, missing: name };
    }
    expected.data.forEach((value, i) => {
      const relative = Math.abs(value - Number(got[i])) / Math.max(1, Math.abs(value));
      numbers = Math.max(numbers, Number.isNaN(relative) ? Infinity : relative);
    });
    compared += expected.data.length;
  }
  const named = signature.outputs.find(output => output.role === 'label');
  if (labels === undefined || named === undefined) {
    return { numbers, compared, labels: null, missing: null };
  }
  const got = answer(named.name);
  if (!got || got.length !== labels.length) {
    return { numbers, compared, labels: null, missing: named.name };
  }
  const others = otherLabels({ outputs, labels }, signature.labels ?? [], got, TOLERANCE);
  return { numbers, compared, labels: others, missing: null };
}

/** What a difference means: vectors without numbers and labels, as older imports of mere labels have them, prove nothing. */
export function verdictOf({ numbers, compared, labels, missing }: Difference): 'pass' | 'warn' | 'fail' {
  if (missing !== null || numbers > TOLERANCE || (labels ?? []).length > 0) {
    return 'fail';
  }
  return compared === 0 && labels === null ? 'warn' : 'pass';
}

/** A difference in words, with its numbers. */
export function inWords({ numbers, compared, labels }: Difference, { rows, labels: recorded }: TestVectors): string {
  const parts = compared > 0 ? [`largest relative difference ${numbers.toExponential(1)} (allowed ${TOLERANCE})`] : [];
  if (labels !== null) {
    const [first] = labels;
    const example = first === undefined ? '' : `, the first in row ${first} where it was "${recorded![first]}"`;
    parts.push(
      labels.length === 0
        ? 'all labels the same'
        : `${labels.length === 1 ? 'one other label' : `${labels.length} other labels`}${example}`
    );
  }
  return `${rows} recorded rows: ${parts.join(', ') || 'nothing was recorded to compare'}.`;
}
