import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { ModelVersion, RunDetail, type BundleFile } from '@slipway/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleBundle } from '../../../testing/sample-bundle.js';
import { startTestServer, type Answer, type TestServer } from '../../../testing/test-server.js';

const at = Date.now();
const [RUN, TWIN, EMPTY, NETWORK, DELETED] = ['a', 'b', 'c', 'd', 'e'].map(letter => letter.repeat(32)) as [
  string,
  string,
  string,
  string,
  string
];

let api: TestServer;
let bundle: BundleFile[];
beforeAll(async () => {
  api = await startTestServer();
  const records = [RUN, TWIN, EMPTY, NETWORK, DELETED].map((run_id, index) => {
    const name = `run ${index}`;
    const started = { type: 'run.started', run_id, experiment_name: 'rain', name, start_time: at, user: 'ada' };
    return { seq: index + 1, at, ...started, tags: [] };
  });
  const answer = await api.call('POST', '/api/v1/records', { session_id: 'session-0001', records });
  expect(answer.status).toBe(200);
  bundle = await uploaded(sampleBundle());
});
afterAll(() => api.stop());

async function uploaded(contents: Record<string, string>): Promise<BundleFile[]> {
  return Promise.all(
    Object.entries(contents).map(async ([name, content]) => ({ path: name, ...(await api.upload(content)) }))
  );
}

function put(run: string, body: { bundle: BundleFile[]; checkpoint: unknown }): Promise<Answer> {
  return api.call('PUT', `/api/v1/runs/${run}/model`, body);
}

function register(name: string, run_id: string | null): Promise<Answer> {
  return api.call('POST', `/api/v1/models/${name}/versions`, { run_id, session_id: null, description: 'by hand' });
}

async function artifactsOf(run: string): Promise<string[]> {
  const { artifacts } = RunDetail.parse((await api.call('GET', `/api/v1/runs/${run}`)).json);
  return artifacts.map(artifact => artifact.path).sort();
}

describe('the model of a run', () => {
  it('is among its artifacts, with the checkpoint', async () => {
    const checkpoint = await api.upload('weights');
    expect(await put(RUN, { bundle, checkpoint })).toMatchObject({ status: 200, json: {} });
    const files = bundle.map(file => `model/${file.path}`).sort();
    expect(await artifactsOf(RUN)).toEqual(['checkpoint/network.safetensors', ...files]);
  });

  it('replaces the one before as a whole, and leaves the other artifacts alone', async () => {
    const { sha256 } = await api.upload('plot');
    await api.call('POST', `/api/v1/runs/${RUN}/artifacts`, { path: 'plots/a.png', sha256 });
    const scored = await uploaded({ ...sampleBundle('second'), 'scoring.mjs': 'export const after = x => x;' });
    await put(RUN, { bundle: scored, checkpoint: null });
    expect(await artifactsOf(RUN)).toContain('model/scoring.mjs');
    await put(RUN, { bundle, checkpoint: null });
    expect(await artifactsOf(RUN)).toEqual([...bundle.map(file => `model/${file.path}`).sort(), 'plots/a.png']);
  });

  it('is stored once when two runs trained the same', async () => {
    const before = await storedFiles();
    expect(await put(TWIN, { bundle, checkpoint: null })).toMatchObject({ status: 200 });
    expect(await artifactsOf(TWIN)).toHaveLength(bundle.length);
    expect(await storedFiles()).toBe(before);
  });

  it('is refused when it is not complete, or was not uploaded, and the one before stays', async () => {
    const before = await artifactsOf(RUN);
    const incomplete = await put(RUN, { bundle: bundle.slice(1), checkpoint: null });
    expect(incomplete.json).toMatchObject({ error_code: 'BUNDLE_INVALID', where: 'body.bundle' });
    const missing = { sha256: createHash('sha256').update('never').digest('hex'), size: 5 };
    const answer = await put(RUN, { bundle, checkpoint: missing });
    expect(answer.json).toMatchObject({
      error_code: 'INVALID_REQUEST',
      where: 'body.checkpoint.sha256',
      remedy: expect.stringContaining('Upload it') as string
    });
    const absent = bundle.map((file, i) => (i === 1 ? { ...file, ...missing } : file));
    const second = await put(RUN, { bundle: absent, checkpoint: null });
    expect(second.json).toMatchObject({ error_code: 'BUNDLE_INVALID', where: 'body.bundle[1].sha256' });
    expect(await put(RUN, { bundle: [], checkpoint: null })).toMatchObject({ status: 400 });
    expect(await put('f'.repeat(32), { bundle, checkpoint: null })).toMatchObject({ status: 404 });
    expect(await artifactsOf(RUN)).toEqual(before);
  });
});

describe('registering the stored model of a run', () => {
  it('makes a version with its run, metrics and signature, and the same one when it is asked again', async () => {
    const version = ModelVersion.parse((await register('rain', RUN)).json);
    expect(version).toMatchObject({ version: 1, run_id: RUN, metrics: { accuracy: 0.81 }, description: 'by hand' });
    expect(version.signature?.target).toBe('rain');
    expect(ModelVersion.parse((await register('rain', RUN)).json).version).toBe(1);
    const twin = ModelVersion.parse((await register('rain', TWIN)).json);
    expect(twin).toMatchObject({ version: 2, run_id: TWIN, bundle_digest: version.bundle_digest });
  });

  it('says what the run lacks', async () => {
    expect(await register('rain', EMPTY)).toMatchObject({
      status: 409,
      json: { error_code: 'INVALID_STATE', message: `The run ${EMPTY} has no stored model.` }
    });
    await put(NETWORK, { bundle: [], checkpoint: await api.upload('weights of a layer of my own') });
    const { json } = await register('rain', NETWORK);
    expect(json).toMatchObject({ message: expect.stringContaining('could not be exported to ONNX') });
    expect(await register('rain', 'f'.repeat(32))).toMatchObject({ status: 404 });
    expect(await register('rain', null)).toMatchObject({ status: 400 });
  });

  it('is refused for a deleted run until it is restored', async () => {
    await put(DELETED, { bundle, checkpoint: null });
    await api.call('POST', '/api/2.0/mlflow/runs/delete', { run_id: DELETED });
    expect(await register('gone', DELETED)).toMatchObject({ status: 409, json: { remedy: 'Restore it first.' } });
    await api.call('POST', '/api/2.0/mlflow/runs/restore', { run_id: DELETED });
    expect(await register('gone', DELETED)).toMatchObject({ status: 200 });
  });
});

it('reports no internal error for any of these', () => {
  expect(api.faults).toEqual([]);
});

async function storedFiles(): Promise<number> {
  return (await readdir(path.join(api.folder, 'blobs'), { recursive: true })).length;
}
