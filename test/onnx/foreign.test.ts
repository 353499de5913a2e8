import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { routes } from '@slipway/contract';
import * as slip from '../../kernel-lib/dist/index.js';
import { eventually } from '../product/slipway.js';
import { call, slipway } from '../server/slipway-process.js';
import { foreignModels } from './foreign-models.js';
import { itServes } from './foreign-serving.js';

/** All but that of CatBoost, which is a download of 100 MB: foreign.long.ts has it. */
const NAMES = [
  'sklearn-logistic',
  'sklearn-categories',
  'sklearn-text',
  'sklearn-codes',
  'sklearn-forest',
  'sklearn-margin',
  'sklearn-boosting',
  'sklearn-clusters',
  'lightgbm-classes',
  'xgboost-amount'
];

describe('ONNX files of scikit-learn, LightGBM and XGBoost', () => {
  const { server, file, data } = itServes(NAMES, () => foreignModels('small'));

  it('keeps what the file says of itself, and what its importer said', async () => {
    const version = routes.getModelVersion.answer.parse(
      await call(server(), 'GET', '/api/v1/models/lightgbm-classes/versions/1')
    );
    expect(version.signature!.training_frame).toBeNull();
    expect(version.signature!.inputs.map(input => [input.name, input.nullable])).toEqual([
      ['length', false],
      ['width', true],
      ['height', false],
      ['weight', false]
    ]);
    const bundle = routes.getBundle.answer.parse(
      await call(server(), 'GET', `/api/v1/bundles/${version.bundle_digest}`)
    );
    const provenance = bundle.files.find(file => file.path === 'provenance.json')!;
    const kept = await call(server(), 'GET', `/api/v1/blobs/${provenance.sha256}`);
    expect(kept).toMatchObject({ producer: 'OnnxMLTools', licence: 'MIT', file: 'lightgbm-classes.onnx' });
  });

  it('asks for what a file does not say, in the words of the command line', async () => {
    const ended = await slipway([
      'models',
      'import',
      file('sklearn-text'),
      '--name',
      'other',
      '--inputs',
      'a,b',
      '--data',
      data()
    ]);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('takes 1 value in each row, and 2 names were given');
    const names = await slipway(['models', 'import', file('sklearn-boosting'), '--data', data()]);
    expect(names.stderr).toContain('The input "X" takes 4 values in each row, and the file does not name them.');
    expect(names.stderr).toContain('--inputs …,…,…,…');
  });

  it('from a notebook is measured on test rows, so that preflight can compare it with the baselines', async () => {
    process.env['SLIPWAY_URL'] = server().url;
    process.env['SLIPWAY_TOKEN'] = server().token;
    const folder = path.dirname(data());
    const lines = Array.from({ length: 300 }, (_, i) => {
      const [length, weight] = [Math.sin(i * 1.7) * 1.5, (i % 13) / 13];
      return `${length},red,Köln,${weight},${length + 2 > 1.8 ? 'sold' : 'kept'}`;
    });
    writeFileSync(path.join(folder, 'sales.csv'), ['length,colour,shop,weight,outcome', ...lines].join('\n'));
    const sales = await slip.data('sales', path.join(folder, 'sales.csv'));
    const imported = await slip.importOnnx(file('sklearn-categories'), {
      name: 'sales',
      test: sales,
      target: 'outcome'
    });
    expect(imported.version!.headline).toMatchObject({ metric: 'accuracy', baseline: { name: 'majority' } });
    expect(imported.version!.signature!.inputs[0]!.range!.min).toBeLessThan(-1);
    const promoted = await slipway(['promote', 'sales', '--to', 'dev', '--data', data()]);
    expect(promoted.stdout).toMatch(/Better than the baselines: (Better|Not better)/);
    const again = slip.importOnnx(file('sklearn-categories'), { test: sales, target: 'outcom' });
    await expect(again).rejects.toThrow('Did you mean "outcome"?');
  });

  it('is listed beside models of ours, whose evaluation is a page among the artifacts of their run', async () => {
    process.env['SLIPWAY_URL'] = server().url;
    process.env['SLIPWAY_TOKEN'] = server().token;
    const sales = await slip.data('sales', path.join(path.dirname(data()), 'sales.csv'));
    const parts = await sales.split({ by: 'random', test: 0.3 });
    const prep = slip.prep().standardize('length', 'weight');
    const model = await slip.fit(slip.logisticRegression(), { ...parts, prep, target: 'outcome' });
    const page = await eventually('The report', async () => {
      const query = `run_id=${model.runId}&path=evaluation.html`;
      const answer = await fetch(`${server().url}/get-artifact?${query}`, {
        headers: { authorization: `Bearer ${server().token}` }
      });
      return answer.ok ? answer.text() : null;
    });
    expect(page).toBe(model.report().html);
  });
});
