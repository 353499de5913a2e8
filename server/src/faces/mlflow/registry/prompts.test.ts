import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type Answer, type TestServer } from '../../../../testing/test-server.js';

let api: TestServer;
beforeAll(async () => {
  api = await startTestServer();
});
afterAll(() => api.stop());

const call = (method: string, route: string, fields?: object): Promise<Answer> =>
  api.call(method, `/api/2.0/mlflow/${route}`, fields);
const search = async (route: string, filter: string): Promise<string[]> => {
  const { json } = await call('GET', `${route}/search?filter=${encodeURIComponent(filter)}`);
  const { registered_models = [], model_versions = [] } = json as Record<string, { name: string }[]>;
  return [...registered_models, ...model_versions].map(({ name }) => name);
};

const IS_PROMPT = { key: 'mlflow.prompt.is_prompt', value: 'true' };
const text = (value: string): { key: string; value: string } => ({ key: 'mlflow.prompt.text', value });

/** The requests of `mlflow.genai.register_prompt` and its neighbors. */
describe('a prompt of MLflow’s prompt registry', () => {
  beforeAll(async () => {
    expect((await call('POST', 'registered-models/create', { name: 'greet', tags: [IS_PROMPT] })).status).toBe(200);
    for (const each of ['Hello {{name}}', 'Hi {{name}}']) {
      const version = { name: 'greet', source: 'dummy-source', description: 'why', tags: [IS_PROMPT, text(each)] };
      expect((await call('POST', 'model-versions/create', version)).status).toBe(200);
    }
  });

  it('has versions with their text, and aliases', async () => {
    const second = await call('GET', 'model-versions/get?name=greet&version=2');
    expect(second.json).toMatchObject({ model_version: { version: '2', tags: [IS_PROMPT, text('Hi {{name}}')] } });
    await call('POST', 'registered-models/alias', { name: 'greet', alias: 'prod', version: '1' });
    const live = await call('GET', 'registered-models/alias?name=greet&alias=prod');
    expect(live.json).toMatchObject({ model_version: { version: '1' } });
  });

  it('is found among prompts, and not among models, here or in our own registry', async () => {
    await call('POST', 'registered-models/create', { name: 'rain' });
    expect(await search('registered-models', "tag.`mlflow.prompt.is_prompt` = 'true'")).toEqual(['greet']);
    expect(await search('registered-models', "tag.`mlflow.prompt.is_prompt` != 'true'")).toEqual(['rain']);
    const { models } = (await api.call('GET', '/api/v1/models')).json as { models: { name: string }[] };
    expect(models.map(({ name }) => name)).toEqual(['rain']);
  });

  it('names no files: another source than MLflow’s own placeholders is refused', async () => {
    const version = { name: 'greet', source: 'file:///etc/passwd', tags: [IS_PROMPT, text('x')] };
    expect((await call('POST', 'model-versions/create', version)).json).toEqual({
      error_code: 'INVALID_PARAMETER_VALUE',
      message: "Invalid prompt source: 'file:///etc/passwd'. Prompt sources must use an MLflow placeholder."
    });
    const untagged = await call('POST', 'model-versions/create', { name: 'greet', source: 'dummy-source' });
    expect(untagged.status).toBe(400);
  });
});
