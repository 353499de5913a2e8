/* Metrics of ranked lists: each list holds what is known of its items in the order in which they were shown. */

/**
 * Discounted cumulative gain of relevances in the order shown: Σ relevance / log2(place + 1) (Järvelin and Kekäläinen 2002).
 *
 * @example
 * slip.metrics.dcg([1, 0, 1]) // 1.5
 */
export function dcg(shown: readonly number[], places = shown.length): number {
  return shown.slice(0, places).reduce((sum, relevance, i) => sum + relevance / Math.log2(i + 2), 0);
}

/**
 * Gain over that of the best order; 0 when nothing is relevant. @param places only the first ones count.
 *
 * @example
 * slip.metrics.ndcg([0, 1]) // 0.6309297535714575
 */
export function ndcg(shown: readonly number[], places = shown.length): number {
  const best = dcg(
    [...shown].sort((a, b) => b - a),
    places
  );
  return best === 0 ? 0 : dcg(shown, places) / best;
}

/**
 * One over the place of the first relevant item; 0 when there is none. Averaged over lists it is the MRR.
 *
 * @example
 * slip.metrics.reciprocalRank([false, true]) // 0.5
 */
export function reciprocalRank(shown: readonly boolean[]): number {
  const first = shown.indexOf(true);
  return first < 0 ? 0 : 1 / (first + 1);
}

/**
 * Share of the first places that hold relevant items.
 *
 * @example
 * slip.metrics.precisionAt([true, false, true], 2) // 0.5
 */
export function precisionAt(shown: readonly boolean[], places: number): number {
  return shown.slice(0, places).filter(relevant => relevant).length / places;
}

/**
 * Items in the order of their scores, the highest first; of equal ones the earlier first.
 *
 * @example
 * slip.metrics.byScore(['a', 'b', 'c'], [0.1, 0.9, 0.5]) // [ 'b', 'c', 'a' ]
 */
export function byScore<T>(items: readonly T[], scores: readonly number[]): T[] {
  return items
    .map((item, i) => ({ item, score: scores[i]! }))
    .sort((a, b) => b.score - a.score)
    .map(({ item }) => item);
}
