import type { MetricPoint } from '@slipway/contract';

/**
 * Keeps the shape of a long series: of each of `limit / 2` equal parts the smallest and the largest point, in order,
 * with the first and the last point of the series always among them.
 */
export function thin(points: readonly MetricPoint[], limit: number): MetricPoint[] {
  if (points.length <= limit) {
    return [...points];
  }
  const parts = Math.max(1, Math.floor(limit / 2) - 1);
  const chosen = new Set<number>([0, points.length - 1]);
  for (let part = 0; part < parts; part += 1) {
    const first = Math.floor((part * points.length) / parts);
    const last = Math.floor(((part + 1) * points.length) / parts);
    const { smallest, largest } = extremes(points, first, last);
    chosen.add(smallest);
    chosen.add(largest);
  }
  return [...chosen].sort((a, b) => a - b).flatMap(index => points[index] ?? []);
}

/** Indexes of the extremes in [first, last); points that are not numbers count only when there are no others. */
function extremes(points: readonly MetricPoint[], first: number, last: number): { smallest: number; largest: number } {
  let smallest = first;
  let largest = first;
  for (let index = first; index < last; index += 1) {
    const value = points[index]?.value;
    if (typeof value !== 'number') {
      continue;
    }
    const low = points[smallest]?.value;
    const high = points[largest]?.value;
    if (typeof low !== 'number' || value < low) {
      smallest = index;
    }
    if (typeof high !== 'number' || value > high) {
      largest = index;
    }
  }
  return { smallest, largest };
}
