import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DATABASES } from '../server/databases.js';
import { freshFolder, PYTHON, run, startServerProcess, type ServerProcess } from '../server/slipway-process.js';

const HERE = fileURLToPath(new URL('.', import.meta.url));

let folder: Awaited<ReturnType<typeof freshFolder>>;
let server: ServerProcess;

async function seenBy(script: string): Promise<unknown> {
  const ended = await run(PYTHON, [path.join(HERE, script)], {
    cwd: folder.path,
    env: { MLFLOW_TRACKING_URI: server.url, MLFLOW_TRACKING_TOKEN: server.token, PYTHONWARNINGS: 'ignore' }
  });
  if (ended.code !== 0) {
    throw new Error(`${script} ended with code ${ended.code}: ${ended.stderr}`);
  }
  return JSON.parse(ended.stdout.trim().split('\n').at(-1) ?? '');
}

describe.each(DATABASES)('with $name', ({ environment }) => {
  beforeAll(async () => {
    folder = await freshFolder();
    server = await startServerProcess(path.join(folder.path, '.slipway'), ['--port', '0'], await environment());
  });
  afterAll(async () => {
    await server.end('SIGTERM');
    await folder.remove();
  });

  describe('a Python user', () => {
    it('trains with scikit-learn under autologging, and loads the model by its alias', async () => {
      expect(await seenBy('train_sklearn.py')).toMatchObject({
        status: 'FINISHED',
        params: { C: '0.5', max_iter: '500' },
        metrics: expect.arrayContaining(['training_accuracy_score', 'training_log_loss']) as unknown,
        accuracy: true,
        estimator: 'sklearn.linear_model._logistic.LogisticRegression',
        plots: expect.arrayContaining(['estimator.html']) as unknown,
        inputs: ['train'],
        columns: [150],
        'model metrics': expect.arrayContaining(['training_accuracy_score']) as unknown,
        'same predictions': true,
        signature: ['sepal length (cm)', 'sepal width (cm)', 'petal length (cm)', 'petal width (cm)'],
        tried: ['0.1', '1.0'],
        best: true,
        versions: [1, 2],
        'named input': 'iris'
      });
    });

    it('sends 100 MB whole and in parts, gets them back, and logs without waiting', async () => {
      expect(await seenBy('large_files.py')).toEqual({
        whole: [104_857_600, true],
        parts: [104_857_600, true],
        asynchronous: [500, 50, 'asynchronous']
      });
    });

    it('finds runs with every operator on every field', async () => {
      expect(await seenBy('search_runs.py')).toEqual({
        found: {
          'metrics.m = 1': 'B',
          'metrics.m != 1': 'ac',
          'metrics.m < 1': 'a',
          'metrics.m <= 1': 'Ba',
          'metrics.m > 1': 'c',
          'metrics.m >= 1': 'Bc',
          'metrics.`with space` < -0.5': 'Bc',
          'metric."m" = 2': 'c',
          "params.p = 'v1'": 'B',
          "params.p != 'v1'": 'ac',
          "params.p LIKE 'v%'": 'Bac',
          "params.p ILIKE 'V1'": 'B',
          'parameter.p = "v0"': 'a',
          "tags.team = 'Red'": 'Bc',
          "tags.team != 'Red'": 'a',
          "tags.team LIKE 'R%'": 'Bc',
          "tags.team ILIKE 'r%'": 'Bc',
          "tag.extra = 'yes'": 'Bc',
          'tags.extra IS NULL': 'a',
          'tags.extra IS NOT NULL': 'Bc',
          'params.p IS NOT NULL': 'Bac',
          'params.missing IS NULL': 'Bac',
          "attributes.status = 'FAILED'": 'c',
          "status != 'FAILED'": 'Ba',
          "run_name LIKE '%e%'": 'B',
          "attributes.run_name ILIKE 'bee'": 'B',
          "`run name` = 'ant'": 'a',
          "run_id IN ('ANT', 'CAT')": 'ac',
          "attributes.run_id NOT IN ('ANT')": 'Bc',
          "run_id = 'BEE'": 'B',
          'start_time >= START': 'Bc',
          'start_time < START': 'a',
          'end_time > 0': 'Bac',
          "artifact_uri LIKE '%artifacts'": 'Bac',
          "user_id != 'nobody'": 'Bac',
          "dataset.name = 'd1'": 'B',
          "datasets.digest LIKE 'x%'": 'Bac',
          "dataset.name IN ('d0', 'd2')": 'ac',
          "dataset.context = 'train'": 'Bac',
          "metrics.m >= 1 AND tags.team = 'Red' and params.p != 'v2'": 'B'
        },
        orders: {
          'metrics.m DESC': 'cBa',
          'metrics.m': 'aBc',
          'tags.team DESC': 'aBc',
          'tags.extra ASC': 'Bca',
          'attributes.run_name': 'Bac',
          status: 'caB',
          'start_time DESC': 'cBa'
        }
      });
    });
  });
});
