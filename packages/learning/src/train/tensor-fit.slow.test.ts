import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BUNDLE_FILES, ModelSignature, TestVectors } from '@slipway/contract';
import { buildBundle } from '../bundle/bundle.js';
import { checkParity } from '../bundle/parity.js';
import { data } from '@slipway/frames';
import type { TensorOptions } from '../tensors/tensor-options.js';
import { tensors } from '../tensors/tensors.js';
import type { SlipwayError } from '@slipway/notebook';
import { mlp } from '../models/mlp.js';
import { gradientBoosting, randomForest, linearRegression, logisticRegression, naiveBayes } from '../models/specs.js';
import { readBundleFile } from '../../testing/bundle-files.js';
import { failureOf } from '../../../notebook/testing/failures.js';
import { RecordingNotebook } from '../../../notebook/testing/notebook-double.js';
import { fit } from './fit.js';
import { tensorflow } from '../backend/load-tfjs.js';

let folder: string;
let book: RecordingNotebook;

beforeAll(() => {
  delete process.env['SLIPWAY_URL'];
  folder = mkdtempSync(path.join(tmpdir(), 'slipway-tensors-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => {
  book = RecordingNotebook.install(folder);
});

describe('a model of arrays', () => {
  /** Rising and falling windows of two features on different scales. */
  const windows = (count: number) => {
    const steps = 6;
    const values = new Float32Array(count * steps * 2);
    const labels: string[] = [];
    for (let row = 0; row < count; row++) {
      const slope = row % 2 ? 1 : -1;
      labels.push(slope > 0 ? 'rising' : 'falling');
      for (let step = 0; step < steps; step++) {
        values[(row * steps + step) * 2] = 500 + slope * step * 20 + ((row * 13) % 17);
        values[(row * steps + step) * 2 + 1] = Math.sin(row * 3 + step) / 1000;
      }
    }
    return { values, labels, shape: [steps, 2] };
  };

  it('learns windows of a series with an LSTM, standardized inside the exported graph', async () => {
    const set = await tensors('trends', { ...windows(80), target: 'trend', input: 'window' });
    expect(set.count).toBe(80);
    expect([...(await set.read())]).toEqual([...windows(80).values]);
    const parts = await set.split({ test: 0.25, seed: 1 });
    expect([parts.train.count, parts.test.count]).toEqual([60, 20]);
    const tf = await tensorflow();
    const network = tf.sequential({
      layers: [
        tf.layers.lstm({
          units: 6,
          inputShape: [6, 2],
          kernelInitializer: tf.initializers.glorotUniform({ seed: 1 }),
          recurrentInitializer: tf.initializers.glorotUniform({ seed: 2 })
        }),
        tf.layers.dense({ units: 2, activation: 'softmax' })
      ]
    });
    const model = await fit(network, { ...parts, epochs: 15, batchSize: 8, learningRate: 0.03 });
    expect(model.evaluation.value).toBeGreaterThan(0.9);
    const { contents } = await buildBundle(model);
    const signature = readBundleFile(contents, BUNDLE_FILES.signature, ModelSignature);
    expect(signature.inputs).toMatchObject([{ name: 'window', shape: [-1, 6, 2], datatype: 'FP32' }]);
    expect(signature.inputs[0]!.format).toBeUndefined();
    expect(signature.training_frame!.columns.map(({ name, type }) => [name, type])).toEqual([
      ['trend', 'string'],
      ['window', 'tensor']
    ]);
    const vectors = readBundleFile(contents, BUNDLE_FILES.testVectors, TestVectors);
    expect(
      await checkParity(contents.get(BUNDLE_FILES.model)!, signature.inputs, vectors, signature.labels)
    ).toBeLessThan(1e-5);
  });

  it('may be a forest, boosting or a flat network, which read all numbers of a row', async () => {
    const parts = await (await tensors('trends', windows(80))).split({ test: 0.25, seed: 1 });
    for (const spec of [
      randomForest({ trees: 10 }),
      gradientBoosting({ trees: 10 }),
      logisticRegression(),
      mlp({ hidden: [8] })
    ]) {
      const model = await fit(spec, { ...parts, epochs: 20, learningRate: 0.02 });
      expect(model.evaluation.value, spec.kind).toBeGreaterThan(0.9);
      const { contents } = await buildBundle(model);
      expect(contents.size).toBeGreaterThan(5);
    }
    const named = fit(gradientBoosting({ categorical: ['hour'] }), parts);
    expect((await failureOf(named)).code).toBe('COLUMN_UNKNOWN');
  });

  it('predicts numbers, split by time where rows have one', async () => {
    const { values, shape } = windows(60);
    const time = Array.from({ length: 60 }, (_, i) => new Date(Date.UTC(2024, 0, 1 + i)));
    const set = await tensors('next', { values, shape, labels: time.map((_, i) => (i % 2 ? 600 : 400) + i / 7), time });
    const { train, test } = await set.split({ test: 0.25 });
    expect(test.frame.lineage.steps.at(-1)).toContain('by time, last part');
    const model = await fit(linearRegression(), { train, test });
    expect(model.labels).toBeNull();
    expect(model.evaluation.metric).toBe('rmse');
    expect(model.evaluation.value).toBeLessThan(model.evaluation.baselines[0]!.value);
  });

  it('takes digits as lists of lists, which services also read from image files', async () => {
    const digit = (gray: number): number[][][] =>
      Array.from({ length: 4 }, () => Array.from({ length: 4 }, () => [gray]));
    const values = Array.from({ length: 24 }, (_, i) => digit(i % 2 ? 200 + i : i));
    const labels = values.map((_, i) => i % 2);
    const set = await tensors('digits', { values, labels, shape: [4, 4, 1], content: 'pixels' });
    const parts = await set.split({ test: 0.25, seed: 1 });
    const model = await fit(logisticRegression(), parts);
    const { contents } = await buildBundle(model);
    expect(readBundleFile(contents, BUNDLE_FILES.signature, ModelSignature)).toMatchObject({
      labels: ['0', '1'],
      inputs: [{ name: 'image', shape: [-1, 4, 4, 1], format: 'image' }]
    });
  });

  it('may come from a column of lists, as Parquet files have them', async () => {
    const { values, labels, shape } = windows(40);
    const lines = labels.map((trend, row) =>
      JSON.stringify({ trend, window: Array.from(values.subarray(row * 12, (row + 1) * 12)), row })
    );
    writeFileSync(path.join(folder, 'windows.json'), lines.join('\n'));
    const frame = await data('windows', 'windows.json');
    expect(frame.column('window').type).toBe('tensor');
    const set = await tensors(frame, { column: 'window', target: 'trend', shape });
    expect([...(await set.read())]).toEqual([...values]);
    const model = await fit(logisticRegression(), await set.split({ test: 0.25, seed: 1 }));
    expect(model.evaluation.value).toBe(1);
    expect(model.parts.prep.names).toEqual(['window']);
    const refused = (options: object): Promise<SlipwayError> =>
      failureOf(tensors(frame, { column: 'window', target: 'trend', shape, ...options }));
    expect((await refused({ shape: [5, 2] })).message).toContain(
      '40 of 40 rows of "window" are not 5×2 finite numbers'
    );
    expect((await refused({ column: 'row' })).message).toContain('"row" of windows holds no lists of numbers.');
    expect((await refused({ column: 'windw' })).code).toBe('COLUMN_UNKNOWN');
    expect((await refused({ shape: [2, 6, 1], content: 'pixels' })).message).toContain('are not 2×6×1 pixels');
  });

  it('keeps a sample of many test rows that are large, taken evenly, and says so', async () => {
    const [count, width] = [240, 20_000];
    const values = new Uint8Array(count * width);
    for (let i = 0; i < values.length; i++) {
      const row = Math.floor(i / width);
      values[i] = ((i * 7919) % 90) + (row % 2 ? 100 : 0) + (row % 50);
    }
    const labels = Array.from({ length: count }, (_, row) => (row % 2 ? 'light' : 'dark'));
    const set = await tensors('large', { values, shape: [100, 200, 1], labels, content: 'pixels' });
    const model = await fit(naiveBayes(), await set.split({ test: 0.9, seed: 1 }));
    const { evaluation } = model;
    expect([evaluation.rows, evaluation.test_rows]).toEqual([200, 216]);
    expect(evaluation.truth).toHaveLength(200);
    expect(evaluation.baselines[0]!.predictions).toHaveLength(200);
    expect(new Set(evaluation.truth)).toEqual(new Set(['light', 'dark']));
    expect(model.parts.testVectors.rows).toBe(12);
    expect(model.report().html).toContain('216 test rows');
    expect(model.report().html).toContain('The charts show 200 of them.');
  });

  it('is refused where rows, labels and shape do not fit together', async () => {
    const cases: [TensorOptions, string][] = [
      [
        { values: new Float32Array(12), shape: [2, 2], labels: ['a', 'b'] },
        '2 labels were given, and 12 numbers, which are 3 rows of 2×2'
      ],
      [
        { values: [[1, 2], [3]], shape: [2], labels: ['a', 'b'] },
        'Row 2 of odd: expected 2 numbers, flat or nested as 2, got 1'
      ],
      [{ values: [[1, NaN]], shape: [2], labels: ['a'] }, 'Row 1 of odd holds NaN, which is not a finite number'],
      [{ values: [[300]], shape: [1, 1, 1], labels: ['a'], content: 'pixels' }, 'not a pixel from 0 to 255'],
      [
        { values: [[1]], shape: [1], labels: ['a'], content: 'pixels' },
        'Pixels have the shape [height, width, 1 or 3]'
      ],
      [{ values: [[1], [2]], shape: [1], labels: ['a', 2] }, 'The labels of odd are strings and numbers'],
      [{ values: [], shape: [0], labels: [] }, '[0] is not a valid shape of a row'],
      [{ values: [[1]], shape: [1], labels: ['a'], input: 'label' }, 'The input is named "label", the target "label"']
    ];
    for (const [options, message] of cases) {
      expect((await failureOf(tensors('odd', options))).message).toContain(message);
    }
    await tensors('faint', { values: [[0.5], [1]], shape: [1, 1, 1], labels: ['a', 'b'], content: 'pixels' });
    expect(book.warnings.join()).toContain('The largest pixel of faint is 1: pixels run from 0 to 255.');
  });
});
