import { rm } from 'node:fs/promises';
import path from 'node:path';
import {
  BUNDLE_FILES,
  Evaluation,
  MODEL_TESTS,
  MODEL_TESTS_FILE,
  ModelSignature,
  ModelTests,
  PREFLIGHT_CHECKS,
  TestVectors,
  type PreflightCheck
} from '@slipway/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { buildBundle } from '../../packages/learning/dist/bundle/bundle.js';
import { data, fit, mlp, prep, testBehavior, TrainedModel } from '../../kernel-lib/dist/index.js';
import type { NetworkEstimator } from '../../packages/learning/dist/models/network.js';
import { LocalPreflight } from '../../server/dist/delivery/preflight/runner.js';
import type { PromotionSubject } from '../../server/dist/delivery/releases/ports.js';
import { MemoryBundle, type Files } from './memory-bundle.js';
import { freshFolder } from '../product/slipway.js';

describe('preflight', () => {
  let folder: string;
  let trained: TrainedModel;
  let good: Files;

  beforeAll(async () => {
    delete process.env['SLIPWAY_URL'];
    folder = await freshFolder();
    // What the library records here is for nobody else.
    process.env['SLIPWAY_DATA'] = path.join(folder, '.slipway');
    // The night temperature predicts the day: better than any baseline, and plausible.
    const weather = await data('weather', 'npm:vega-datasets/data/seattle-weather.csv', { time: 'date' });
    const sky = await weather.derive('sky', "case when temp_max > 16 then 'warm' else 'cold' end");
    const parts = await sky.split({ by: 'time', test: 0.2 });
    trained = await fit(mlp({ hidden: [8] }), {
      ...parts,
      target: 'sky',
      prep: prep()
        .impute('precipitation')
        .log1p('precipitation')
        .standardize('precipitation', 'temp_min')
        .oneHot('weather'),
      epochs: 15
    });
    await testBehavior(trained, {
      'frost is cold': { rows: { precipitation: 0, temp_min: -10, weather: 'snow' }, expect: 'cold' },
      'a warmer night is a warmer day': { vary: 'temp_min', by: 5, expect: 'rises', of: 'warm' }
    });
    good = new Map((await buildBundle(trained)).contents);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const parse = <S extends z.ZodType>(files: Files, name: string, schema: S): z.output<S> =>
    schema.parse(JSON.parse(Buffer.from(files.get(name)!).toString('utf8')));

  /** The good bundle with one JSON file changed. */
  const changed = <S extends z.ZodType>(name: string, schema: S, change: (value: z.output<S>) => unknown): Files => {
    const value = change(parse(good, name, schema));
    return new Map(good).set(name, Buffer.from(JSON.stringify(value)));
  };

  const examine = async (files: Files): Promise<Record<string, PreflightCheck>> => {
    const subject: PromotionSubject = {
      model: 'sky',
      version: 1,
      environment: 'production',
      service: 'sky',
      signature: parse(files, BUNDLE_FILES.signature, ModelSignature),
      bundle: new MemoryBundle('a'.repeat(64), files)
    };
    const steps: string[] = [];
    const checks = await new LocalPreflight(folder).run(
      subject,
      step => steps.push(step),
      new AbortController().signal
    );
    expect(checks.map(check => check.id)).toEqual([...PREFLIGHT_CHECKS]);
    expect(steps).toHaveLength(PREFLIGHT_CHECKS.length);
    return Object.fromEntries(checks.map(check => [check.id, check]));
  };

  it('passes a clean bundle on every check, with numbers as evidence', async () => {
    const checks = await examine(good);
    const verdicts = Object.values(checks).map(check => `${check.id}: ${check.verdict}`);
    const expected = PREFLIGHT_CHECKS.map(id => `${id}: pass`);
    expect(verdicts).toEqual(expected);
    expect(checks['behaviors']!.evidence).toBe('2 behaviors, 65 claims that all hold on the exported graph.');
    expect(checks['loss-below-constant']!.evidence).toMatch(
      /^log loss 0\.\d+ on \d+ training rows \(accuracy 9\S+ %\); the best constant answer has 0\.6/
    );
    expect(checks['better-than-baseline']!.evidence).toMatch(
      /^Better: accuracy \S+ against 0\.373 of majority .*292 test rows, p < \.001/
    );
    expect(checks['onnx-equals-model']!.evidence).toMatch(/^64 recorded rows: .*, all labels the same\.$/);
  });

  it('finds an input that the training frame lacks', async () => {
    const files = changed(BUNDLE_FILES.signature, ModelSignature, signature => ({
      ...signature,
      training_frame: {
        ...signature.training_frame,
        columns: signature.training_frame!.columns.filter(column => column.name !== 'precipitation')
      }
    }));
    const check = (await examine(files))['signature-matches-frame']!;
    expect(check.verdict).toBe('fail');
    expect(check.evidence).toContain('The input "precipitation" is not a column of the training frame');
    expect(check.remedy).not.toBeNull();
  });

  it('finds labels that are other ones than were recorded', async () => {
    const files = changed(BUNDLE_FILES.testVectors, TestVectors, vectors => ({
      ...vectors,
      labels: vectors.labels!.map((label, row) => (row === 7 ? (label === 'cold' ? 'warm' : 'cold') : label))
    }));
    const checks = await examine(files);
    const evidence =
      /64 recorded rows: largest relative difference .*, one other label, the first in row 7 where it was/;
    for (const id of ['onnx-equals-model', 'service-replay'] as const) {
      expect(checks[id]!.verdict).toBe('fail');
      expect(checks[id]!.evidence).toMatch(evidence);
    }
  });

  it('does not take vectors without numbers and labels for a proof', async () => {
    const files = changed(BUNDLE_FILES.testVectors, TestVectors, ({ rows, inputs }) => ({ rows, inputs, outputs: {} }));
    const checks = await examine(files);
    expect(checks['onnx-equals-model']).toMatchObject({
      verdict: 'warn',
      evidence: '64 recorded rows: nothing was recorded to compare.'
    });
    expect(checks['service-replay']!.verdict).toBe('warn');
  });

  it('finds an export that computes something other than the notebook', async () => {
    const files = changed(BUNDLE_FILES.testVectors, TestVectors, vectors => ({
      ...vectors,
      outputs: {
        probabilities: {
          ...vectors.outputs['probabilities']!,
          data: vectors.outputs['probabilities']!.data.map((p, i) => (i === 5 ? p + 0.01 : p))
        }
      }
    }));
    const checks = await examine(files);
    expect(checks['onnx-equals-model']).toMatchObject({ verdict: 'fail' });
    expect(checks['onnx-equals-model']!.evidence).toMatch(/difference (9\.\de-3|1\.0e-2) \(allowed/);
    expect(checks['service-replay']!.verdict).toBe('fail');
  });

  it('finds a model that a baseline beats', async () => {
    const files = changed(BUNDLE_FILES.evaluation, Evaluation, evaluation => ({
      ...evaluation,
      baselines: [{ name: 'persistence', description: 'tomorrow as today', value: 1, predictions: evaluation.truth }]
    }));
    const check = (await examine(files))['better-than-baseline']!;
    expect(check.verdict).toBe('fail');
    expect(check.evidence).toContain('Not better');
    expect(check.remedy).toContain('persistence');
  });

  it('checks the behaviors on the graph itself, and names the one that fails', async () => {
    const files = changed(MODEL_TESTS_FILE, ModelTests, tests => ({
      ...tests,
      behaviors: tests.behaviors.map(behavior =>
        behavior.name === 'frost is cold' ? { ...behavior, claims: [{ row: 0, label: 'warm' }] } : behavior
      )
    }));
    const check = (await examine(files))['behaviors']!;
    expect(check.verdict).toBe('fail');
    expect(check.evidence).toBe('Broken: "frost is cold" in 1 of 1 (of 2 behaviors).');
    expect(check.remedy).not.toBeNull();
  });

  it('shows the results of the model tests, and accepts a bundle without them', async () => {
    const leaked = changed(MODEL_TESTS_FILE, ModelTests, tests => ({
      ...tests,
      results: [{ id: 'no-leakage', verdict: 'fail', evidence: '"id" is the target.', remedy: 'Leave it out.' }]
    }));
    const checks = await examine(leaked);
    expect(checks['no-leakage']).toMatchObject({
      verdict: 'fail',
      evidence: '"id" is the target.',
      remedy: 'Leave it out.'
    });
    expect(checks['loss-below-constant']!.verdict).toBe('not_applicable');
    const without = new Map(good);
    without.delete(MODEL_TESTS_FILE);
    const verdicts = MODEL_TESTS.map(id => id as string).concat('behaviors');
    const others = await examine(without);
    expect(verdicts.map(id => others[id]!.verdict)).toEqual(verdicts.map(() => 'not_applicable'));
  });

  it('warns of an improvement that may be due to chance', async () => {
    const { parts } = trained;
    const { inputs, rows, truth } = parts.evaluation;
    const columns = parts.prep.names.map(name => inputs[name]!);
    const p = parts.estimator.predict(parts.prep.transformColumns(columns, rows, 'test'), parts.prep.width);
    const ours = truth.map((_, row) => parts.labels![p[row * 2 + 1]! > p[row * 2]! ? 1 : 0]!);
    // Wrong on three rows only, where the model is right: too few to be sure.
    const lost = ours.flatMap((label, row) => (label === truth[row] ? [row] : [])).slice(0, 3);
    const predictions = ours.map((label, row) => (lost.includes(row) ? 'other' : label));
    const files = changed(BUNDLE_FILES.evaluation, Evaluation, evaluation => ({
      ...evaluation,
      baselines: [{ name: 'majority', description: 'nearly the same', value: 0.89, predictions }]
    }));
    const check = (await examine(files))['better-than-baseline']!;
    expect(check.verdict).toBe('warn');
    expect(check.evidence).toContain('p = 0.25');
  });

  it('finds a network whose output never changes', async () => {
    const { network } = trained.estimator as NetworkEstimator;
    const before = network.getWeights().map(w => w.clone());
    try {
      network.setWeights(network.getWeights().map(w => w.mul(0)));
      // Its own test vectors are recreated, so that only the constant output is wrong.
      const bundle = await buildBundle(new TrainedModel({ ...trained.parts, testVectors: constantVectors() }));
      const checks = await examine(new Map(bundle.contents));
      expect(checks['onnx-equals-model']!.verdict).toBe('pass');
      expect(checks['output-not-constant']!.verdict).toBe('fail');
      expect(checks['output-not-constant']!.evidence).toContain('from 0.5 to 0.5');
    } finally {
      network.setWeights(before);
    }
  });

  const constantVectors = (): TestVectors => ({
    ...trained.parts.testVectors,
    outputs: {
      probabilities: {
        ...trained.parts.testVectors.outputs['probabilities']!,
        data: trained.parts.testVectors.outputs['probabilities']!.data.map(() => 0.5)
      }
    }
  });

  it('reports a graph that cannot be loaded as failed checks, and rejects nothing', async () => {
    const files = new Map(good).set(BUNDLE_FILES.model, Buffer.from('this is no graph'));
    const checks = await examine(files);
    expect(checks['onnx-equals-model']!.verdict).toBe('fail');
    expect(checks['service-replay']!.evidence).toContain('The check could not be run');
    for (const check of Object.values(checks)) {
      expect(check.evidence).not.toContain(folder);
    }
  });
});
