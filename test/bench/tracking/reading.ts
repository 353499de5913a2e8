import { LightClient } from '../light-client.ts';
import { createExperiment, createRun, download, downloadPost, post, prepared } from './requests.ts';
import type { Target } from './target.ts';
import { quantile } from './writing.ts';

const FILLERS = 8;
const ROUNDS = 40;
/** Rounds that are not counted: what was written just before is still being put in its place. */
const WARM_UP = 10;

/** An experiment full of runs, each with 5 metrics, 5 parameters and 3 tags. */
export async function fillRuns(target: Target, count: number): Promise<string> {
  const experiment = await createExperiment(target, `full of ${count}`);
  let next = 0;
  await Promise.all(
    Array.from({ length: FILLERS }, async () => {
      const client = await LightClient.open(target.url);
      while (next < count) {
        const number = next++;
        const run_id = await createRun(target, experiment);
        const status = await client.send(prepared(target, 'runs/log-batch', { run_id, ...contentOf(number) }));
        if (status !== 200) {
          throw new Error(`log-batch answered ${status}.`);
        }
      }
      client.close();
    })
  );
  return experiment;
}

function contentOf(number: number): object {
  const five = [0, 1, 2, 3, 4];
  return {
    metrics: five.map(i => ({ key: `m${i}`, value: ((number * 7919 + i) % 10_007) / 10_007, timestamp: 1, step: 0 })),
    params: five.map(i => ({ key: `p${i}`, value: `v${(number * 31 + i) % 20}` })),
    tags: ['team', 'kind', 'note'].map((key, i) => ({ key, value: `t${(number + i) % 7}` }))
  };
}

export interface PageFigures {
  readonly first: number;
  readonly filtered: number;
  readonly deep: number;
}

/** Milliseconds (p95) of the first page of 100, of a filtered and ordered one, and of one deep in the list. */
export async function pageTimes(target: Target, experiment: string, deep: number): Promise<PageFigures> {
  const deepToken = await tokenAt(target, experiment, deep);
  const page = (body: object): Promise<void> => downloadPost(target, 'runs/search', body);
  return {
    first: await p95(() => page({ experiment_ids: [experiment], max_results: 100 })),
    filtered: await p95(() =>
      page({
        experiment_ids: [experiment],
        filter: "metrics.m0 > 0.5 and params.p1 = 'v3'",
        order_by: ['metrics.m1 DESC'],
        max_results: 100
      })
    ),
    deep: await p95(() => page({ experiment_ids: [experiment], max_results: 100, page_token: deepToken }))
  };
}

/** Milliseconds (p95) for all points of a metric with 50 000, and for the same thinned to 1 000. */
export async function historyTimes(
  target: Target,
  run: string,
  key: string
): Promise<{ all: number; thinned: number }> {
  const query = `run_id=${run}&metric_key=${key}&max_results=50000`;
  const bulk = `run_ids=${run}&metric_key=${key}&max_results=1000`;
  return {
    all: await p95(() => download(target, `/api/2.0/mlflow/metrics/get-history?${query}`), 20),
    thinned: await p95(() => download(target, `/ajax-api/2.0/mlflow/metrics/get-history-bulk-interval?${bulk}`), 20)
  };
}

interface Page {
  readonly runs?: unknown[];
  readonly next_page_token?: string;
}

function search(target: Target, body: object): Promise<Page> {
  return post<Page>(target, 'runs/search', body);
}

async function tokenAt(target: Target, experiment: string, offset: number): Promise<string | undefined> {
  let token: string | undefined;
  for (let seen = 0; seen < offset; seen += 1000) {
    const page: Page = await search(target, {
      experiment_ids: [experiment],
      max_results: Math.min(1000, offset - seen),
      ...(token === undefined ? {} : { page_token: token })
    });
    token = page.next_page_token;
  }
  return token;
}

async function p95(request: () => Promise<unknown>, rounds = ROUNDS): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < rounds + WARM_UP; round++) {
    const began = performance.now();
    await request();
    if (round >= WARM_UP) {
      times.push(performance.now() - began);
    }
  }
  return quantile(times, 0.95);
}
