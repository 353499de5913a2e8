import { routes } from '@slipway/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../../../testing/test-server.js';

let api: TestServer;
beforeAll(async () => {
  api = await startTestServer();
});
afterAll(async () => {
  await api.stop();
});

describe('many runs of a few experiments', () => {
  const create = async (experiment: string, count: number): Promise<string> => {
    const made = await api.call('POST', '/api/2.0/mlflow/experiments/create', { name: experiment });
    const { experiment_id } = made.json as { experiment_id: string };
    for (let i = 0; i < count; i++) {
      await api.call('POST', '/api/2.0/mlflow/runs/create', {
        experiment_id,
        run_name: `${experiment} ${i}`,
        start_time: i
      });
    }
    return experiment_id;
  };
  const groups = async (query: string) => {
    const { json } = await api.call('GET', `/api/v1/run-groups?${query}`);
    return routes.listRunGroups.answer.parse(json);
  };

  it('are found by experiment, none hidden behind a large one, with counts of all', async () => {
    await create('large-crowd', 12);
    await create('small-crowd', 1);
    const { groups: found } = await groups('text=crowd&runs=5');
    expect(found.map(({ experiment_name, run_count, runs }) => [experiment_name, run_count, runs.length])).toEqual([
      ['large-crowd', 12, 5],
      ['small-crowd', 1, 1]
    ]);
    expect(found[0]?.runs[0]?.name).toBe('large-crowd 11');
    expect(await groups('text=crowd&limit=1')).toMatchObject({
      has_more: true,
      groups: [{ experiment_name: 'large-crowd' }]
    });
  });

  it('are found by words in any case, and not by a part of the name of a parameter', async () => {
    const experiment_id = await create('Größenwahn', 1);
    const { groups: all } = await groups('text=' + encodeURIComponent('GRÖSSENWAHN'.replace('SS', 'ß')));
    const [run] = all[0]?.runs ?? [];
    expect(all).toMatchObject([{ experiment_id, run_count: 1 }]);
    await api.call('POST', '/api/2.0/mlflow/runs/log-parameter', {
      run_id: run?.run_id,
      key: 'xtrainx_rows',
      value: '7'
    });
    expect((await groups('text=trainx')).groups).toEqual([]);
    expect((await groups('text=xtrainx_rows')).groups).toMatchObject([{ experiment_id }]);
  });

  it('that were deleted say so', async () => {
    const experiment_id = await create('to-be-deleted', 1);
    const { groups: found } = await groups('text=to-be-deleted');
    const run_id = found[0]?.runs[0]?.run_id;
    await api.call('POST', '/api/2.0/mlflow/runs/delete', { run_id });
    const detail = routes.getRun.answer.parse((await api.call('GET', `/api/v1/runs/${run_id}`)).json);
    expect(detail).toMatchObject({ experiment_id, deleted: true });
    expect((await groups('text=to-be-deleted')).groups).toEqual([]);
  });
});
