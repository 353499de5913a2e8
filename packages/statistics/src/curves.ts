/* What a threshold on a score trades for what. `truth` says whether a row is positive. */

/** A point of the ROC curve: rows with at least this score are taken for positive. */
export interface RocPoint {
  readonly threshold: number;
  readonly falsePositiveRate: number;
  readonly truePositiveRate: number;
}

/**
 * From (0, 0) to (1, 1), one point for each different score. Empty when only one of the two is there.
 *
 * @example
 * slip.metrics.rocCurve([true, false], [0.9, 0.2]).length // 3
 */
export function rocCurve(truth: readonly boolean[], scores: readonly number[]): RocPoint[] {
  const counts = countsFromTop(truth, scores);
  const last = counts.at(-1);
  if (last === undefined || last.hits === 0 || last.hits === last.claimed) {
    return [];
  }
  const negatives = last.claimed - last.hits;
  return [
    { threshold: Infinity, falsePositiveRate: 0, truePositiveRate: 0 },
    ...counts.map(({ threshold, claimed, hits }) => ({
      threshold,
      falsePositiveRate: (claimed - hits) / negatives,
      truePositiveRate: hits / last.hits
    }))
  ];
}

export interface PrecisionRecallPoint {
  readonly threshold: number;
  readonly precision: number;
  readonly recall: number;
}

/**
 * One point for each different score, from the highest one on. Empty when no row is positive.
 *
 * @example
 * slip.metrics.precisionRecallCurve([true, false], [0.9, 0.2]).length // 2
 */
export function precisionRecallCurve(truth: readonly boolean[], scores: readonly number[]): PrecisionRecallPoint[] {
  const counts = countsFromTop(truth, scores);
  const positives = counts.at(-1)?.hits ?? 0;
  if (positives === 0) {
    return [];
  }
  return counts.map(({ threshold, claimed, hits }) => ({
    threshold,
    precision: hits / claimed,
    recall: hits / positives
  }));
}

/**
 * Average precision: the precision at each score, weighted by the recall that it adds. Not interpolated, which would be too
 * optimistic (Davis and Goadrich 2006). NaN when no row is positive.
 *
 * @example
 * slip.metrics.averagePrecision([true, false, true, false], [0.9, 0.8, 0.7, 0.1]) // 0.8333333333333333
 */
export function averagePrecision(truth: readonly boolean[], scores: readonly number[]): number {
  const curve = precisionRecallCurve(truth, scores);
  if (curve.length === 0) {
    return NaN;
  }
  return curve.reduce((sum, point, i) => sum + point.precision * (point.recall - (curve[i - 1]?.recall ?? 0)), 0);
}

interface Count {
  readonly threshold: number;
  /** Rows with at least this score, and the positive ones among them. */
  readonly claimed: number;
  readonly hits: number;
}

function countsFromTop(truth: readonly boolean[], scores: readonly number[]): Count[] {
  const order = scores.map((_, row) => row).sort((a, b) => scores[b]! - scores[a]!);
  const counts: Count[] = [];
  let hits = 0;
  order.forEach((row, i) => {
    if (truth[row]) {
      hits++;
    }
    const next = order[i + 1];
    if (next === undefined || scores[next] !== scores[row]) {
      counts.push({ threshold: scores[row]!, claimed: i + 1, hits });
    }
  });
  return counts;
}
