/*
 * Metrics in the text format of Prometheus (version 0.0.4). Only what a server needs to tell of itself: counters and
 * histograms that are kept, and gauges that are read on collection.
 * https://prometheus.io/docs/instrumenting/exposition_formats/
 */

export type Labels = Readonly<Record<string, string>>;

/** One value of a gauge. */
export interface Sample {
  readonly labels?: Labels;
  readonly value: number;
}

/** Timeout of a value: collectors do not wait longer. */
const DEADLINE_MS = 2000;

interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  lines(): string[] | Promise<string[]>;
}

export class Counter implements Metric {
  readonly type = 'counter';
  readonly #values = new Map<string, number>();

  constructor(
    readonly name: string,
    readonly help: string
  ) {}

  add(amount = 1, labels: Labels = {}): void {
    const key = written(labels);
    this.#values.set(key, (this.#values.get(key) ?? 0) + amount);
  }

  lines(): string[] {
    return [...this.#values].map(([labels, value]) => `${this.name}${braced(labels)} ${value}`);
  }
}

interface Observed {
  readonly labels: string;
  /** By bucket, not yet summed up; the last one is beyond all bounds. */
  readonly counts: number[];
  sum: number;
}

export class Histogram implements Metric {
  readonly type = 'histogram';
  readonly #bounds: readonly number[];
  readonly #series = new Map<string, Observed>();

  /** @param bounds upper bounds of the buckets, rising. */
  constructor(
    readonly name: string,
    readonly help: string,
    bounds: readonly number[]
  ) {
    this.#bounds = bounds;
  }

  /** @param key represents the labels, so that they are written out only once for each. */
  observe(value: number, key: string, labels: () => Labels): void {
    let series = this.#series.get(key);
    if (series === undefined) {
      series = { labels: written(labels()), counts: new Array<number>(this.#bounds.length + 1).fill(0), sum: 0 };
      this.#series.set(key, series);
    }
    const found = this.#bounds.findIndex(bound => value <= bound);
    const bucket = found < 0 ? this.#bounds.length : found;
    series.counts[bucket] = (series.counts[bucket] ?? 0) + 1;
    series.sum += value;
  }

  lines(): string[] {
    return [...this.#series.values()].flatMap(({ labels, counts, sum }) => {
      let total = 0;
      const buckets = counts.map((count, index) => {
        total += count;
        const le = `le="${this.#bounds[index] ?? '+Inf'}"`;
        return `${this.name}_bucket${braced(labels === '' ? le : `${labels},${le}`)} ${total}`;
      });
      return [...buckets, `${this.name}_sum${braced(labels)} ${sum}`, `${this.name}_count${braced(labels)} ${total}`];
    });
  }
}

/** Values read on collection; counters kept elsewhere are included. */
export class Reading implements Metric {
  constructor(
    readonly name: string,
    readonly help: string,
    readonly type: 'counter' | 'gauge',
    private readonly read: () => readonly Sample[] | Promise<readonly Sample[]>
  ) {}

  async lines(): Promise<string[]> {
    const samples = await this.read();
    return samples.map(({ labels = {}, value }) => `${this.name}${braced(written(labels))} ${value}`);
  }
}

/**
 * Everything as one text. What cannot be read now, as while a database is away, is left out; the rest is told all the same.
 */
export async function exposition(metrics: readonly Metric[]): Promise<string> {
  const parts = await Promise.all(
    metrics.map(async metric => {
      const lines = await inTime(metric.lines()).catch(() => []);
      return [`# HELP ${metric.name} ${metric.help}`, `# TYPE ${metric.name} ${metric.type}`, ...lines];
    })
  );
  return `${parts.flat().join('\n')}\n`;
}

/** @throws Error when the values have not come by then. */
function inTime<T>(values: T | Promise<T>): Promise<T> {
  return Promise.race([
    values,
    new Promise<never>((_resolve, reject) => {
      setTimeout(() => reject(new Error('The values did not arrive in time.')), DEADLINE_MS).unref();
    })
  ]);
}

function written(labels: Labels): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(',');
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function braced(labels: string): string {
  return labels === '' ? '' : `{${labels}}`;
}
