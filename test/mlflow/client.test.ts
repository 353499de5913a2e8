import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunDetail, routes } from '@slipway/contract';
import { DATABASES } from '../server/databases.js';
import { call, freshFolder, PYTHON, run, startServerProcess, type ServerProcess } from '../server/slipway-process.js';

const HERE = fileURLToPath(new URL('.', import.meta.url));

let folder: Awaited<ReturnType<typeof freshFolder>>;
let server: ServerProcess;
let seen: Record<string, unknown>;

async function python(script: string, env: NodeJS.ProcessEnv): Promise<Record<string, unknown>> {
  const ended = await run(PYTHON, [path.join(HERE, script)], {
    cwd: folder.path,
    env: { MLFLOW_TRACKING_URI: server.url, ...env }
  });
  if (ended.code !== 0) {
    throw new Error(`${script} ended with code ${ended.code}: ${ended.stderr}`);
  }
  return JSON.parse(ended.stdout.trim().split('\n').at(-1) ?? '') as Record<string, unknown>;
}

describe.each(DATABASES)('with $name', ({ environment }) => {
  beforeAll(async () => {
    folder = await freshFolder();
    server = await startServerProcess(path.join(folder.path, '.slipway'), ['--port', '0'], await environment());
    seen = await python('log_everything.py', { MLFLOW_TRACKING_TOKEN: server.token });
  });
  afterAll(async () => {
    await server.end('SIGTERM');
    await folder.remove();
  });

  describe('the stock MLflow client', () => {
    it('reads back what it logged', () => {
      expect(seen).toMatchObject({
        status: 'FINISHED',
        params: { depth: '3', rate: '0.1', solver: 'adam' },
        metrics: { accuracy: 0.81, loss: 0.2 },
        odd: 'nan',
        note: 'first',
        inputs: [['weather', 'abc123', 'training']],
        history: [0, 1, 2, 3, 4].map(step => [step, 1 / (step + 1)]),
        parent: true
      });
    });

    it('stores artifacts and gets them back, with any name', () => {
      expect(seen).toMatchObject({
        root: ['config', 'notes'],
        notes: [['notes/größe.txt', 9]],
        text: 'forty-two',
        config: { a: 1 }
      });
    });

    it('finds runs by metric, parameter, tag, name and dataset, in order and page by page', () => {
      expect(seen['searches']).toEqual({
        all: ['outer', 'inner'],
        metric: ['outer'],
        param: ['outer'],
        tag: ['outer'],
        name: ['inner'],
        none: [],
        order: ['inner', 'outer'],
        dataset: ['outer']
      });
      expect(seen['paged']).toEqual(['inner', 'outer']);
    });

    it('deletes and restores runs', () => {
      expect(seen['after delete']).toEqual(['outer']);
      expect(seen['after restore']).toEqual(['inner', 'outer']);
    });

    it('is told about its mistakes with the codes that it knows', () => {
      expect(seen['changed parameter']).toEqual(['INVALID_PARAMETER_VALUE', expect.stringContaining("value='3'")]);
      expect(seen['unknown run']).toEqual(['RESOURCE_DOES_NOT_EXIST', expect.stringContaining('not found')]);
    });

    it('logs a model beside a run, and reads it back', () => {
      expect(seen['logged model']).toEqual({ status: 'READY', files: ['MLmodel', 'model.txt'], outputs: 1 });
    });

    it('gets in with a user and the token as password as well', async () => {
      const env = {
        MLFLOW_TRACKING_USERNAME: 'ada',
        MLFLOW_TRACKING_PASSWORD: server.token,
        MLFLOW_TRACKING_TOKEN: ''
      };
      expect(await python('count_experiments.py', env)).toEqual({ experiments: 2 });
    });

    it('leaves runs that our own API shows beside those of other languages', async () => {
      const { runs } = routes.listRuns.answer.parse(await call(server, 'GET', '/api/v1/runs?text=outer'));
      expect(runs[0]).toMatchObject({
        run_id: seen['run_id'],
        name: 'outer',
        experiment_name: 'from python',
        language: 'python',
        status: 'FINISHED',
        headline: { key: 'accuracy' }
      });
      expect(runs[0]?.source).toContain('log_everything.py');
      expect(runs[0]?.user).not.toBe('');
      const detail = RunDetail.parse(await call(server, 'GET', `/api/v1/runs/${String(seen['run_id'])}`));
      expect(detail.inputs).toEqual([{ name: 'weather', version: null, digest: 'abc123', context: 'training' }]);
      expect(detail.artifacts.map(artifact => artifact.path)).toEqual(['config/a.json', 'notes/größe.txt']);
    });
  });

  describe('the stock MLflow client, with the registry', () => {
    let registry: Record<string, unknown>;
    beforeAll(async () => {
      registry = await python('use_registry.py', { MLFLOW_TRACKING_TOKEN: server.token });
    });

    it('registers versions of a logged model, and reads back what it said about them', () => {
      expect(registry).toMatchObject({
        versions: ['1', '2'],
        run: true,
        champion: ['1', 'the first', { origin: 'test', checked: 'yes' }, ['champion']],
        model: ['will it rain?', { team: 'weather' }, { champion: '1' }],
        latest: [
          ['1', 'None'],
          ['2', 'Production']
        ]
      });
    });

    it('loads files by alias and by stage', () => {
      expect(registry).toMatchObject({ files: ['MLmodel', 'weights.txt'], weights: 'weights.txt' });
    });

    it('finds, copies, renames and deletes', () => {
      expect(registry).toMatchObject({
        'search versions': ['1'],
        'search models': ['rain from python'],
        copied: ['copied', '1', true],
        left: [['rain from python', ['1'], {}]],
        deleted: [
          'RESOURCE_DOES_NOT_EXIST',
          'RESOURCE_DOES_NOT_EXIST: Model Version (name=rain from python, version=2) not found'
        ]
      });
    });

    it('leaves versions that our own API shows, without a bundle', async () => {
      const { models } = routes.listModels.answer.parse(await call(server, 'GET', '/api/v1/models'));
      expect(models).toMatchObject([
        { name: 'rain from python', versions: [{ version: 1, bundle_digest: null, run_name: 'maker' }] }
      ]);
    });
  });
});
