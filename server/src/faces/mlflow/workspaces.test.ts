import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type Answer, type TestServer } from '../../../testing/test-server.js';
import { makeUser } from '../../../testing/two-projects.js';

let api: TestServer;
let ada: string;
beforeAll(async () => {
  api = await startTestServer({ auth: 'users' });
  for (const name of ['credit', 'taxi']) {
    await api.call('POST', '/api/3.0/mlflow/workspaces', { name });
  }
  ada = await makeUser(api, 'ada', { credit: 'developer' });
});
afterAll(() => api.stop());

/** A request as MLflow's client sends it after `mlflow.set_workspace`. */
const inWorkspace = (
  workspace: string,
  secret: string,
  method: string,
  route: string,
  body?: object
): Promise<Answer> =>
  api.call(method, `/api/2.0/mlflow/${route}`, body, {
    authorization: `Bearer ${secret}`,
    'x-mlflow-workspace': workspace
  });
const asOwner = (method: string, route: string, body?: object): Promise<Answer> =>
  api.call(method, `/api/2.0/mlflow/${route}`, body);
const namesIn = ({ json }: Answer): string[] => {
  const { experiments = [], registered_models = [] } = json as Record<string, { name: string }[]>;
  return [...experiments, ...registered_models].map(({ name }) => name);
};
const search = (filter: string): string => `experiments/search?max_results=10&filter=${encodeURIComponent(filter)}`;

describe('a workspace of MLflow’s', () => {
  it('is one of our projects, and the server says that it has them', async () => {
    expect((await api.call('GET', '/api/3.0/mlflow/server-info')).json).toMatchObject({ workspaces_enabled: true });
    const bearer = { authorization: `Bearer ${ada}` };
    expect((await api.call('GET', '/api/3.0/mlflow/workspaces')).json).toEqual({
      workspaces: [{ name: 'default' }, { name: 'credit' }, { name: 'taxi' }]
    });
    expect((await api.call('GET', '/api/3.0/mlflow/workspaces', undefined, bearer)).json).toEqual({
      workspaces: [{ name: 'credit' }]
    });
  });

  it('has names of its own, which begin with the project everywhere else', async () => {
    const made = await inWorkspace('credit', ada, 'POST', 'experiments/create', { name: 'rain' });
    const { experiment_id } = made.json as { experiment_id: string };
    expect(made.status).toBe(200);
    await asOwner('POST', 'experiments/create', { name: 'taxi.rain' });
    const own = await inWorkspace('credit', ada, 'GET', 'experiments/get-by-name?experiment_name=rain');
    expect(own.json).toMatchObject({ experiment: { experiment_id, name: 'rain' } });
    expect((await asOwner('GET', `experiments/get?experiment_id=${experiment_id}`)).json).toMatchObject({
      experiment: { name: 'credit.rain' }
    });
    const { token } = api.server;
    expect(namesIn(await inWorkspace('credit', token, 'GET', search("name = 'rain'")))).toEqual(['rain']);
    expect(namesIn(await inWorkspace('credit', token, 'GET', search("name LIKE '%ai%'")))).toEqual(['rain']);
    expect(namesIn(await inWorkspace('default', token, 'GET', search('')))).toEqual(['Default']);
    expect(namesIn(await asOwner('GET', search("name LIKE '%rain'"))).sort()).toEqual(['credit.rain', 'taxi.rain']);
  });

  it('holds models and their versions in the same way', async () => {
    const make = (name: string): Promise<Answer> =>
      inWorkspace('credit', ada, 'POST', 'registered-models/create', { name });
    expect((await make('risk')).json).toMatchObject({ registered_model: { name: 'risk' } });
    await inWorkspace('credit', ada, 'POST', 'model-versions/create', { name: 'risk', source: 's3://b/x' });
    const version = await inWorkspace('credit', ada, 'GET', 'model-versions/get?name=risk&version=1');
    expect(version.json).toMatchObject({ model_version: { name: 'risk', version: '1' } });
    expect(namesIn(await inWorkspace('credit', ada, 'GET', 'registered-models/search'))).toEqual(['risk']);
    expect(namesIn(await asOwner('GET', 'registered-models/search'))).toEqual(['credit.risk']);
  });

  it('has an experiment of its own for runs that name none', async () => {
    const created = await inWorkspace('credit', ada, 'POST', 'runs/create', { experiment_id: '0' });
    const { experiment_id } = (created.json as { run: { info: { experiment_id: string } } }).run.info;
    expect((await asOwner('GET', `experiments/get?experiment_id=${experiment_id}`)).json).toMatchObject({
      experiment: { name: 'credit.Default' }
    });
    const found = await inWorkspace('credit', ada, 'POST', 'runs/search', { experiment_ids: ['0'] });
    expect((found.json as { runs: object[] }).runs).toHaveLength(1);
    const reader = await makeUser(api, 'reader', { taxi: 'viewer' });
    expect((await inWorkspace('taxi', reader, 'POST', 'runs/create', { experiment_id: '0' })).status).toBe(403);
    expect((await asOwner('GET', 'experiments/get-by-name?experiment_name=taxi.Default')).status).toBe(404);
  });

  it('is made and deleted with the answers that the client waits for', async () => {
    expect((await api.call('POST', '/api/3.0/mlflow/workspaces', { name: 'brief' })).status).toBe(201);
    const gone = await api.call('DELETE', '/api/3.0/mlflow/workspaces/brief');
    expect([gone.status, gone.text]).toEqual([204, '']);
  });

  it('shows and takes nothing of another one', async () => {
    const { token } = api.server;
    const created = await asOwner('POST', 'experiments/create', { name: 'taxi.fares' });
    const { experiment_id } = created.json as { experiment_id: string };
    const foreign = await inWorkspace('credit', token, 'GET', `experiments/get?experiment_id=${experiment_id}`);
    expect(foreign.status).toBe(403);
    expect((await inWorkspace('taxi', ada, 'POST', 'experiments/create', { name: 'mine' })).status).toBe(403);
    expect((await inWorkspace('nowhere', ada, 'GET', search(''))).json).toEqual({
      error_code: 'RESOURCE_DOES_NOT_EXIST',
      message: "Workspace 'nowhere' not found"
    });
  });
});
