import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildBundle } from '../bundle/bundle.js';
import { data, type Split } from '@slipway/frames';
import { SlipwayError } from '@slipway/notebook';
import { mlp } from '../models/mlp.js';
import {
  gradientBoosting,
  randomForest,
  lasso,
  linearRegression,
  logisticRegression,
  naiveBayes,
  kNeighbors,
  linearSvm,
  decisionTree
} from '../models/specs.js';
import { kMeans, pca } from '../models/structure-specs.js';
import { prep } from '../prep/prep.js';
import { run } from '../runs/run.js';
import { RecordingNotebook } from '../../../notebook/testing/notebook-double.js';
import { fit } from './fit.js';
import { tensorflow } from '../backend/load-tfjs.js';

describe('fitting a model', () => {
  let parts: Split;
  let book: RecordingNotebook;

  beforeAll(async () => {
    delete process.env['SLIPWAY_URL'];
    book = RecordingNotebook.install(mkdtempSync(path.join(tmpdir(), 'slipway-fit-')));
    const weather = await data('weather', 'npm:vega-datasets/data/seattle-weather.csv', { time: 'date' });
    const sky = await weather.derive('sky', "case when precipitation > 0 then 'rain' else 'dry' end");
    parts = await (await sky.lead('sky', { as: 'tomorrow' })).split({ by: 'time', test: 0.2 });
  });

  const small = { epochs: 3, batchSize: 64 };
  const columns = (): ReturnType<typeof prep> =>
    prep().standardize('temp_max', 'temp_min', 'wind').impute('wind').oneHot('weather');
  const failure = async (promise: Promise<unknown>): Promise<SlipwayError> => {
    const error: unknown = await promise.then(
      () => null,
      (e: unknown) => e
    );
    expect(error).toBeInstanceOf(SlipwayError);
    return error as SlipwayError;
  };

  it('evaluates on the test rows beside the majority and the persistence baseline', async () => {
    const model = await fit(mlp({ hidden: [8] }), { ...parts, prep: columns(), target: 'tomorrow', ...small });
    const { baselines, rows } = model.evaluation;
    expect(rows).toBe(292);
    expect(baselines.map(b => b.name)).toEqual(['majority', 'persistence']);
    expect(baselines[1]!.value).toBeCloseTo(0.7226, 4);
    expect(model.metrics['accuracy']).toBeGreaterThan(0.5);
    const [low, high] = model.evaluation.interval!;
    expect(low).toBeLessThan(model.evaluation.value);
    expect(high).toBeGreaterThan(model.evaluation.value);
    expect(Object.keys(model.metrics)).toEqual(
      expect.arrayContaining(['balanced_accuracy', 'mcc', 'average_precision', 'brier'])
    );
    expect(model.labels).toEqual(['dry', 'rain']);
  });

  it('fits classical models in the same way, and each of them becomes a bundle', async () => {
    for (const spec of [
      logisticRegression(),
      gradientBoosting({ trees: 10 }),
      linearSvm(),
      naiveBayes(),
      kNeighbors({ k: 9 }),
      decisionTree({ maxDepth: 4 }),
      randomForest({ trees: 10, minSamplesLeaf: 3 })
    ]) {
      const model = await fit(spec, { ...parts, prep: columns(), target: 'tomorrow' });
      expect(model.metrics['accuracy']).toBeGreaterThan(0.68);
      const bundle = await buildBundle(model);
      expect([...bundle.contents.keys()]).toContain('model.onnx');
    }
    for (const spec of [
      linearRegression(),
      lasso({ alpha: 0.05 }),
      kNeighbors(),
      decisionTree({ maxDepth: 4 }),
      randomForest({ trees: 10 })
    ]) {
      const numbers = await fit(spec, { ...parts, prep: columns(), target: 'precipitation' });
      expect(numbers.evaluation.metric).toBe('rmse');
      expect((await buildBundle(numbers)).contents.has('model.onnx')).toBe(true);
    }
  });

  it('puts a seasonal baseline beside the result, and refuses a season that nobody knows yet', async () => {
    const options = { ...parts, prep: columns(), target: 'tomorrow' };
    const model = await fit(logisticRegression(), { ...options, season: 7 });
    const seasonal = model.evaluation.baselines.find(baseline => baseline.name === 'seasonal')!;
    expect(seasonal.description).toBe('tomorrow will be what it was 7 rows before');
    const truth = model.evaluation.truth;
    expect(seasonal.predictions.slice(7)).toEqual(truth.slice(0, -7));
    expect((await failure(fit(logisticRegression(), { ...options, season: 0 }))).message).toContain('at least 1');
  });

  it('finds clusters and components without being told what to predict', async () => {
    const read = prep().standardize('temp_max', 'temp_min');
    const clusters = await fit(kMeans({ k: 3 }), { train: parts.train, test: parts.test, prep: read });
    expect(clusters.sizes.reduce((a, b) => a + b, 0)).toBe(1168);
    expect(clusters.silhouette).toBeGreaterThan(0.3);
    expect(clusters.parts.tests.map(({ id, verdict }) => `${id}: ${verdict}`)).toEqual([
      'no-train-test-overlap: pass',
      'inputs-in-range: pass'
    ]);
    expect(new Set(await clusters.assign(parts.test)).size).toBe(3);
    const components = await fit(pca({ components: 2 }), { train: parts.train, prep: read });
    expect(components.explained[0]).toBeGreaterThan(0.9);
    // Two components of two columns keep everything.
    expect(components.parts.evaluation.value).toBeCloseTo(1, 5);
    expect(await components.transform(parts.test)).toHaveLength(292);
    expect(components.onnx().length).toBeGreaterThan(100);
  });

  it('leaves missing values and categories to boosting, and says so to other models', async () => {
    const train = await parts.train.derive('gust', 'case when wind > 5 then null else wind end');
    const test = await parts.test.derive('gust', 'case when wind > 5 then null else wind end');
    const read = prep().keepMissing('gust').codes('weather').pass('temp_max');
    const options = { train, test, prep: read, target: 'tomorrow' };
    const model = await fit(
      gradientBoosting({ trees: 10, categorical: ['weather'], monotone: { temp_max: 'falling' } }),
      options
    );
    const bundle = await buildBundle(model);
    const signature = JSON.parse(new TextDecoder().decode(bundle.contents.get('signature.json'))) as {
      inputs: { name: string; nullable: boolean }[];
    };
    expect(signature.inputs.map(input => [input.name, input.nullable])).toEqual([
      ['gust', true],
      ['weather', true],
      ['temp_max', false]
    ]);
    expect((await failure(fit(logisticRegression(), options))).message).toContain('keeps missing values ("gust")');
    expect((await failure(fit(gradientBoosting({ categorical: ['temp_max'] }), options))).message).toContain(
      'prep.codes("temp_max")'
    );
    expect((await failure(fit(gradientBoosting({ monotone: { temp: 'rising' } }), options))).code).toBe(
      'COLUMN_UNKNOWN'
    );
  });

  it('stops boosting early, logs the validation curve and names the best round', async () => {
    book.records.length = 0;
    const spec = gradientBoosting({ trees: 300, learningRate: 0.3, earlyStopping: true, nIterNoChange: 4 });
    const { model } = await run('early', () => fit(spec, { ...parts, prep: columns(), target: 'tomorrow' }));
    const logged = book.records.flatMap(r => (r.type === 'run.logged' ? r.metrics : []));
    const curve = logged.filter(m => m.key === 'val_loss').map(m => Number(m.value));
    expect(curve.length).toBeLessThan(300);
    const best = curve.indexOf(Math.min(...curve)) + 1;
    expect(best).toBe(curve.length - 4);
    expect(logged.find(m => m.key === 'best_iteration')?.value).toBe(best);
    expect(model!.estimator.description).toContain(`the best of ${curve.length} by validation loss`);
    expect(book.shown.map(shown => String(shown['text/plain'])).join('\n')).toContain(`the best is round ${best}`);
  });

  it('refuses settings of early stopping that say nothing', () => {
    expect(() => gradientBoosting({ nIterNoChange: 5 })).toThrow('nIterNoChange has no effect without earlyStopping');
    expect(() => gradientBoosting({ earlyStopping: true, validationFraction: 1 })).toThrow('must be between 0 and 1');
    expect(() => gradientBoosting({ earlyStopping: true, nIterNoChange: 0 })).toThrow('at least 1');
    expect(() => gradientBoosting({ earlyStopping: true, tol: -1 })).toThrow('at least 0');
  });

  it('says which model suits the target', async () => {
    const classes = await failure(fit(linearRegression(), { ...parts, prep: columns(), target: 'tomorrow' }));
    expect(classes.code).toBe('MODEL_MISMATCH');
    expect(classes.message).toContain('Use slip.logisticRegression()');
    const numbers = await failure(fit(logisticRegression(), { ...parts, prep: columns(), target: 'precipitation' }));
    expect(numbers.message).toContain('Use slip.linearRegression(), slip.randomForest() or slip.gradientBoosting().');
  });

  it('gives the same bundle digest for the same seed and another for another', async () => {
    const digest = async (seed: number): Promise<string> => {
      const model = await fit(mlp({ hidden: [8], dropout: 0.1 }), {
        ...parts,
        prep: columns(),
        target: 'tomorrow',
        ...small,
        seed
      });
      return (await buildBundle(model)).digest;
    };
    const first = await digest(5);
    expect(await digest(5)).toBe(first);
    expect(await digest(6)).not.toBe(first);
  });

  it('logs loss, parameters, inputs and the end of the run without a word from the user', async () => {
    book.records.length = 0;
    const finished = await run('rain', () =>
      fit(mlp({ hidden: [4] }), { ...parts, prep: columns(), target: 'tomorrow', ...small })
    );
    const types = book.records.map(r => r.type);
    expect(types[0]).toBe('run.started');
    expect(types.at(-1)).toBe('run.finished');
    const logged = book.records.flatMap(r => (r.type === 'run.logged' ? r.metrics : []));
    expect(logged.filter(m => m.key === 'val_loss').map(m => m.step)).toEqual([0, 1, 2]);
    expect(logged.map(m => m.key)).toContain('baseline.persistence.accuracy');
    const params = book.records.flatMap(r => (r.type === 'run.logged' ? r.params : [])).map(p => p.key);
    expect(params).toEqual(expect.arrayContaining(['epochs', 'optimizer', 'target', 'backend', 'seed']));
    expect(finished.model?.runId).toBe(finished.id);
  });

  it('logs plain model.fit inside a run, too', async () => {
    const tf = await tensorflow();
    book.records.length = 0;
    await run('plain', async () => {
      const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] });
      model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
      await model.fit(tf.tensor2d([[1], [2]]), tf.tensor2d([[2], [4]]), { epochs: 2, verbose: 0 });
    });
    const logged = book.records.flatMap(r => (r.type === 'run.logged' ? r.metrics : []));
    expect(logged.map(m => [m.key, m.step])).toEqual([
      ['loss', 0],
      ['loss', 1]
    ]);
  });

  it('marks the run failed with the error when its body throws, and throws the error on', async () => {
    book.records.length = 0;
    await expect(run('bad', () => Promise.reject(new TypeError('no such thing')))).rejects.toThrow('no such thing');
    const end = book.records.find(r => r.type === 'run.finished');
    expect(end).toMatchObject({ status: 'FAILED', failure: { message: 'TypeError: no such thing', cell_order: 1 } });
  });

  it('suggests the target that was meant', async () => {
    const error = await failure(fit(mlp({ hidden: [4] }), { ...parts, prep: columns(), target: 'tomorow', ...small }));
    expect(error.code).toBe('COLUMN_UNKNOWN');
    expect(error.message).toContain('Did you mean "tomorrow"?');
  });

  it('counts rows whose target is missing', async () => {
    const train = await parts.train.derive('gap', 'case when wind > 5 then null else tomorrow end');
    const test = await parts.test.derive('gap', 'case when wind > 5 then null else tomorrow end');
    const error = await failure(fit(mlp({ hidden: [4] }), { train, test, prep: columns(), target: 'gap', ...small }));
    expect(error.code).toBe('TARGET_MISSING');
    expect(error.message).toMatch(/missing in \d+ of 1168 training rows/);
  });

  it('refuses a prep that reads the target', async () => {
    const error = await failure(
      fit(mlp({ hidden: [4] }), { ...parts, prep: columns().oneHot('tomorrow'), target: 'tomorrow', ...small })
    );
    expect(error.code).toBe('OPTION_INVALID');
  });

  it('says both widths when a network does not fit the prep', async () => {
    const tf = await tensorflow();
    const network = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [5], activation: 'softmax' })] });
    const error = await failure(fit(network, { ...parts, prep: columns(), target: 'tomorrow', ...small }));
    expect(error.code).toBe('MODEL_MISMATCH');
    expect(error.message).toContain('the prep gives 8 numbers per row');
  });

  it('refuses a missing value in a column that is not imputed', async () => {
    const train = await parts.train.derive('wind', 'case when wind > 8 then null else wind end');
    const error = await failure(
      fit(mlp({ hidden: [4] }), {
        train,
        test: parts.test,
        prep: prep().standardize('wind'),
        target: 'tomorrow',
        ...small
      })
    );
    expect(error.code).toBe('COLUMN_TYPE');
    expect(error.message).toContain('.impute("wind")');
  });
});
