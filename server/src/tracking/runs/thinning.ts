import type { MetricPoint } from '@slipway/contract';

/** A point with its place in the series. */
interface Placed {
  readonly index: number;
  readonly point: MetricPoint;
}

interface Part {
  smallest: Placed;
  largest: Placed;
}

/**
 * Keeps the shape of a long series: of each of `limit / 2` equal parts the smallest and the largest point, in order,
 * with the first and the last point of the series always among them. Points come one by one, so that a series need not
 * be in memory.
 */
export class Thinning {
  readonly #total: number;
  readonly #limit: number;
  readonly #parts: Part[] = [];
  readonly #all: MetricPoint[] = [];
  #first: Placed | undefined;
  #last: Placed | undefined;
  #count = 0;

  /** @param total points of the series. @param limit points that are kept at most. */
  constructor(total: number, limit: number) {
    this.#total = total;
    this.#limit = limit;
  }

  /** The next point of the series. */
  add(point: MetricPoint): void {
    if (this.#total <= this.#limit) {
      this.#all.push(point);
      return;
    }
    const placed = { index: this.#count, point };
    this.#count += 1;
    this.#first ??= placed;
    this.#last = placed;
    const number = this.#partOf(placed.index);
    const part = this.#parts[number];
    if (part === undefined) {
      this.#parts[number] = { smallest: placed, largest: placed };
    } else {
      extend(part, placed);
    }
  }

  /** What is kept, in the order of the series. */
  result(): MetricPoint[] {
    if (this.#first === undefined || this.#last === undefined) {
      return this.#all;
    }
    const chosen = new Map<number, MetricPoint>();
    for (const { index, point } of [
      this.#first,
      ...this.#parts.flatMap(part => [part.smallest, part.largest]),
      this.#last
    ]) {
      chosen.set(index, point);
    }
    return [...chosen].sort(([a], [b]) => a - b).map(([, point]) => point);
  }

  #partOf(index: number): number {
    const parts = Math.max(1, Math.floor(this.#limit / 2) - 1);
    return Math.min(parts - 1, Math.floor((index * parts) / this.#total));
  }
}

/** Points that are not numbers count only when there are no others. */
function extend(part: Part, placed: Placed): void {
  const { value } = placed.point;
  if (typeof value !== 'number') {
    return;
  }
  const [low, high] = [part.smallest.point.value, part.largest.point.value];
  if (typeof low !== 'number' || value < low) {
    part.smallest = placed;
  }
  if (typeof high !== 'number' || value > high) {
    part.largest = placed;
  }
}
