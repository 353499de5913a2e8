import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../testing/test-server.js';

interface Page {
  readonly runs?: readonly { readonly info: { readonly run_id: string } }[];
  readonly next_page_token?: string;
}

let api: TestServer;
beforeAll(async () => {
  api = await startTestServer();
});
afterAll(async () => {
  expect(api.faults).toEqual([]);
  await api.stop();
});

async function post(path: string, body: object): Promise<unknown> {
  const answer = await api.call('POST', `/api/2.0/mlflow/${path}`, body);
  expect(answer.status).toBe(200);
  return answer.json;
}

async function makeRun(experiment_id: string, start_time: number): Promise<string> {
  const { run } = (await post('runs/create', { experiment_id, start_time })) as { run: { info: { run_id: string } } };
  const run_id = run.info.run_id;
  await post('runs/log-metric', { run_id, key: 'loss', value: start_time % 3, timestamp: 1 });
  return run_id;
}

describe('the pages of a search', () => {
  it('lose and repeat no run while runs are added', async () => {
    const order_by = fc.constantFrom([], ['metrics.loss DESC'], ['start_time'], ['run_name', 'start_time DESC']);
    const before = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 9 });
    const between = fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 4 });
    let experiments = 0;
    await fc.assert(
      fc.asyncProperty(order_by, before, between, fc.integer({ min: 1, max: 4 }), async (order, first, later, size) => {
        experiments += 1;
        const { experiment_id } = (await post('experiments/create', { name: `paged ${experiments}` })) as {
          experiment_id: string;
        };
        const made: string[] = [];
        for (const start of first) {
          made.push(await makeRun(experiment_id, start));
        }
        const seen: string[] = [];
        const waiting = [...later];
        let page_token: string | undefined = '';
        while (page_token !== undefined) {
          const query = { experiment_ids: [experiment_id], order_by: order, max_results: size, page_token };
          const page = (await post('runs/search', query)) as Page;
          seen.push(...(page.runs ?? []).map(run => run.info.run_id));
          page_token = page.next_page_token;
          const start = waiting.pop();
          if (start !== undefined) {
            await makeRun(experiment_id, start);
          }
        }
        expect([...seen].sort()).toEqual([...made].sort());
      }),
      { numRuns: 40 }
    );
  });
});
