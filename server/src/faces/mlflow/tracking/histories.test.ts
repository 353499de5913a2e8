import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleBundle } from '../../../../testing/sample-bundle.js';
import { startTestServer, type Answer, type TestServer } from '../../../../testing/test-server.js';
import { samplePlaces } from './histories.js';

let api: TestServer;
beforeAll(async () => {
  api = await startTestServer();
});
afterAll(async () => {
  expect(api.faults).toEqual([]);
  await api.stop();
});

function post(path: string, body: unknown): Promise<Answer> {
  return api.call('POST', `/api/2.0/mlflow/${path}`, body);
}

async function newRun(): Promise<string> {
  const { json } = await post('runs/create', { experiment_id: '0' });
  return (json as { run: { info: { run_id: string } } }).run.info.run_id;
}

function points(count: number) {
  return Array.from({ length: count }, (_, step) => ({ key: 'loss', value: step / 2, timestamp: step, step }));
}

describe('a sample of a series', () => {
  it('is the series when that is short enough', () => {
    expect(samplePlaces(3, 3)).toEqual([0, 1, 2]);
    expect(samplePlaces(0, 1)).toEqual([]);
  });

  it('has the first and the last point, and is as long as asked for', () => {
    for (const most of [2, 7, 50, 102]) {
      const chosen = samplePlaces(103, most);
      expect(chosen).toHaveLength(most);
      expect([chosen[0], chosen.at(-1)]).toEqual([0, 102]);
      expect([...chosen].sort((a, b) => a - b)).toEqual(chosen);
    }
    expect(samplePlaces(103, 1)).toEqual([102]);
  });
});

describe('histories of many runs', () => {
  it('are sampled by step, run by run', async () => {
    const ids = [await newRun(), await newRun()];
    for (const run_id of ids) {
      await post('runs/log-batch', { run_id, metrics: points(40) });
    }
    const query = new URLSearchParams({ metric_key: 'loss', max_results: '4' });
    ids.forEach(id => query.append('run_ids', id));
    const url = '/api/2.0/mlflow/metrics/get-history-bulk-interval';
    const whole = (await api.call('GET', `${url}?${query.toString()}`)).json as {
      metrics: { step: number; run_id: string }[];
    };
    expect(whole.metrics.map(metric => [metric.run_id, metric.step])).toEqual(
      ids.flatMap(id => [0, 10, 20, 39].map(step => [id, step]))
    );
    const part = await api.call('GET', `${url}?${query.toString()}&start_step=5&end_step=7`);
    expect((part.json as typeof whole).metrics.map(metric => metric.step)).toEqual([5, 6, 7, 5, 6, 7]);
    expect((await api.call('GET', `${url}?${query.toString()}&start_step=5`)).json).toMatchObject({
      message: 'If either start step or end step are specified, both must be specified.'
    });
    expect((await api.call('GET', `${url}?metric_key=loss&run_ids=${'0'.repeat(32)}`)).json).toEqual({});
  });

  it('are given whole to browsers, without runs that nobody has', async () => {
    const id = await newRun();
    await post('runs/log-batch', { run_id: id, metrics: points(3) });
    const url = `/ajax-api/2.0/mlflow/metrics/get-history-bulk?run_id=${id}&run_id=nobody&metric_key=loss`;
    expect((await api.call('GET', url)).json).toEqual({ metrics: points(3).map(point => ({ ...point, run_id: id })) });
    expect((await api.call('GET', url.replace('ajax-api', 'api'))).status).toBe(404);
  });
});

describe('datasets of experiments', () => {
  it('are named once, under both spellings of the route', async () => {
    for (const context of ['training', 'training', 'test']) {
      const dataset = { name: 'weather', digest: 'abc', source_type: 'http', source: '{}' };
      const tags = [{ key: 'mlflow.data.context', value: context }];
      await post('runs/log-inputs', { run_id: await newRun(), datasets: [{ dataset, tags }] });
    }
    const expected = ['test', 'training'].map(context => ({
      experiment_id: '0',
      name: 'weather',
      digest: 'abc',
      context
    }));
    for (const url of [
      '/api/2.0/mlflow/experiments/search-datasets',
      '/ajax-api/2.0mlflow/experiments/search-datasets'
    ]) {
      const { json } = await api.call('POST', url, { experiment_ids: ['0'] });
      expect((json as { dataset_summaries: unknown[] }).dataset_summaries).toEqual(expect.arrayContaining(expected));
      expect((json as { dataset_summaries: unknown[] }).dataset_summaries).toHaveLength(2);
    }
  });
});

describe('logged models', () => {
  it('are found by what was measured of them, and on which dataset', async () => {
    const run_id = await newRun();
    const make = async (name: string, depth: string): Promise<string> => {
      const params = [{ key: 'depth', value: depth }];
      const { json } = await post('logged-models', { experiment_id: '0', name, source_run_id: run_id, params });
      return (json as { model: { info: { model_id: string } } }).model.info.model_id;
    };
    const ids = { deep: await make('deep', '9'), flat: await make('flat', '1') };
    const metric = (model_id: string, value: number, dataset_name: string) => ({
      ...{ key: 'loss', value, timestamp: 1, step: 0, model_id, dataset_name, dataset_digest: 'd1' },
      run_id
    });
    await post('runs/log-metric', metric(ids.deep, 0.2, 'weather'));
    await post('runs/log-batch', { run_id, metrics: [metric(ids.flat, 0.4, 'rain'), metric('m-nobody', 1, 'rain')] });
    const names = async (body: object): Promise<string[]> => {
      const { json } = await post('logged-models/search', { experiment_ids: ['0'], ...body });
      const { models = [] } = json as { models?: { info: { name: string } }[] };
      return models.map(model => model.info.name);
    };
    expect(await names({ filter: 'metrics.loss < 0.3' })).toEqual(['deep']);
    expect(await names({ filter: "params.depth != '9' AND name LIKE 'f%'" })).toEqual(['flat']);
    expect(await names({ datasets: [{ dataset_name: 'rain' }] })).toEqual(['flat']);
    expect(await names({ order_by: [{ field_name: 'metrics.loss', ascending: false }] })).toEqual(['flat', 'deep']);
    expect(await names({ order_by: [{ field_name: 'metrics.loss', dataset_name: 'rain' }] })).toEqual(['flat', 'deep']);
    expect(await names({ filter: "tags.x IN ('a', 'b')" })).toEqual([]);

    await api.call('DELETE', `/api/2.0/mlflow/logged-models/${ids.flat}`);
    expect(await names({})).toEqual(['deep']);
    const one = `/api/2.0/mlflow/logged-models/${ids.flat}`;
    expect((await api.call('GET', one)).status).toBe(404);
    expect((await api.call('GET', `${one}?allow_deleted=true`)).json).toMatchObject({
      model: { data: { metrics: [{ key: 'loss', value: 0.4, dataset_name: 'rain', model_id: ids.flat, run_id }] } }
    });
  });
});

describe('files of model versions', () => {
  it('are read through the version, also those of a bundle', async () => {
    const content = sampleBundle();
    const files = await Promise.all(
      Object.entries(content).map(async ([path, text]) => ({ path, ...(await api.upload(text)) }))
    );
    await api.call('POST', '/api/v1/models/rain/versions', { files, run_id: null, session_id: null, description: '' });
    const card = await api.call('GET', '/model-versions/get-artifact?name=rain&version=1&path=README.md');
    expect(card.text).toBe('# rain');
    expect(card.headers.get('x-content-type-options')).toBe('nosniff');
    const { json } = await api.call('GET', '/api/2.0/mlflow/model-versions/get-download-uri?name=rain&version=1');
    const root = (json as { artifact_uri: string }).artifact_uri.replace('mlflow-artifacts:/', '');
    const listed = await api.call('GET', `/api/2.0/mlflow-artifacts/artifacts?path=${root}`);
    expect((listed.json as { files: { path: string }[] }).files.map(file => file.path).sort()).toEqual(
      Object.keys(content).sort()
    );
    const put = await api.call('PUT', `/api/2.0/mlflow-artifacts/artifacts/${root}/README.md`, new Uint8Array([1]));
    expect(put.status).toBe(400);
  });

  it('that are stored elsewhere are never fetched', async () => {
    await post('registered-models/create', { name: 'away' });
    await post('model-versions/create', { name: 'away', source: 's3://bucket/model' });
    expect(await api.call('GET', '/model-versions/get-artifact?name=away&version=1&path=a')).toMatchObject({
      status: 400,
      json: { message: 'The files of this version are stored at s3://bucket/model, outside this server.' }
    });
  });
});

describe('what this server does not have', () => {
  it.each([
    ['POST', '/api/3.0/mlflow/traces/search', 501, 'NOT_IMPLEMENTED'],
    ['GET', '/ajax-api/3.0/mlflow/gateway/endpoints/list', 501, 'NOT_IMPLEMENTED'],
    ['POST', '/api/2.0/mlflow/unheard-of', 404, 'ENDPOINT_NOT_FOUND'],
    ['GET', '/api/2.0/mlflow/runs/create', 404, 'ENDPOINT_NOT_FOUND']
  ])('is said in MLflow’s words: %s %s', async (method, path, status, error_code) => {
    expect(await api.call(method, path, method === 'POST' ? {} : undefined)).toMatchObject({
      status,
      json: { error_code }
    });
  });
});
