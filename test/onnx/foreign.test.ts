import { describe, expect, it } from 'vitest';
import { routes } from '@slipway/contract';
import { call, slipway } from '../server/slipway-process.js';
import { itServes } from './foreign-serving.js';

/** As many as the time of all tests allows; foreign.long.ts takes all. */
const NAMES = ['sklearn-categories', 'sklearn-text', 'sklearn-codes', 'lightgbm-classes', 'xgboost-amount'];

describe('ONNX files of scikit-learn, LightGBM and XGBoost', () => {
  const { server, file, data } = itServes(NAMES, 'small');

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
    expect(ended.stderr).toContain('takes 1 values in each row, and 2 names were given');
    const names = await slipway(['import', file('sklearn-boosting'), '--data', data()]);
    expect(names.stderr).toContain('The input "X" takes 4 values in each row, and the file does not name them.');
    expect(names.stderr).toContain('--inputs …,…,…,…');
  });
});
