import type { Behavior, BehaviorClaim } from '@slipway/contract';
import { formatNumber } from '@slipway/wording';

/** A model's answers: values [rows], or probabilities [rows, classes] with the classes' names. */
export interface Answers {
  readonly labels: readonly string[] | null;
  readonly data: ArrayLike<number>;
}

/** The claims of a behavior that do not hold, one sentence each. */
export function brokenClaims({ claims }: Behavior, answers: Answers): string[] {
  return claims.flatMap(claim => {
    const why = faultOf(claim, answers);
    return why === null ? [] : [why];
  });
}

function faultOf(claim: BehaviorClaim, answers: Answers): string | null {
  const { row, label, of, min = -Infinity, max = Infinity, than_row: base } = claim;
  if (label !== undefined) {
    const got = labelOf(answers, row);
    return got === label ? null : `row ${row + 1} is "${got}" instead of "${label}"`;
  }
  const value = numberOf(answers, row, of);
  const from = base === undefined ? 0 : numberOf(answers, base, of);
  const what = of === undefined ? 'the value' : `the probability of "${of}"`;
  const moved = value - from;
  if (moved >= min && moved <= max) {
    return null;
  }
  return base === undefined
    ? `${what} of row ${row + 1} is ${formatNumber(value, { digits: 4 })}, not ${rangeText(min, max)}`
    : `${what} of row ${base + 1} goes from ${formatNumber(from, { digits: 4 })} to ${formatNumber(value, { digits: 4 })}`;
}

function labelOf({ labels, data }: Answers, row: number): string {
  if (labels === null) {
    return String(data[row]);
  }
  const width = labels.length;
  let best = 0;
  for (let i = 1; i < width; i++) {
    if (data[row * width + i]! > data[row * width + best]!) {
      best = i;
    }
  }
  return labels[best]!;
}

function numberOf({ labels, data }: Answers, row: number, of: string | undefined): number {
  if (labels === null) {
    return data[row]!;
  }
  return data[row * labels.length + (of === undefined ? 0 : labels.indexOf(of))]!;
}

function rangeText(min: number, max: number): string {
  if (max === Infinity) {
    return `at least ${formatNumber(min, { digits: 4 })}`;
  }
  return min === -Infinity
    ? `at most ${formatNumber(max, { digits: 4 })}`
    : `from ${formatNumber(min, { digits: 4 })} to ${formatNumber(max, { digits: 4 })}`;
}
