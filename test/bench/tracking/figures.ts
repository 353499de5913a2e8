import { createRun, prepared } from './requests.ts';
import { fillRuns, historyTimes, pageTimes } from './reading.ts';
import type { Target } from './target.ts';
import { logBatchRate, logMetricRate } from './writing.ts';
import { LightClient } from '../light-client.ts';

/** One figure of a tracking server. */
export interface Figure {
  readonly name: string;
  readonly unit: string;
  readonly value: number;
  /** More is better: rates; else less is: times and memory. */
  readonly better: 'more' | 'less';
}

/** How much is measured: a server that is a hundred times slower gets less to do, and that flatters it. */
export interface Size {
  readonly seconds: number;
  readonly runs: number;
  readonly deep: number;
  readonly points: number;
}

const MEGABYTE = 1024 * 1024;
const HISTORY = 50_000;

/** Measures one server from its start on. */
export async function figuresOf(target: Target, size: Size): Promise<Figure[]> {
  const figures: Figure[] = [];
  const add = (name: string, unit: string, value: number, better: Figure['better'] = 'less'): void => {
    figures.push({ name, unit, value, better });
    console.log(`    ${name}: ${value.toPrecision(3)} ${unit}`);
  };
  add('start until it answers', 'ms', target.startMs);
  add('memory at rest', 'MB', target.memory() / MEGABYTE);
  let highest = 0;
  const watch = setInterval(() => (highest = Math.max(highest, target.memory())), 500);
  add('log-batch of 1 000 metrics, 2 clients', 'points/s', await logBatchRate(target, size.seconds), 'more');
  const single = await logMetricRate(target, size.seconds);
  add('log-metric, 8 clients', 'requests/s', single.perSecond, 'more');
  add('log-metric, 8 clients, p99', 'ms', single.p99Ms);
  const experiment = await fillRuns(target, size.runs);
  const alone = await pageTimes(target, experiment, size.deep);
  add('first page of 100 runs, p95', 'ms', alone.first);
  add('runs by metric and parameter, ordered by a metric, p95', 'ms', alone.filtered);
  add('page of 100 at nine tenths of the list, p95', 'ms', alone.deep);
  const beside = await besideWriters(target, () => pageTimes(target, experiment, size.deep));
  add('first page beside 8 writers, p95', 'ms', beside.first);
  add('filtered page beside 8 writers, p95', 'ms', beside.filtered);
  add('deep page beside 8 writers, p95', 'ms', beside.deep);
  const run = await longHistory(target, size.points);
  const history = await historyTimes(target, run, 'm0');
  add('all of 50 000 points, p95', 'ms', history.all);
  add('50 000 points thinned to 1 000, p95', 'ms', history.thinned);
  clearInterval(watch);
  add('memory under load', 'MB', highest / MEGABYTE);
  return figures;
}

async function besideWriters<T>(target: Target, measure: () => Promise<T>): Promise<T> {
  const state = { stop: false };
  const writers = Array.from({ length: 8 }, async () => {
    const run_id = await createRun(target, '0');
    const client = await LightClient.open(target.url);
    for (let step = 0; !state.stop; step++) {
      await client.send(
        prepared(target, 'runs/log-metric', { run_id, key: 'loss', value: step, timestamp: step, step })
      );
    }
    client.close();
  });
  try {
    return await measure();
  } finally {
    state.stop = true;
    await Promise.all(writers);
  }
}

/** Many points in the store, and a run with 50 000 of one metric among them. @returns its id. */
async function longHistory(target: Target, points: number): Promise<string> {
  const client = await LightClient.open(target.url);
  const runs = Math.max(1, Math.round(points / HISTORY));
  let run = '';
  for (let number = 0; number < runs; number++) {
    run = await createRun(target, '0');
    for (let first = 0; first < HISTORY; first += 1000) {
      const metrics = Array.from({ length: 1000 }, (_, index) => ({
        key: 'm0',
        value: Math.sin((first + index) / 500),
        timestamp: 1_700_000_000_000 + first + index,
        step: first + index
      }));
      await client.send(prepared(target, 'runs/log-batch', { run_id: run, metrics }));
    }
  }
  client.close();
  return run;
}
