/* Metrics of clusters; rows are row-major [count, width], clusters indices. */

/**
 * Mean silhouette (Rousseeuw 1987): how much nearer rows are to their own cluster than to the next one, from −1 to 1. A row
 * alone in its cluster counts 0. NaN unless there are at least two clusters. Time grows with the square of the rows.
 *
 * @example
 * slip.metrics.silhouette([0, 0, 10, 10], 1, [0, 0, 1, 1]) // 1
 */
export function silhouette(rows: ArrayLike<number>, width: number, clusters: readonly number[]): number {
  const sizes = sizesOf(clusters);
  if (sizes.filter(size => size > 0).length < 2) {
    return NaN;
  }
  let sum = 0;
  const distances = new Float64Array(sizes.length);
  clusters.forEach((own, row) => {
    if (sizes[own] === 1) {
      return;
    }
    distances.fill(0);
    clusters.forEach((other, to) => (distances[other]! += distance(rows, width, row, to)));
    const inside = distances[own]! / (sizes[own]! - 1);
    const outside = Math.min(
      ...Array.from(distances, (d, k) => (k === own || sizes[k] === 0 ? Infinity : d / sizes[k]!))
    );
    sum += (outside - inside) / Math.max(inside, outside) || 0;
  });
  return sum / clusters.length;
}

/**
 * Adjusted Rand index: agreement of two groupings beyond chance; 1 is the same grouping (Hubert and Arabie 1985).
 *
 * @example
 * slip.metrics.adjustedRand([0, 0, 1, 1], [1, 1, 0, 0]) // 1
 */
export function adjustedRand(a: readonly number[], b: readonly number[]): number {
  const pairs = (n: number): number => (n * (n - 1)) / 2;
  const sum = (counts: readonly number[]): number => counts.reduce((total, n) => total + pairs(n), 0);
  const together = new Map<string, number>();
  a.forEach((k, row) => together.set(`${k} ${b[row]}`, (together.get(`${k} ${b[row]}`) ?? 0) + 1));
  const [inA, inB] = [sum(sizesOf(a)), sum(sizesOf(b))];
  const expected = (inA * inB) / pairs(a.length);
  const most = (inA + inB) / 2;
  return most === expected ? 1 : (sum([...together.values()]) - expected) / (most - expected);
}

/**
 * Mutual information of two groupings over the mean of their entropies: 0 is independent, 1 the same.
 *
 * @example
 * slip.metrics.normalizedMutualInformation([0, 0, 1, 1], [1, 1, 0, 0]) // 1
 */
export function normalizedMutualInformation(a: readonly number[], b: readonly number[]): number {
  const total = a.length;
  const together = new Map<string, { a: number; b: number; n: number }>();
  a.forEach((k, row) => {
    const key = `${k} ${b[row]}`;
    together.set(key, { a: k, b: b[row]!, n: (together.get(key)?.n ?? 0) + 1 });
  });
  const [inA, inB] = [sizesOf(a), sizesOf(b)];
  const information = [...together.values()].reduce(
    (sum, cell) => sum + (cell.n / total) * Math.log((cell.n * total) / (inA[cell.a]! * inB[cell.b]!)),
    0
  );
  const entropy = (sizes: readonly number[]): number =>
    -sizes.reduce((sum, n) => (n === 0 ? sum : sum + (n / total) * Math.log(n / total)), 0);
  const mean = (entropy(inA) + entropy(inB)) / 2;
  return mean === 0 ? 1 : information / mean;
}

function sizesOf(clusters: readonly number[]): number[] {
  const sizes = new Array<number>(clusters.reduce((most, k) => Math.max(most, k), -1) + 1).fill(0);
  for (const k of clusters) {
    sizes[k]!++;
  }
  return sizes;
}

function distance(rows: ArrayLike<number>, width: number, a: number, b: number): number {
  let sum = 0;
  for (let c = 0; c < width; c++) {
    sum += (rows[a * width + c]! - rows[b * width + c]!) ** 2;
  }
  return Math.sqrt(sum);
}
