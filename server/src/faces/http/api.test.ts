import {
  DatasetVersion,
  ModelVersion,
  NotebookSession,
  RecordBatchAnswer,
  RunDetail,
  routes,
  type NewDatasetVersion,
  type SpoolRecord
} from '@slipway/contract';
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleBundle } from '../../../testing/sample-bundle.js';
import { startTestServer, type TestServer } from '../../../testing/test-server.js';

const SESSION = 'session-0001';
const RUN = 'a'.repeat(32);
const at = Date.now();

let api: TestServer;
beforeAll(async () => {
  api = await startTestServer();
});
afterAll(async () => {
  await api.stop();
});

const kernelRecords: SpoolRecord[] = [
  {
    seq: 1,
    at,
    type: 'session.started',
    session: {
      kernel: 'slipway',
      language: 'typescript',
      notebook_path: 'examples/01-rain.ipynb',
      started_at: at,
      pid: process.pid,
      environment: null
    }
  },
  {
    seq: 2,
    at,
    type: 'cell.started',
    cell: {
      execution_id: 'execution-1',
      order: 1,
      execution_count: 1,
      cell_id: 'cell-a',
      message_id: 'm1',
      source: 'fit()',
      source_sha256: createHash('sha256').update('fit()').digest('hex'),
      started_at: at
    }
  },
  {
    seq: 3,
    at,
    type: 'run.started',
    run_id: RUN,
    experiment_name: 'rain',
    name: '',
    start_time: at,
    user: 'ada',
    tags: []
  },
  {
    seq: 4,
    at,
    type: 'run.logged',
    run_id: RUN,
    metrics: [0, 1, 2].map(step => ({ key: 'loss', value: 1 / (step + 1), step, timestamp: at + step })),
    params: [{ key: 'hidden', value: '32,16' }],
    tags: [{ key: 'note', value: 'first' }],
    progress: { fraction: 0.5, label: 'epoch 1 of 2' }
  },
  {
    seq: 5,
    at,
    type: 'run.input',
    run_id: RUN,
    dataset: { name: 'weather', version: 1, digest: 'd', context: 'training' }
  },
  {
    seq: 6,
    at,
    type: 'cell.finished',
    cell: {
      execution_id: 'execution-1',
      status: 'ok',
      duration_ms: 12.5,
      error: null,
      run_ids: [RUN],
      reads: ['weather@1'],
      writes: []
    }
  }
];

describe('a kernel that sends its records', () => {
  it('has them acknowledged, and again when it sends them twice', async () => {
    for (let time = 0; time < 2; time += 1) {
      const answer = await api.call('POST', '/api/v1/records', { session_id: SESSION, records: kernelRecords });
      expect(RecordBatchAnswer.parse(answer.json)).toEqual({ acknowledged_seq: 6, refused: [] });
    }
  });

  it('finds its run with parameters, metrics, progress and input', async () => {
    const run = RunDetail.parse((await api.call('GET', `/api/v1/runs/${RUN}`)).json);
    expect(run).toMatchObject({
      experiment_name: 'rain',
      status: 'RUNNING',
      user: 'ada',
      source: 'examples/01-rain.ipynb',
      language: 'typescript',
      session_id: SESSION,
      progress: { fraction: 0.5, label: 'epoch 1 of 2' },
      params: [{ key: 'hidden', value: '32,16' }],
      metrics: [{ key: 'loss', step: 2, timestamp: at + 2 }],
      inputs: [{ name: 'weather', version: 1, digest: 'd', context: 'training' }]
    });
    expect(run.headline).toEqual({ key: 'loss', spark: [1, 1 / 2, 1 / 3] });
    expect(run.name).toMatch(/^\w+-\w+-\d{3}$/);
  });

  it('finds the cell once, with the run it made', async () => {
    const { json } = await api.call('GET', `/api/v1/runs/${RUN}/cells`);
    const { cells } = routes.listRunCells.answer.parse(json);
    expect(cells).toHaveLength(1);
    expect(cells[0]).toMatchObject({ order: 1, status: 'ok', source: 'fit()', run_ids: [RUN], reads: ['weather@1'] });
  });

  it('says of a session what it made, and whether it is clean', async () => {
    const answer = await api.call('GET', `/api/v1/sessions/${SESSION}`);
    expect(routes.getSession.answer.parse(answer.json)).toMatchObject({
      session_id: SESSION,
      recorder: 'kernel',
      run_ids: [RUN],
      clean: { is_clean: true, reasons: [] }
    });
    expect((await api.call('GET', '/api/v1/sessions/nobody-knows-it')).status).toBe(404);
  });

  it('is found by the path of its notebook or the end of it', async () => {
    const found = async (notebook: string): Promise<number> => {
      const { json } = await api.call('GET', `/api/v1/sessions?notebook=${encodeURIComponent(notebook)}`);
      return routes.listSessions.answer.parse(json).sessions.length;
    };
    expect(await found('examples/01-rain.ipynb')).toBe(1);
    expect(await found('01-rain.ipynb')).toBe(1);
    expect(await found('rain.ipynb')).toBe(0);
  });

  it('gives the marks of its cells without their texts', async () => {
    const { json } = await api.call('GET', `/api/v1/sessions/${SESSION}/cells?detail=marks`);
    const [cell] = routes.listSessionCells.answer.parse(json).cells;
    expect(cell).toMatchObject({ source: '', stale: null, is_latest: true, status: 'ok' });
  });

  it('shows as a session that lives', async () => {
    const { sessions } = routes.listSessions.answer.parse((await api.call('GET', '/api/v1/sessions')).json);
    expect(NotebookSession.parse(sessions[0])).toMatchObject({ session_id: SESSION, state: 'alive', cell_count: 1 });
  });

  it('is told which record can never be stored, and why', async () => {
    const changed = { ...kernelRecords[3], seq: 7, params: [{ key: 'hidden', value: '64' }] };
    const answer = await api.call('POST', '/api/v1/records', { session_id: SESSION, records: [changed] });
    const { acknowledged_seq, refused } = RecordBatchAnswer.parse(answer.json);
    expect(acknowledged_seq).toBe(7);
    expect(refused).toEqual([{ seq: 7, message: expect.stringContaining('The parameter "hidden"') as string }]);
  });

  it('sees its run finished with the failure it reported', async () => {
    const failure = { message: 'TypeError: x is not a function', cell_order: 1 };
    const finished = { seq: 8, at, type: 'run.finished', run_id: RUN, status: 'FAILED', end_time: at + 9, failure };
    await api.call('POST', '/api/v1/records', { session_id: SESSION, records: [finished] });
    const { runs } = routes.listRuns.answer.parse((await api.call('GET', '/api/v1/runs?status=FAILED&text=rain')).json);
    expect(runs[0]).toMatchObject({ run_id: RUN, status: 'FAILED', end_time: at + 9, failure, progress: null });
  });
});

describe('a dataset version', () => {
  const version = (sha256: string): NewDatasetVersion => ({
    content_sha256: sha256,
    digest: sha256,
    row_count: 2,
    columns: [{ name: 'wind', type: 'number', nullable: true }],
    time_column: null,
    source: 'weather.csv',
    derivation: null,
    parents: [],
    profile: [],
    checks: [{ id: 'rows', title: 'has rows', verdict: 'pass', evidence: '2 rows' }],
    session_id: SESSION,
    cell_execution_id: 'execution-1'
  });

  it('is refused until its rows are uploaded', async () => {
    const answer = await api.call('POST', '/api/v1/datasets/weather/versions', version('f'.repeat(64)));
    expect(answer.status).toBe(400);
    expect(answer.json).toMatchObject({ error_code: 'INVALID_REQUEST', where: 'body.content_sha256' });
  });

  it('is the same version when the same rows come again, and knows the runs that used it', async () => {
    const { sha256 } = await api.upload('parquet');
    const first = DatasetVersion.parse(
      (await api.call('POST', '/api/v1/datasets/weather/versions', version(sha256))).json
    );
    const again = DatasetVersion.parse(
      (await api.call('POST', '/api/v1/datasets/weather/versions', version(sha256))).json
    );
    expect(again).toEqual(first);
    expect(first).toMatchObject({ version: 1, used_by_runs: [RUN] });
  });

  it('gets the next number for other rows, and is listed newest first', async () => {
    const { sha256 } = await api.upload('other parquet');
    await api.call('POST', '/api/v1/datasets/weather/versions', {
      ...version(sha256),
      parents: [{ name: 'weather', version: 1 }],
      derivation: 'without outliers'
    });
    const { datasets } = routes.listDatasets.answer.parse((await api.call('GET', '/api/v1/datasets')).json);
    expect(datasets[0]?.versions.map(each => [each.version, each.run_count, each.checks_passed])).toEqual([
      [2, 0, 1],
      [1, 1, 1]
    ]);
  });

  it('is refused when a parent does not exist', async () => {
    const { sha256 } = await api.upload('third');
    const body = { ...version(sha256), parents: [{ name: 'nothing', version: 3 }] };
    const answer = await api.call('POST', '/api/v1/datasets/weather/versions', body);
    expect(answer.json).toMatchObject({ error_code: 'INVALID_REQUEST', where: 'body.parents[0]' });
  });
});

describe('a model version', () => {
  const upload = async (files: Record<string, string>) =>
    Promise.all(Object.entries(files).map(async ([path, content]) => ({ path, ...(await api.upload(content)) })));
  const register = async (files: unknown, run_id: string | null = RUN) =>
    api.call('POST', '/api/v1/models/rain/versions', { files, run_id, session_id: SESSION, description: '' });

  it('takes its metrics, baseline, signature and dataset from the bundle', async () => {
    const answer = await register(await upload(sampleBundle()));
    expect(answer.status).toBe(200);
    expect(ModelVersion.parse(answer.json)).toMatchObject({
      name: 'rain',
      version: 1,
      stage: 'None',
      run_id: RUN,
      dataset: { name: 'weather', version: 1 },
      metrics: { accuracy: 0.81, f1: 0.7 },
      headline: { metric: 'accuracy', value: 0.81, baseline: { name: 'persistence', value: 0.71 } }
    });
  });

  it('has the digest of its checksum list', async () => {
    const files = await upload(sampleBundle());
    const list = [...files].sort((a, b) => (a.path < b.path ? -1 : 1)).map(file => `${file.sha256}  ${file.path}\n`);
    const { bundle_digest } = ModelVersion.parse((await api.call('GET', '/api/v1/models/rain/versions/1')).json);
    expect(bundle_digest).toBe(createHash('sha256').update(list.join('')).digest('hex'));
    const bundle = routes.getBundle.answer.parse((await api.call('GET', `/api/v1/bundles/${bundle_digest}`)).json);
    expect(bundle.files.map(file => file.path)).toEqual(files.map(file => file.path).sort());
  });

  it('is the same version when a client repeats the request', async () => {
    const answer = await register(await upload(sampleBundle()));
    expect(ModelVersion.parse(answer.json).version).toBe(1);
  });

  it('shows among the outputs of its run', async () => {
    const run = RunDetail.parse((await api.call('GET', `/api/v1/runs/${RUN}`)).json);
    expect(run.outputs.map(output => [output.name, output.version])).toEqual([['rain', 1]]);
  });

  it('is refused as a whole when a required file is missing', async () => {
    const { 'evaluation.json': _left, ...rest } = sampleBundle('second');
    const answer = await register(await upload(rest));
    expect(answer.status).toBe(422);
    expect(answer.json).toMatchObject({
      error_code: 'BUNDLE_INVALID',
      message: expect.stringContaining('evaluation') as string
    });
  });

  it('is refused when its signature does not parse, with the field named', async () => {
    const bundle = { ...sampleBundle('third'), 'signature.json': JSON.stringify({ task: 'guessing' }) };
    const answer = await register(await upload(bundle));
    expect(answer.json).toMatchObject({ error_code: 'BUNDLE_INVALID', where: 'signature.json.task' });
  });

  it('is refused when a blob was never uploaded, and leaves nothing behind', async () => {
    const files = await upload(sampleBundle('fourth'));
    const answer = await register(
      files.map(file => (file.path === 'README.md' ? { ...file, sha256: 'e'.repeat(64) } : file))
    );
    expect(answer.json).toMatchObject({ error_code: 'BUNDLE_INVALID' });
    const { models } = routes.listModels.answer.parse((await api.call('GET', '/api/v1/models')).json);
    expect(models.map(model => model.versions.length)).toEqual([1]);
  });

  it('is refused when a file would be outside the bundle', async () => {
    const files = await upload(sampleBundle('fifth'));
    const answer = await register([...files, { path: '../outside', sha256: 'e'.repeat(64), size: 1 }]);
    expect(answer.json).toMatchObject({ error_code: 'INVALID_REQUEST', where: 'body.files[6].path' });
  });

  it('is not promoted by a server without preflight, which says so', async () => {
    const body = { model: 'rain', version: null, environment: 'production' };
    const answer = await api.call('POST', '/api/v1/preflights', body);
    expect(answer.status).toBe(503);
  });

  it('may lack an evaluation and a training frame only when it says where it was imported from', async () => {
    const { 'evaluation.json': _left, ...rest } = sampleBundle('imported');
    const signature = JSON.stringify({ ...JSON.parse(rest['signature.json']!), training_frame: null });
    const provenance = {
      file: 'model.onnx',
      sha256: 'a'.repeat(64),
      size: 1,
      producer: 'skl2onnx',
      producer_version: '1',
      domain: '',
      model_version: 0,
      documentation: '',
      ir_version: 8,
      opsets: { 'ai.onnx': 17 },
      metadata: {},
      licence: null,
      source: null,
      edits: [],
      vectors: 'generated'
    };
    const imported = { ...rest, 'signature.json': signature, 'provenance.json': JSON.stringify(provenance) };
    const answer = await register(await upload(imported));
    expect(ModelVersion.parse(answer.json)).toMatchObject({ headline: null, metrics: {}, dataset: null });
    const { 'provenance.json': _gone, ...unsaid } = {
      ...imported,
      ...sampleBundle('unsaid'),
      'signature.json': signature
    };
    const refused = await register(await upload(unsaid));
    expect([refused.status, JSON.stringify(refused.json)]).toEqual([
      422,
      expect.stringContaining('neither what it was trained on nor where it was imported from')
    ]);
  });
});

describe('a blob', () => {
  it('is read back unchanged', async () => {
    const { sha256 } = await api.upload('bytes');
    const answer = await api.call('GET', `/api/v1/blobs/${sha256}`);
    expect(answer.text).toBe('bytes');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('may be empty', async () => {
    expect(await api.upload('')).toMatchObject({ size: 0 });
  });

  it('is refused when its bytes are not the announced ones, and is not there afterwards', async () => {
    const sha256 = '0'.repeat(64);
    const answer = await api.call('PUT', `/api/v1/blobs/${sha256}`, new TextEncoder().encode('other'));
    expect(answer.status).toBe(422);
    expect(answer.json).toMatchObject({ error_code: 'DIGEST_MISMATCH' });
    expect((await api.call('GET', `/api/v1/blobs/${sha256}`)).status).toBe(404);
  });

  it('can be attached to a run only under a name inside it', async () => {
    const { sha256 } = await api.upload('plot');
    expect((await api.call('POST', `/api/v1/runs/${RUN}/artifacts`, { path: 'plots/a.png', sha256 })).status).toBe(200);
    const bad = await api.call('POST', `/api/v1/runs/${RUN}/artifacts`, { path: 'a/../../b', sha256 });
    expect(bad.json).toMatchObject({ error_code: 'INVALID_REQUEST', where: 'body.path' });
    const run = RunDetail.parse((await api.call('GET', `/api/v1/runs/${RUN}`)).json);
    expect(run.artifacts).toEqual([{ path: 'plots/a.png', size: 4, sha256 }]);
  });
});

it('reports no internal error for any of these', () => {
  expect(api.faults).toEqual([]);
});
