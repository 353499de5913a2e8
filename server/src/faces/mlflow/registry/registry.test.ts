import { ModelVersion, routes } from '@slipway/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleBundle } from '../../../../testing/sample-bundle.js';
import { startTestServer, type Answer, type TestServer } from '../../../../testing/test-server.js';

interface VersionAnswer {
  readonly model_version: { readonly version: string; readonly source: string };
}

let api: TestServer;
let runId: string;
beforeAll(async () => {
  api = await startTestServer();
  const { json } = await send('POST', 'runs/create', { experiment_id: '0', run_name: 'elm' });
  runId = (json as { run: { info: { run_id: string } } }).run.info.run_id;
});
afterAll(async () => {
  expect(api.faults).toEqual([]);
  await api.stop();
});

function send(method: string, path: string, body?: unknown): Promise<Answer> {
  return api.call(method, `/api/2.0/mlflow/${path}`, body);
}

async function makeModel(name: string, versions = 0): Promise<void> {
  await send('POST', 'registered-models/create', { name });
  for (let made = 0; made < versions; made += 1) {
    await send('POST', 'model-versions/create', { name, source: `s3://bucket/${name}/${made}` });
  }
}

async function get(path: string, query: Record<string, string> = {}): Promise<unknown> {
  return (await send('GET', `${path}?${new URLSearchParams(query).toString()}`)).json;
}

function refused(message: string, error_code = 'INVALID_PARAMETER_VALUE') {
  return { json: { error_code, message } };
}

describe('a registered model', () => {
  it('is made once, described, tagged, renamed and deleted', async () => {
    const made = await send('POST', 'registered-models/create', {
      name: 'oak',
      tags: [{ key: 'team', value: 'rain' }]
    });
    expect(made.json).toMatchObject({ registered_model: { name: 'oak', tags: [{ key: 'team', value: 'rain' }] } });
    expect(made.text).not.toContain('description');
    expect(await send('POST', 'registered-models/create', { name: 'oak' })).toMatchObject(
      refused('Registered Model (name=oak) already exists.', 'RESOURCE_ALREADY_EXISTS')
    );
    await send('PATCH', 'registered-models/update', { name: 'oak', description: 'a tree' });
    await send('POST', 'registered-models/set-tag', { name: 'oak', key: 'age', value: '3' });
    await send('DELETE', 'registered-models/delete-tag', { name: 'oak', key: 'team' });
    await send('DELETE', 'registered-models/delete-tag', { name: 'oak', key: 'team' });
    const renamed = await send('POST', 'registered-models/rename', { name: 'oak', new_name: 'holm oak' });
    expect(renamed.json).toMatchObject({
      registered_model: { name: 'holm oak', description: 'a tree', tags: [{ key: 'age', value: '3' }] }
    });
    expect(await send('GET', 'registered-models/get?name=oak')).toMatchObject(
      refused('Registered Model with name=oak not found', 'RESOURCE_DOES_NOT_EXIST')
    );
    expect((await send('DELETE', 'registered-models/delete', { name: 'holm oak' })).json).toEqual({});
    expect((await send('GET', 'registered-models/get?name=holm%20oak')).status).toBe(404);
  });

  it.each([
    ['a/b', "Invalid model name 'a/b'. Names cannot contain '/' or ':'."],
    ['a:b', "Invalid model name 'a:b'. Names cannot contain '/' or ':'."],
    ['  ', "Missing value for required parameter 'name'."],
    ['50%', "Invalid model name '50%': it must not contain / \\ : % ? # or control characters."]
  ])('is not made under a name that cannot be carried: %s', async (name, message) => {
    expect(await send('POST', 'registered-models/create', { name })).toMatchObject(refused(message));
  });

  it('is found by name and tag, in the order asked for, page by page', async () => {
    for (const [name, tree] of [
      ['pine', 'needle'],
      ['birch', 'leaf'],
      ['alder', 'leaf']
    ]) {
      await send('POST', 'registered-models/create', { name, tags: [{ key: 'kind', value: tree }] });
    }
    const names = async (query: Record<string, string>): Promise<string[]> => {
      const answer = (await get('registered-models/search', query)) as { registered_models?: { name: string }[] };
      return (answer.registered_models ?? []).map(model => model.name);
    };
    expect(await names({ filter: "tags.kind = 'leaf'" })).toEqual(['alder', 'birch']);
    expect(await names({ filter: "name ILIKE 'P%'" })).toEqual(['pine']);
    expect(await names({ filter: "name IN ('pine', 'alder')", order_by: 'name DESC' })).toEqual(['pine', 'alder']);
    expect(await names({ filter: "tags.kind != 'leaf' AND name LIKE 'P%'" })).toEqual([]);
    const first = (await get('registered-models/search', { filter: "name LIKE '%i%'", max_results: '1' })) as {
      next_page_token: string;
    };
    expect(await names({ filter: "name LIKE '%i%'", max_results: '1', page_token: first.next_page_token })).toEqual([
      'pine'
    ]);
  });
});

describe('a model version', () => {
  it('gets the next number, and never that of a deleted one', async () => {
    await makeModel('counted', 2);
    expect((await send('DELETE', 'model-versions/delete', { name: 'counted', version: '2' })).json).toEqual({});
    const { json } = await send('POST', 'model-versions/create', { name: 'counted', source: 's3://bucket/x' });
    expect((json as VersionAnswer).model_version.version).toBe('3');
    expect(await send('GET', 'model-versions/get?name=counted&version=2')).toMatchObject(
      refused('Model Version (name=counted, version=2) not found', 'RESOURCE_DOES_NOT_EXIST')
    );
  });

  it('moves between stages, and archives what was there', async () => {
    await makeModel('staged', 2);
    const move = (version: string, stage: string, archive_existing_versions = false): Promise<Answer> =>
      send('POST', 'model-versions/transition-stage', { name: 'staged', version, stage, archive_existing_versions });
    await move('1', 'production');
    expect((await move('2', 'Production', true)).json).toMatchObject({
      model_version: { current_stage: 'Production' }
    });
    expect(await get('registered-models/get-latest-versions', { name: 'staged', stages: 'Archived' })).toMatchObject({
      model_versions: [{ version: '1', current_stage: 'Archived' }]
    });
    expect(await move('1', 'moon')).toMatchObject(
      refused('Invalid Model Version stage: moon. Value must be one of None, Staging, Production, Archived.')
    );
  });

  it('has aliases that move, and go when it goes', async () => {
    await makeModel('named', 2);
    const alias = { name: 'named', alias: 'champion' };
    await send('POST', 'registered-models/alias', { ...alias, version: '1' });
    await send('POST', 'registered-models/alias', { ...alias, version: '2' });
    expect(await get('registered-models/alias', alias)).toMatchObject({
      model_version: { version: '2', aliases: ['champion'] }
    });
    await send('DELETE', 'model-versions/delete', { name: 'named', version: '2' });
    expect(await send('GET', 'registered-models/alias?name=named&alias=champion')).toMatchObject(
      refused('Registered model alias champion not found.')
    );
    expect(await get('registered-models/alias', { name: 'named', alias: 'latest' })).toMatchObject({
      model_version: { version: '1' }
    });
    for (const [reserved, message] of [
      ['latest', "'latest' alias name (case insensitive) is reserved."],
      ['v1', "Version alias name 'v1' is reserved."]
    ]) {
      const body = { name: 'named', alias: reserved, version: '1' };
      expect(await send('POST', 'registered-models/alias', body)).toMatchObject(refused(message ?? ''));
    }
  });

  it('is found by run, number, source and tag', async () => {
    await makeModel('found', 3);
    await send('POST', 'model-versions/set-tag', { name: 'found', version: '2', key: 'good', value: 'yes' });
    const versions = async (filter: string, order_by = 'version_number ASC'): Promise<string[]> => {
      const answer = (await get('model-versions/search', { filter, order_by })) as {
        model_versions?: { version: string }[];
      };
      return (answer.model_versions ?? []).map(each => each.version);
    };
    expect(await versions("name = 'found' AND version_number >= 2")).toEqual(['2', '3']);
    expect(await versions("name = 'found'", 'version_number DESC')).toEqual(['3', '2', '1']);
    expect(await versions("tags.good = 'yes'")).toEqual(['2']);
    expect(await versions("source_path LIKE 's3://bucket/found/_'")).toEqual(['1', '2', '3']);
    expect(await versions("run_id IN ('nobody')")).toEqual([]);
  });

  it('names its files only where they belong to the run or logged model that it names', async () => {
    await makeModel('sourced');
    const { json } = await send('POST', 'logged-models', { experiment_id: '0', name: 'net', source_run_id: runId });
    const { model_id } = (json as { model: { info: { model_id: string } } }).model.info;
    const create = (body: object): Promise<Answer> =>
      send('POST', 'model-versions/create', { name: 'sourced', ...body });
    const uri = async (version: string): Promise<unknown> =>
      get('model-versions/get-download-uri', { name: 'sourced', version });

    expect((await create({ source: `models:/${model_id}`, model_id })).json).toMatchObject({
      model_version: { version: '1', run_id: runId, source: `models:/${model_id}` }
    });
    expect(await uri('1')).toEqual({ artifact_uri: `mlflow-artifacts:/0/models/${model_id}/artifacts` });
    const own = `mlflow-artifacts:/0/${runId}/artifacts/net`;
    expect((await create({ source: own, run_id: runId })).status).toBe(200);
    expect((await create({ source: 'models:/sourced/1' })).json).toMatchObject({ model_version: { run_id: runId } });
    expect(await uri('3')).toEqual(await uri('1'));
    for (const body of [
      { source: '/etc/passwd' },
      { source: 'file:///etc/passwd', run_id: runId },
      { source: own },
      { source: `mlflow-artifacts:/0/${'0'.repeat(32)}/artifacts`, run_id: runId },
      { source: `mlflow-artifacts:/0/${runId}/artifacts/../../x`, run_id: runId },
      { source: `mlflow-artifacts:/0/${runId}/artifacts/%252e%252e/x`, run_id: runId },
      { source: `runs:/${'0'.repeat(32)}/net`, run_id: runId },
      { source: `models:/${model_id}` },
      { source: 'models:/m-unknown', model_id: 'm-unknown' },
      { source: 's3://bucket/a/../b' }
    ]) {
      expect([body, (await create(body)).status]).toEqual([body, 400]);
    }
  });
});

describe('both faces of the registry', () => {
  it('show versions of either origin', async () => {
    const files = await Promise.all(
      Object.entries(sampleBundle()).map(async ([path, content]) => ({ path, ...(await api.upload(content)) }))
    );
    await makeModel('mixed', 1);
    await api.call('POST', '/api/v1/models/mixed/versions', {
      files,
      run_id: runId,
      session_id: null,
      description: ''
    });
    const { models } = routes.listModels.answer.parse((await api.call('GET', '/api/v1/models')).json);
    expect(models.find(model => model.name === 'mixed')?.versions).toMatchObject([
      { version: 2, bundle_digest: expect.any(String) as string },
      { version: 1, bundle_digest: null, signature: null, run_id: null }
    ]);
    expect(await get('model-versions/get', { name: 'mixed', version: '2' })).toMatchObject({
      model_version: { run_id: runId, source: expect.stringMatching(/^mlflow-artifacts:\/bundles\//) as string }
    });
  });

  it('refuse to promote what has no bundle, with an explanation', async () => {
    await makeModel('bare', 1);
    const version = ModelVersion.parse((await api.call('GET', '/api/v1/models/bare/versions/1')).json);
    expect(version.bundle_digest).toBeNull();
    const body = { model: 'bare', version: 1, environment: 'production', reason: '', preflight_id: null };
    expect(await api.call('POST', '/api/v1/promotions', body)).toMatchObject({
      status: 409,
      json: {
        error_code: 'INVALID_STATE',
        message: 'bare v1 was logged by an MLflow client and has no bundle that a service could run.'
      }
    });
  });
});
