import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../../../../testing/test-server.js';

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

type Event = { readonly kind: 'add'; readonly start: number } | { readonly kind: 'delete'; readonly which: number };

describe('the pages of a search', () => {
  it('lose and repeat no run while runs are added and deleted', async () => {
    const order_by = fc.constantFrom([], ['metrics.loss DESC'], ['start_time'], ['run_name', 'start_time DESC']);
    const before = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 9 });
    const event: fc.Arbitrary<Event> = fc.oneof(
      fc.record({ kind: fc.constant('add' as const), start: fc.integer({ min: 0, max: 20 }) }),
      fc.record({ kind: fc.constant('delete' as const), which: fc.nat() })
    );
    const between = fc.array(event, { maxLength: 5 });
    let experiments = 0;
    await fc.assert(
      fc.asyncProperty(
        order_by,
        before,
        between,
        fc.integer({ min: 1, max: 4 }),
        async (order, first, events, size) => {
          experiments += 1;
          const { experiment_id } = (await post('experiments/create', { name: `paged ${experiments}` })) as {
            experiment_id: string;
          };
          const made: string[] = [];
          for (const start of first) {
            made.push(await makeRun(experiment_id, start));
          }
          const kept = new Set(made);
          const seen: string[] = [];
          const waiting = [...events];
          let page_token: string | undefined = '';
          while (page_token !== undefined) {
            const query = { experiment_ids: [experiment_id], order_by: order, max_results: size, page_token };
            const page = (await post('runs/search', query)) as Page;
            seen.push(...(page.runs ?? []).map(run => run.info.run_id));
            page_token = page.next_page_token;
            const next = waiting.pop();
            if (next?.kind === 'add') {
              await makeRun(experiment_id, next.start);
            } else if (next?.kind === 'delete') {
              const run_id = made[next.which % made.length] ?? '';
              await post('runs/delete', { run_id });
              kept.delete(run_id);
            }
          }
          expect(new Set(seen).size).toBe(seen.length);
          expect([...kept].filter(run => !seen.includes(run))).toEqual([]);
        }
      ),
      { numRuns: 40 }
    );
  });

  it('are refused when their token belongs to another order', async () => {
    const query = { experiment_ids: ['0'], max_results: 1 };
    await makeRun('0', 1);
    await makeRun('0', 2);
    const { next_page_token: page_token } = (await post('runs/search', query)) as Page;
    const other = { ...query, order_by: ['metrics.loss'], page_token };
    const answer = await api.call('POST', '/api/2.0/mlflow/runs/search', other);
    expect(answer).toMatchObject({ status: 400, json: { error_code: 'INVALID_PARAMETER_VALUE' } });
  });
});
