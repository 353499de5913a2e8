import fc from 'fast-check';
import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleBundle } from '../../../testing/sample-bundle.js';
import { startTestServer, type Answer, type TestServer } from '../../../testing/test-server.js';

const SEE_DOCS = ' See the API docs for more information about request parameters.';

let api: TestServer;
let runId: string;
beforeAll(async () => {
  api = await startTestServer();
  const { json } = await post('runs/create', { experiment_id: '0', start_time: 5, run_name: 'elm' });
  runId = (json as { run: { info: { run_id: string } } }).run.info.run_id;
});
afterAll(async () => {
  expect(api.faults).toEqual([]);
  await api.stop();
});

function post(path: string, body: unknown): Promise<Answer> {
  return api.call('POST', `/api/2.0/mlflow/${path}`, body);
}

function get(path: string): Promise<Answer> {
  return api.call('GET', `/api/2.0/mlflow/${path}`);
}

function refused(message: string, error_code = 'INVALID_PARAMETER_VALUE') {
  return { error_code, message };
}

describe('the protocol', () => {
  it('answers under both prefixes, with snake case, whole numbers as numbers and what is absent left out', async () => {
    const answer = await api.call('GET', `/ajax-api/2.0/mlflow/runs/get?run_id=${runId}`);
    expect(answer.json).toMatchObject({
      run: { info: { run_id: runId, run_uuid: runId, run_name: 'elm', status: 'RUNNING', start_time: 5 } }
    });
    expect(answer.text).not.toContain('end_time');
    expect((await get(`runs/get?run_id=${runId}`)).json).toEqual(answer.json);
  });

  it('takes the older name of a run’s id, an empty body, and a body that is JSON in JSON', async () => {
    expect((await get(`runs/get?run_uuid=${runId}`)).status).toBe(200);
    expect((await post('experiments/search', '')).status).toBe(200);
    const twice = await post('runs/log-metric', JSON.stringify({ run_uuid: runId, key: 'a', value: 1, timestamp: 1 }));
    expect(twice).toMatchObject({ status: 200, json: {} });
  });

  it('names an artifact root that clients resolve through this server', async () => {
    expect((await get(`runs/get?run_id=${runId}`)).json).toMatchObject({
      run: { info: { artifact_uri: `mlflow-artifacts:/0/${runId}/artifacts` } }
    });
    expect((await get('experiments/get?experiment_id=0')).json).toMatchObject({
      experiment: { name: 'Default', artifact_location: 'mlflow-artifacts:/0', lifecycle_stage: 'active' }
    });
  });

  it('writes values that JSON has no number for as their names', async () => {
    const metrics = [
      { key: 'odd', value: 'NaN', timestamp: 1, step: 0 },
      { key: 'big', value: 'Infinity', timestamp: 1, step: 0 }
    ];
    await post('runs/log-batch', { run_id: runId, metrics });
    expect((await get(`metrics/get-history?run_id=${runId}&metric_key=odd`)).json).toEqual({ metrics: [metrics[0]] });
    expect((await get(`metrics/get-history?run_id=${runId}&metric_key=big`)).json).toMatchObject({
      metrics: [{ value: Number.MAX_VALUE }]
    });
  });

  it('gives history in pages', async () => {
    const metrics = [0, 1, 2].map(step => ({ key: 'paged', value: step, timestamp: step, step }));
    await post('runs/log-batch', { run_id: runId, metrics });
    const first = (await get(`metrics/get-history?run_id=${runId}&metric_key=paged&max_results=2`)).json as {
      metrics: unknown[];
      next_page_token: string;
    };
    expect(first.metrics).toEqual(metrics.slice(0, 2));
    const token = encodeURIComponent(first.next_page_token);
    const rest = await get(`metrics/get-history?run_id=${runId}&metric_key=paged&max_results=2&page_token=${token}`);
    expect(rest.json).toEqual({ metrics: metrics.slice(2) });
  });
});

describe('a mistake', () => {
  it.each([
    [{}, "Missing value for required parameter 'run_id'."],
    [{ run_id: 'x' }, "Missing value for required parameter 'key'."],
    [{ run_id: 'x', key: 'a', value: 1 }, "Missing value for required parameter 'timestamp'."]
  ])('in log-metric is answered in the words that clients test for: %j', async (body, message) => {
    expect(await post('runs/log-metric', body)).toMatchObject({ status: 400, json: refused(message + SEE_DOCS) });
  });

  it('in a batch is answered with its place', async () => {
    const metrics = [
      { key: 'a', value: 1, timestamp: 1 },
      { key: 'b', timestamp: 1 }
    ];
    expect((await post('runs/log-batch', { run_id: runId, metrics })).json).toEqual(
      refused(`Missing value for required parameter 'metrics[1].value'.${SEE_DOCS}`)
    );
    const many = Array.from({ length: 1001 }, () => metrics[0]);
    expect((await post('runs/log-batch', { run_id: runId, metrics: many })).json).toEqual(
      refused(
        'A batch logging request can contain at most 1000 metrics. Got 1001 metrics. Please split up metrics across ' +
          'multiple requests and try again.'
      )
    );
    expect(
      (
        await post('runs/log-batch', {
          run_id: runId,
          params: [
            { key: 'p', value: '1' },
            { key: 'p', value: '1' }
          ]
        })
      ).json
    ).toMatchObject({
      message: expect.stringContaining("Duplicate parameter keys have been submitted: ['p']") as string
    });
  });

  it.each(['a/../b', './a', '/a', 'a//b', 'a\u0001', 'a*b'])('in a metric’s name is refused: %s', async key => {
    const answer = await post('runs/log-metric', { run_id: runId, key, value: 1, timestamp: 1 });
    expect(answer).toMatchObject({ status: 400, json: { error_code: 'INVALID_PARAMETER_VALUE' } });
  });

  it('of a wrong type is answered with the type', async () => {
    expect((await get('experiments/search?max_results=many')).json).toEqual(
      refused(`Invalid value "many" for parameter 'max_results' supplied:  Hint: Value was of type 'str'.${SEE_DOCS}`)
    );
  });

  it('of an id that nobody has is not found', async () => {
    expect(await get(`runs/get?run_id=${'0'.repeat(32)}`)).toMatchObject({
      status: 404,
      json: refused(`Run with id=${'0'.repeat(32)} not found`, 'RESOURCE_DOES_NOT_EXIST')
    });
    expect((await get('experiments/get?experiment_id=77')).json).toEqual(
      refused('No Experiment with id=77 exists', 'RESOURCE_DOES_NOT_EXIST')
    );
  });
});

describe('experiments', () => {
  it('are made once, renamed, tagged, deleted with their runs and restored', async () => {
    const { json } = await post('experiments/create', { name: 'first', tags: [{ key: 'a', value: 'b' }] });
    const { experiment_id } = json as { experiment_id: string };
    expect(await post('experiments/create', { name: 'first' })).toMatchObject({
      status: 400,
      json: refused('Experiment(name=first) already exists.', 'RESOURCE_ALREADY_EXISTS')
    });
    await post('experiments/update', { experiment_id, new_name: 'second' });
    await post('experiments/set-experiment-tag', { experiment_id, key: 'c', value: 'd' });
    const run = (await post('runs/create', { experiment_id })).json as { run: { info: { run_id: string } } };
    await post('experiments/delete', { experiment_id });
    expect((await get('experiments/get-by-name?experiment_name=second')).json).toMatchObject({
      experiment: { experiment_id, lifecycle_stage: 'deleted', tags: [{ key: 'a' }, { key: 'c' }] }
    });
    const metric = { run_id: run.run.info.run_id, key: 'x', value: 1, timestamp: 1 };
    expect((await post('runs/log-metric', metric)).json).toMatchObject({
      message: `The run ${metric.run_id} must be in the 'active' state. Current state is deleted.`
    });
    expect((await post('runs/create', { experiment_id })).status).toBe(400);
    await post('experiments/restore', { experiment_id });
    expect((await post('runs/log-metric', metric)).status).toBe(200);
  });

  it('are found by name and by view', async () => {
    const found = async (body: object): Promise<string[]> => {
      const { json } = await post('experiments/search', body);
      return ((json as { experiments?: { name: string }[] }).experiments ?? []).map(experiment => experiment.name);
    };
    expect(await found({ filter: "name LIKE 'Def%'" })).toEqual(['Default']);
    expect(await found({ filter: "name ILIKE 'def%'", view_type: 'ALL' })).toEqual(['Default']);
    expect(await found({ view_type: 'DELETED_ONLY' })).toEqual([]);
  });
});

describe('artifacts', () => {
  const proxy = (path: string): string => `/api/2.0/mlflow-artifacts/artifacts/${path}`;
  const root = (): string => `0/${runId}/artifacts`;
  const put = (path: string): Promise<Answer> => api.call('PUT', proxy(path), new TextEncoder().encode('content'));

  it('are stored below their run, listed by folder, read as downloads and deleted', async () => {
    await put(`${root()}/plots/a.html`);
    await put(`${root()}/b.txt`);
    expect((await get(`artifacts/list?run_id=${runId}`)).json).toEqual({
      root_uri: `mlflow-artifacts:/${root()}`,
      files: [
        { path: 'b.txt', is_dir: false, file_size: 7 },
        { path: 'plots', is_dir: true }
      ]
    });
    expect((await api.call('GET', `/api/2.0/mlflow-artifacts/artifacts?path=${root()}/plots`)).json).toEqual({
      files: [{ path: 'a.html', is_dir: false, file_size: 7 }]
    });
    const page = await api.call('GET', `/get-artifact?run_id=${runId}&path=plots/a.html`);
    expect(page.text).toBe('content');
    expect(page.headers.get('content-type')).toBe('application/octet-stream');
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    expect(page.headers.get('content-disposition')).toContain('attachment');
    await api.call('DELETE', proxy(`${root()}/plots`));
    expect((await api.call('GET', proxy(`${root()}/plots/a.html`))).status).toBe(404);
  });

  it('are never outside of the store, however the path is written', async () => {
    const raw = (path: string): Promise<number> =>
      new Promise((resolve, reject) => {
        // `fetch` would resolve the dots itself.
        const sent = httpRequest(
          {
            host: '127.0.0.1',
            port: api.server.port,
            method: 'PUT',
            path: proxy(path),
            headers: { authorization: `Bearer ${api.server.token}` }
          },
          response => resolve(response.resume().statusCode ?? 0)
        );
        sent.on('error', reject);
        sent.end('x');
      });
    for (const path of [
      '../x',
      '%2e%2e/x',
      `${root()}/../x`,
      `${root()}/%2e%2e/x`,
      `${root()}/a/%2e%2e%2fb`,
      `${root()}//etc/passwd`,
      `${root()}/%2fetc/passwd`,
      `${root()}/a%5cb`,
      `${root()}/a%00b`
    ]) {
      expect([path, await raw(path)]).toEqual([path, 400]);
    }
    const climbing = fc.array(fc.constantFrom('a', '..', '.', '%2e%2e'), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(climbing, async parts => {
        fc.pre(parts.some(part => part !== 'a'));
        expect(await raw(`${root()}/${parts.join('/')}`)).toBe(400);
      }),
      { numRuns: 30 }
    );
  });

  it('of a run that nobody has are not found', async () => {
    expect((await put(`0/${'f'.repeat(32)}/artifacts/a.txt`)).status).toBe(404);
  });
});

describe('the registry', () => {
  it('shows models that were registered from notebooks', async () => {
    const files = await Promise.all(
      Object.entries(sampleBundle()).map(async ([path, content]) => ({ path, ...(await api.upload(content)) }))
    );
    const body = { files, run_id: runId, session_id: null, description: 'will it rain?' };
    await api.call('POST', '/api/v1/models/rain/versions', body);
    const version = { name: 'rain', version: '1', run_id: runId, current_stage: 'None', status: 'READY' };
    expect((await get('registered-models/get?name=rain')).json).toMatchObject({
      registered_model: { name: 'rain', latest_versions: [version] }
    });
    expect((await get('model-versions/get?name=rain&version=1')).json).toMatchObject({ model_version: version });
    const filter = encodeURIComponent(`run_id = '${runId}'`);
    expect((await get(`model-versions/search?filter=${filter}`)).json).toMatchObject({ model_versions: [version] });
    expect(await get('registered-models/get?name=snow')).toMatchObject({
      status: 404,
      json: refused('Registered Model with name=snow not found', 'RESOURCE_DOES_NOT_EXIST')
    });
  });
});
