import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BUNDLE_FILES, ModelSignature, ModelTests, MODEL_TESTS_FILE, TestVectors } from '@slipway/contract';
import { buildBundle } from '../bundle/bundle.js';
import { checkParity } from '../bundle/parity.js';
import { images, type ImageFolder } from '../data/images.js';
import { tensors } from '../data/tensors.js';
import { SlipwayError } from '../errors.js';
import { check } from '../model-tests/check.js';
import { test as testBehaviour } from '../model-tests/behaviours.js';
import { cnn } from '../models/cnn.js';
import { mlp } from '../models/mlp.js';
import { boosting, forest, linear, logistic, naiveBayes } from '../models/specs.js';
import { RecordingNotebook } from '../testing/notebook-double.js';
import { fit } from './fit.js';
import { tensorflow } from './tensorflow.js';
import type { TrainedModel } from './trained-model.js';

const SIZE = 16;
let folder: string;
let book: RecordingNotebook;

beforeAll(() => {
  delete process.env['SLIPWAY_URL'];
  process.env['SLIPWAY_BACKEND'] = 'wasm';
  folder = mkdtempSync(path.join(tmpdir(), 'slipway-tensors-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => {
  book = RecordingNotebook.install(folder);
});

/** A white circle or square somewhere on black. */
async function draw(kind: 'circle' | 'square', i: number, file: string): Promise<void> {
  const [size, x, y] = [8 + (i % 4), 2 + ((i * 3) % 5), 2 + ((i * 7) % 5)];
  const shape =
    kind === 'square'
      ? `<rect x="${x}" y="${y}" width="${size}" height="${size}" fill="white"/>`
      : `<circle cx="${x + size / 2}" cy="${y + size / 2}" r="${size / 2}" fill="white"/>`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20"><rect width="20" height="20" fill="rgb(${i},${i % 7},0)"/>${shape}</svg>`;
  mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
  await sharp(Buffer.from(svg)).png().toFile(path.join(folder, file));
}

async function failure(promise: Promise<unknown>): Promise<SlipwayError> {
  const error: unknown = await promise.then(
    () => null,
    (e: unknown) => e
  );
  expect(error).toBeInstanceOf(SlipwayError);
  return error as SlipwayError;
}

const read = <T>(files: ReadonlyMap<string, Uint8Array>, name: string, schema: { parse(value: unknown): T }): T =>
  schema.parse(JSON.parse(new TextDecoder().decode(files.get(name))));

describe('a model of pictures', () => {
  let parts: { train: ImageFolder; test: ImageFolder };
  let model: TrainedModel;

  beforeAll(async () => {
    RecordingNotebook.install(folder);
    for (let i = 0; i < 40; i++) {
      await draw('circle', i, `shapes/circle/${i}.png`);
      await draw('square', i, `shapes/square/${i}.png`);
    }
    const shapes = await images('shapes', 'shapes', { size: [SIZE, SIZE], channels: 1 });
    parts = await shapes.split({ test: 0.25, seed: 3 });
    const small = cnn({ filters: [8], dense: [16] });
    model = await fit(small, { ...parts, epochs: 25, batchSize: 8, learningRate: 0.01, patience: 25 });
  });

  it('learns from the folders, and is judged on the test images beside the majority', () => {
    const { evaluation, labels } = model;
    expect(labels).toEqual(['circle', 'square']);
    expect(evaluation.baselines.map(({ name }) => name)).toEqual(['majority']);
    expect(evaluation.rows).toBe(20);
    expect(evaluation.value).toBeGreaterThan(0.85);
    expect(evaluation.inputs['image']![0]).toHaveLength(SIZE * SIZE);
  });

  it('becomes a bundle that reads pixels from 0 to 255, and says so', async () => {
    const { contents } = await buildBundle('shapes', model);
    const signature = read(contents, BUNDLE_FILES.signature, ModelSignature);
    expect(signature.inputs).toMatchObject([
      { name: 'image', datatype: 'FP32', shape: [-1, SIZE, SIZE, 1], format: 'image', nullable: false }
    ]);
    expect(signature.inputs[0]!.range!.max).toBeGreaterThan(200);
    expect(signature.training_frame!.columns.slice(0, 3).map(({ name, type }) => [name, type])).toEqual([
      ['image', 'tensor'],
      ['file', 'string'],
      ['label', 'string']
    ]);
    const vectors = read(contents, BUNDLE_FILES.testVectors, TestVectors);
    const pixels = vectors.inputs['image']!.flat() as number[];
    expect(pixels.every(Number.isInteger)).toBe(true);
    expect(
      await checkParity(contents.get(BUNDLE_FILES.model)!, signature.inputs, vectors, signature.labels)
    ).toBeLessThan(1e-5);
  });

  it('carries the results of its tests', async () => {
    const { contents } = await buildBundle('shapes', model);
    const tests = read(contents, MODEL_TESTS_FILE, ModelTests);
    const verdicts = Object.fromEntries(tests.results.map(({ id, verdict }) => [id, verdict]));
    expect(verdicts).toMatchObject({
      'no-leakage': 'pass',
      'test-rows-apart': 'pass',
      'inputs-in-range': 'pass',
      learned: 'pass'
    });
    expect(Object.keys(verdicts)).not.toContain('target-ahead');
  });

  it('can be asked for behaviours with a picture file', async () => {
    const bytes = await readFile(path.join(folder, 'shapes/square/1.png'));
    const [file] = (await parts.train.frame.values(['file']))[0]!;
    const label = String(file).split(path.sep)[0]!;
    const report = await testBehaviour(model, {
      'a known picture': { rows: { image: path.join('shapes', String(file)) }, expect: label },
      'the bytes of one': { rows: [{ image: bytes }], expect: { min: 0, max: 1, of: 'square' } }
    });
    expect(report.passed).toBe(true);
    expect(model.behaviours[0]!.inputs['image']![0]).toHaveLength(SIZE * SIZE);
    await expect(testBehaviour(model, { nothing: { rows: { image: 'no.png' }, expect: 'square' } })).rejects.toThrow(
      'There is no picture "no.png"'
    );
  });

  it('is refused when its network reads another shape, or answers other classes', async () => {
    const tf = await tensorflow();
    const network = (size: number, channels: number, units: number) =>
      tf.sequential({
        layers: [
          tf.layers.flatten({ inputShape: [size, size, channels] }),
          tf.layers.dense({ units, activation: 'softmax' })
        ]
      });
    const { message, remedy } = await failure(fit(network(32, 3, 2), parts));
    expect(message).toContain('The model expects 32×32×3; the images are read as 16×16×1.');
    expect(remedy).toBe(
      'Set inputShape: [16, 16, 1] on its first layer, or read the images with { size: [32, 32], channels: 3 }.'
    );
    const units = await failure(fit(network(SIZE, 1, 5), parts));
    expect(units.message).toContain('The model gives 5 numbers per row, but there are 2 classes of "label".');
    expect((await failure(fit(cnn({ filters: [4, 4, 4, 4, 4] }), parts))).message).toContain(
      'cannot be halved 5 times'
    );
  });

  it('is written in ONNX layer by layer, and answers the same; a layer that cannot be trained is named', async () => {
    const tf = await tensorflow();
    const network = (dilationRate: number) =>
      tf.sequential({
        layers: [
          tf.layers.conv2d({ filters: 4, kernelSize: 3, strides: 2, inputShape: [SIZE, SIZE, 1], useBias: false }),
          tf.layers.batchNormalization({}),
          tf.layers.leakyReLU({ alpha: 0.1 }),
          tf.layers.depthwiseConv2d({ kernelSize: 3, padding: 'same' }),
          tf.layers.separableConv2d({ filters: 6, kernelSize: 3, activation: 'relu', name: 'apart' }),
          tf.layers.upSampling2d({ size: [2, 2] }),
          tf.layers.conv2d({ filters: 4, kernelSize: 3, dilationRate, name: 'wide' }),
          tf.layers.averagePooling2d({ poolSize: 2 }),
          tf.layers.globalMaxPooling2d({}),
          tf.layers.dropout({ rate: 0.2 }),
          tf.layers.dense({ units: 1, activation: 'sigmoid' })
        ]
      });
    const trained = await fit(network(1), { ...parts, epochs: 2, batchSize: 16 });
    const { contents } = await buildBundle('deep', trained);
    const signature = read(contents, BUNDLE_FILES.signature, ModelSignature);
    const vectors = read(contents, BUNDLE_FILES.testVectors, TestVectors);
    const graph = contents.get(BUNDLE_FILES.model)!;
    expect(await checkParity(graph, signature.inputs, vectors, signature.labels)).toBeLessThan(1e-5);
    expect((await failure(fit(network(2), parts))).message).toContain('The layer "wide" cannot be trained');
  });

  it('is checked before its training: shape, copies, and whether it learns a few by heart', async () => {
    const report = await check(cnn({ filters: [8], dense: [16] }), parts);
    expect(report.lines.join('\n')).toContain('✓ Shape: 60 training rows of 16×16×1 numbers');
    expect(report.lines.join('\n')).toContain('✓ Learns a few rows');
    expect(report.passed).toBe(true);
  });

  it('is warned of when test images are copies of training images, in another format, too', async () => {
    for (let i = 0; i < 12; i++) {
      const grey = { r: 20 * i, g: 20 * i, b: 20 * i };
      const plain = sharp({ create: { width: 4 + i, height: 9, channels: 3, background: grey } });
      const place = path.join(folder, 'copies', i % 2 ? 'odd' : 'even');
      mkdirSync(place, { recursive: true });
      await plain.png().toFile(path.join(place, `${i}.png`));
      await plain.tiff({ compression: 'none' }).toFile(path.join(place, `${i}.tiff`));
    }
    const copies = await images('copies', 'copies', { size: [4, 4], channels: 1 });
    const split = await copies.split({ test: 0.5, seed: 1 });
    const report = await check(logistic(), split);
    const apart = report.results.find(({ id }) => id === 'test-rows-apart')!;
    expect(apart.verdict).toBe('fail');
    expect(apart.evidence).toMatch(/\d+ of 12 test images .* are copies of training images/);
    expect(book.warnings.join()).toContain('copies of training images');
  });

  it('says of images whose size tells the class that they come from different sources', async () => {
    for (let i = 0; i < 60; i++) {
      const kind = i % 2 ? 'dog' : 'cat';
      mkdirSync(path.join(folder, 'sources', kind), { recursive: true });
      const noise = Uint8Array.from({ length: (i % 2 ? 8 : 6) * 5 }, (_, p) => (p * 37 + i * 11) % 256);
      const raw = { width: i % 2 ? 8 : 6, height: 5, channels: 1 } as const;
      await sharp(noise, { raw })
        .png()
        .toFile(path.join(folder, 'sources', kind, `${i}.png`));
    }
    const split = await (await images('sources', 'sources', { size: [4, 4], channels: 1 })).split({ test: 0.2 });
    const { results } = await check(logistic(), split);
    expect(results.find(({ id }) => id === 'no-leakage')).toMatchObject({
      verdict: 'warn',
      evidence: expect.stringContaining('The size of the image files tells "label"') as string
    });
  });

  it('says so when the size of the images is none, and when columns are given to a network of pictures', async () => {
    const size = [28.5, 0] as unknown as [number, number];
    expect((await failure(images('shapes', 'shapes', { size }))).message).toBe(
      'Images cannot be read as [28.5, 0, 3].\n' +
        'Say height and width in pixels, and 1 or 3 channels: { size: [28, 28], channels: 1 }.'
    );
    const set = await tensors('rows', { values: [[1], [2], [3], [4]], shape: [1], labels: ['a', 'b', 'a', 'b'] });
    const rows = await set.split({ test: 0.5, seed: 1 });
    expect((await failure(fit(cnn(), rows))).message).toContain(
      'slip.cnn() reads pictures; the rows have the shape [1].'
    );
  });

  it('names an image that is gone or broken since it was listed', async () => {
    for (let i = 0; i < 6; i++) {
      await draw('circle', i, `fading/circle/${i}.png`);
      await draw('square', i, `fading/square/${i}.png`);
    }
    const split = await (await images('fading', 'fading', { size: [8, 8], channels: 1 })).split({ test: 0.5 });
    const [file] = (await split.train.frame.values(['file']))[0]!;
    writeFileSync(path.join(folder, 'fading', String(file)), 'text');
    expect((await failure(fit(logistic(), split))).message).toContain(`"${String(file)}" is no picture`);
    rmSync(path.join(folder, 'fading', String(file)));
    expect((await failure(fit(logistic(), split))).code).toBe('DATA_NOT_FOUND');
  });
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
    const { contents } = await buildBundle('trends', model);
    const signature = read(contents, BUNDLE_FILES.signature, ModelSignature);
    expect(signature.inputs).toMatchObject([{ name: 'window', shape: [-1, 6, 2], datatype: 'FP32' }]);
    expect(signature.inputs[0]!.format).toBeUndefined();
    expect(signature.training_frame!.columns.map(({ name, type }) => [name, type])).toEqual([
      ['trend', 'string'],
      ['window', 'tensor']
    ]);
    const vectors = read(contents, BUNDLE_FILES.testVectors, TestVectors);
    expect(
      await checkParity(contents.get(BUNDLE_FILES.model)!, signature.inputs, vectors, signature.labels)
    ).toBeLessThan(1e-5);
  });

  it('may be a forest, boosting or a flat network, which read all numbers of a row', async () => {
    const parts = await (await tensors('trends', windows(80))).split({ test: 0.25, seed: 1 });
    for (const spec of [forest({ trees: 10 }), boosting({ trees: 10 }), logistic(), mlp({ hidden: [8] })]) {
      const model = await fit(spec, { ...parts, epochs: 20, learningRate: 0.02 });
      expect(model.evaluation.value, spec.kind).toBeGreaterThan(0.9);
      const { contents } = await buildBundle('trends', model);
      expect(contents.size).toBeGreaterThan(5);
    }
    const named = fit(boosting({ categorical: ['hour'] }), parts);
    expect((await failure(named)).code).toBe('COLUMN_UNKNOWN');
  });

  it('predicts numbers, split by time where rows have one', async () => {
    const { values, shape } = windows(60);
    const time = Array.from({ length: 60 }, (_, i) => new Date(Date.UTC(2024, 0, 1 + i)));
    const set = await tensors('next', { values, shape, labels: time.map((_, i) => (i % 2 ? 600 : 400) + i / 7), time });
    const { train, test } = await set.split({ test: 0.25 });
    expect(test.frame.lineage.steps.at(-1)).toContain('by time, last part');
    const model = await fit(linear(), { train, test });
    expect(model.labels).toBeNull();
    expect(model.evaluation.metric).toBe('rmse');
    expect(model.evaluation.value).toBeLessThan(model.evaluation.baselines[0]!.value);
  });

  it('takes digits as lists of lists, which services also read from picture files', async () => {
    const digit = (grey: number): number[][][] =>
      Array.from({ length: 4 }, () => Array.from({ length: 4 }, () => [grey]));
    const values = Array.from({ length: 24 }, (_, i) => digit(i % 2 ? 200 + i : i));
    const labels = values.map((_, i) => i % 2);
    const set = await tensors('digits', { values, labels, shape: [4, 4, 1], content: 'pixels' });
    const parts = await set.split({ test: 0.25, seed: 1 });
    const model = await fit(logistic(), parts);
    const { contents } = await buildBundle('digits', model);
    expect(read(contents, BUNDLE_FILES.signature, ModelSignature)).toMatchObject({
      labels: ['0', '1'],
      inputs: [{ name: 'image', shape: [-1, 4, 4, 1], format: 'image' }]
    });
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
    expect(model.report()).toContain('216 test rows');
    expect(model.report()).toContain('The charts show 200 of them.');
  });

  it('is refused where rows, labels and shape do not fit together', async () => {
    const cases: [Parameters<typeof tensors>[1], string][] = [
      [
        { values: new Float32Array(12), shape: [2, 2], labels: ['a', 'b'] },
        '2 labels were given, and 12 numbers, which are 3 rows of 2×2'
      ],
      [
        { values: [[1, 2], [3]], shape: [2], labels: ['a', 'b'] },
        'Row 2 of odd: expected 2 numbers, flat or nested as 2, got 1'
      ],
      [{ values: [[1, NaN]], shape: [2], labels: ['a'] }, 'Row 1 of odd holds NaN, which is no finite number'],
      [{ values: [[300]], shape: [1, 1, 1], labels: ['a'], content: 'pixels' }, 'no pixel from 0 to 255'],
      [
        { values: [[1]], shape: [1], labels: ['a'], content: 'pixels' },
        'Pixels have the shape [height, width, 1 or 3]'
      ],
      [{ values: [[1], [2]], shape: [1], labels: ['a', 2] }, 'The labels of odd are strings and numbers'],
      [{ values: [], shape: [0], labels: [] }, '[0] is no shape of a row'],
      [{ values: [[1]], shape: [1], labels: ['a'], input: 'label' }, 'The input is named "label", the target "label"']
    ];
    for (const [options, message] of cases) expect((await failure(tensors('odd', options))).message).toContain(message);
    await tensors('faint', { values: [[0.5], [1]], shape: [1, 1, 1], labels: ['a', 'b'], content: 'pixels' });
    expect(book.warnings.join()).toContain('The largest pixel of faint is 1: pixels run from 0 to 255.');
  });
});
