import { mkdtemp } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTestServer, type Answer, type TestServer } from '../../../testing/test-server.js';
import { rawRequest } from '../../../testing/raw-request.js';

/*
 * What MLflow's own server 3.17 answers to these requests; the differential test compares many more with it.
 */

let api: TestServer;
let root: string;
beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'slipway-shared-'));
  api = await startTestServer({ artifacts: { defaultRoot: root } });
});
afterAll(() => api.stop());
afterEach(() => vi.unstubAllEnvs());

const call = (method: string, route: string, fields?: object): Promise<Answer> =>
  api.call(method, `/api/2.0/mlflow/${route}`, fields);
const messageOf = ({ json }: Answer): string => (json as { message: string }).message;
const newRun = async (): Promise<string> =>
  ((await call('POST', 'runs/create', { experiment_id: '0' })).json as { run: { info: { run_id: string } } }).run.info
    .run_id;
const DOCS = ' See the API docs for more information about request parameters.';

describe('a request with several wrong fields', () => {
  /** JSON as it is sent: JavaScript would write 9.0 as 9. */
  const refusal = async (route: string, json: string): Promise<string> => {
    const headers = { authorization: `Bearer ${api.server.token}`, 'content-type': 'application/json' };
    const { text } = await rawRequest(api.server.port, 'POST', `/api/2.0/mlflow/${route}`, headers, json);
    return (JSON.parse(text) as { message: string }).message;
  };
  const hint = (value: string, name: string, type: string): string =>
    `Invalid value ${value} for parameter '${name}' supplied:  Hint: Value was of type '${type}'.${DOCS}`;

  it.each([
    ['runs/log-metric', '{"run_id": "r", "key": "k", "value": "x", "timestamp": "t"}', hint('"x"', 'value', 'str')],
    ['runs/log-parameter', '{"run_id": 9.0, "key": 8, "value": 7}', hint('9.0', 'run_id', 'float')],
    ['runs/create', '{"tags": 3, "start_time": "x"}', hint('"x"', 'start_time', 'str')],
    ['runs/search', '{"order_by": 3, "experiment_ids": 9.0}', hint('9.0', 'experiment_ids', 'float')],
    ['registered-models/create', '{"tags": 3}', hint('null', 'name', 'NoneType')],
    [
      'experiments/create',
      '{"tags": 7.0, "artifact_location": 8}',
      `Missing value for required parameter 'name'.${DOCS}`
    ],
    [
      'runs/log-batch',
      '{"run_id": "r", "metrics": [{"key": 9.0, "value": 1, "timestamp": 1}]}',
      hint('9.0', 'metrics[0].key', 'float')
    ],
    ['logged-models/search', '{"max_results": "x", "experiment_ids": 1e3}', hint('1000.0', 'experiment_ids', 'float')]
  ])('to %s is told the first in MLflow’s order, with its value as it was sent', async (route, json, message) => {
    expect(await refusal(route, json)).toBe(message);
  });
});

describe('an experiment', () => {
  const locationOf = async (artifact_location: string): Promise<string> => {
    const made = await call('POST', 'experiments/create', { name: artifact_location, artifact_location });
    const { experiment_id } = made.json as { experiment_id: string };
    const { json } = await call('GET', `experiments/get?experiment_id=${experiment_id}`);
    return (json as { experiment: { artifact_location: string } }).experiment.artifact_location;
  };

  it('of a relative folder has its whole path, which other machines can read', async () => {
    expect(await locationOf('./art')).toBe(path.resolve('art'));
    expect(await locationOf('file:art/x')).toBe(pathToFileURL(path.resolve('art/x')).href);
    expect(await locationOf('/abs/olute')).toBe('/abs/olute');
    expect(await locationOf('s3://bucket/p')).toBe('s3://bucket/p');
  });

  it('that exists, or with a tag without a key, is refused in MLflow’s sentences', async () => {
    expect(messageOf(await call('POST', 'experiments/create', { name: 'Default' }))).toBe(
      'Experiment(name=Default) already exists.'
    );
    for (const [route, fields] of [
      ['experiments/create', { name: 'tagged' }],
      ['registered-models/create', { name: 'tagged' }],
      ['model-versions/create', { name: 'tagged', source: 's3://b/x' }]
    ] as const) {
      expect(messageOf(await call('POST', route, { ...fields, tags: [{ value: 'x' }] }))).toBe(
        'Invalid value "" for parameter \'key\' supplied: Names may be treated as files in certain cases, and must not resolve ' +
          "to other names when treated as such. This name would resolve to '.'"
      );
    }
    const tag = { experiment_id: '0', key: 'a\nb', value: 'x' };
    expect(messageOf(await call('POST', 'experiments/set-experiment-tag', tag))).toContain(
      'Invalid value "a\\nb" for parameter \'key\' supplied: Names may only contain'
    );
  });
});

describe('a value that is too long', () => {
  const lengthOf = async (run_id: string): Promise<number | undefined> => {
    const { json } = await call('GET', `runs/get?run_id=${run_id}`);
    return (json as { run: { data: { params?: { value: string }[] } } }).run.data.params?.[0]?.value.length;
  };

  it('is cut, or refused where MLFLOW_TRUNCATE_LONG_VALUES says so, one by one and in batches', async () => {
    const value = 'x'.repeat(6001);
    const [cut, refused] = [await newRun(), await newRun()];
    expect((await call('POST', 'runs/log-parameter', { run_id: cut, key: 'k', value })).status).toBe(200);
    expect(await lengthOf(cut)).toBe(6000);
    vi.stubEnv('MLFLOW_TRUNCATE_LONG_VALUES', 'false');
    expect(messageOf(await call('POST', 'runs/log-parameter', { run_id: refused, key: 'k', value }))).toBe(
      "'value' exceeds the maximum length of 6000 characters"
    );
    expect(messageOf(await call('POST', 'runs/log-batch', { run_id: refused, params: [{ key: 'k', value }] }))).toBe(
      "'params[0].value' exceeds the maximum length of 6000 characters"
    );
    expect(messageOf(await call('POST', 'runs/set-tag', { run_id: refused, key: 'k', value: 'x'.repeat(8001) }))).toBe(
      "'value' exceeds the maximum length of 8000 characters"
    );
    expect(await lengthOf(refused)).toBeUndefined();
  });
});

describe('a dataset input', () => {
  const dataset = { name: 'rain', digest: 'd1', source_type: 'local', source: 's', schema: 'one' };
  const log = (run_id: string, change: object, context = 'train', tag = {}): Promise<Answer> =>
    call('POST', 'runs/log-inputs', {
      run_id,
      datasets: [{ dataset: { ...dataset, ...change }, tags: [{ key: 'mlflow.data.context', value: context, ...tag }] }]
    });
  const inputsOf = async (run_id: string): Promise<unknown> =>
    ((await call('GET', `runs/get?run_id=${run_id}`)).json as { run: { inputs: object } }).run.inputs;

  it('that is logged again keeps what was said of it first, in all runs of the experiment', async () => {
    const [first, second] = [await newRun(), await newRun()];
    await log(first, {});
    await log(first, { schema: 'two', source: 'elsewhere' }, 'eval');
    expect(await inputsOf(first)).toEqual({
      dataset_inputs: [{ dataset, tags: [{ key: 'mlflow.data.context', value: 'train' }] }]
    });
    await log(second, { schema: 'three' }, 'eval');
    expect(await inputsOf(second)).toEqual({
      dataset_inputs: [{ dataset, tags: [{ key: 'mlflow.data.context', value: 'eval' }] }]
    });
    await log(second, { digest: 'd2', schema: 'three' });
    expect(await inputsOf(second)).toMatchObject({
      dataset_inputs: [{}, { dataset: { digest: 'd2', schema: 'three' } }]
    });
  });

  it.each([
    ['name', 500],
    ['digest', 36],
    ['source', 65_535],
    ['schema', 1_048_575]
  ])('with a %s beyond MLflow’s limit is refused', async (field, most) => {
    const run_id = await newRun();
    expect(messageOf(await log(run_id, { [field]: 'x'.repeat(most + 1) }))).toBe(
      `'${field}' exceeds the maximum length of ${most} characters`
    );
    expect((await log(run_id, { digest: 'fits', [field]: 'x'.repeat(most) })).status).toBe(200);
    expect(messageOf(await log(run_id, {}, 'train', { key: 'k'.repeat(256) }))).toContain('length of 255');
    expect(messageOf(await log(run_id, {}, 'x'.repeat(501)))).toContain('length of 500');
  });
});

describe('a version', () => {
  const version = (fields: object): Promise<Answer> => call('POST', 'model-versions/create', { name: 'm', ...fields });

  it('made from a logged model marks that one', async () => {
    await call('POST', 'registered-models/create', { name: 'm' });
    const made = await call('POST', 'logged-models', {
      experiment_id: '0',
      name: 'n',
      tags: [{ key: 'a', value: 'b' }]
    });
    const { model_id } = (made.json as { model: { info: { model_id: string } } }).model.info;
    for (const expected of ['1', '2']) {
      const { json } = await version({ source: `models:/${model_id}`, model_id });
      expect(json).toMatchObject({ model_version: { version: expected, model_id } });
    }
    const { json } = await call('GET', `logged-models/${model_id}`);
    expect((json as { model: { info: { tags: unknown } } }).model.info.tags).toEqual([
      { key: 'a', value: 'b' },
      { key: 'mlflow.modelVersions', value: '[{"name": "m", "version": 1}, {"name": "m", "version": 2}]' }
    ]);
  });

  it('from a folder of this machine is taken inside the artifacts of its run, where the operator named their root', async () => {
    await call('POST', 'registered-models/create', { name: 'm' });
    const run_id = await newRun();
    const inside = path.join(root, '0', run_id, 'artifacts', 'model');
    for (const source of [inside, pathToFileURL(inside).href]) {
      expect((await version({ source, run_id })).json).toMatchObject({ model_version: { source, run_id } });
    }
    for (const [source, run] of [
      [path.join(inside, '..', '..', '..', 'other'), run_id],
      [path.join(root, '0', await newRun(), 'artifacts', 'model'), run_id],
      ['/etc/passwd', run_id],
      [inside, undefined]
    ] as const) {
      expect(messageOf(await version({ source, run_id: run }))).toContain('Invalid model version source');
    }
  });
});

describe('a page of logged models', () => {
  it('has the usual length for 0, and any length that is asked for', async () => {
    for (const max_results of [0, 1001, 50_000]) {
      expect((await call('POST', 'logged-models/search', { experiment_ids: ['0'], max_results })).status).toBe(200);
    }
  });
});
