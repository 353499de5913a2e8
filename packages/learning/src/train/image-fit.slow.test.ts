import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BUNDLE_FILES, ModelSignature, ModelTests, MODEL_TESTS_FILE, TestVectors } from '@slipway/contract';
import { buildBundle } from '../bundle/bundle.js';
import { checkParity } from '../bundle/parity.js';
import { images, type ImageFolder } from '../tensors/images.js';
import { tensors } from '../tensors/tensors.js';
import { checkData } from '../model-tests/check.js';
import { testBehavior } from '../model-tests/behaviors.js';
import { cnn } from '../models/cnn.js';
import { logisticRegression } from '../models/specs.js';
import { readBundleFile } from '../../testing/bundle-files.js';
import { failureOf } from '../../../notebook/testing/failures.js';
import { RecordingNotebook } from '../../../notebook/testing/notebook-double.js';
import { fit } from './fit.js';
import { tensorflow } from '../backend/load-tfjs.js';
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

describe('a model of images', () => {
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
    const { contents } = await buildBundle(model);
    const signature = readBundleFile(contents, BUNDLE_FILES.signature, ModelSignature);
    expect(signature.inputs).toMatchObject([
      { name: 'image', datatype: 'FP32', shape: [-1, SIZE, SIZE, 1], format: 'image', nullable: false }
    ]);
    expect(signature.inputs[0]!.range!.max).toBeGreaterThan(200);
    expect(signature.training_frame!.columns.slice(0, 3).map(({ name, type }) => [name, type])).toEqual([
      ['image', 'tensor'],
      ['file', 'string'],
      ['label', 'string']
    ]);
    const vectors = readBundleFile(contents, BUNDLE_FILES.testVectors, TestVectors);
    const pixels = vectors.inputs['image']!.flat() as number[];
    expect(pixels.every(Number.isInteger)).toBe(true);
    expect(
      await checkParity(contents.get(BUNDLE_FILES.model)!, signature.inputs, vectors, signature.labels)
    ).toBeLessThan(1e-5);
  });

  it('carries the results of its tests', async () => {
    const { contents } = await buildBundle(model);
    const tests = readBundleFile(contents, MODEL_TESTS_FILE, ModelTests);
    const verdicts = Object.fromEntries(tests.results.map(({ id, verdict }) => [id, verdict]));
    expect(verdicts).toMatchObject({
      'no-leakage': 'pass',
      'no-train-test-overlap': 'pass',
      'inputs-in-range': 'pass',
      'loss-below-constant': 'pass'
    });
    expect(Object.keys(verdicts)).not.toContain('no-future-leak');
  });

  it('can be asked for behaviors with an image file', async () => {
    const bytes = await readFile(path.join(folder, 'shapes/square/1.png'));
    const [file] = (await parts.train.frame.values(['file']))[0]!;
    const label = String(file).split(path.sep)[0]!;
    const report = await testBehavior(model, {
      'a known image': { rows: { image: path.join('shapes', String(file)) }, expect: label },
      'the bytes of one': { rows: [{ image: bytes }], expect: { min: 0, max: 1, of: 'square' } }
    });
    expect(report.passed).toBe(true);
    expect(model.behaviors[0]!.inputs['image']![0]).toHaveLength(SIZE * SIZE);
    await expect(testBehavior(model, { nothing: { rows: { image: 'no.png' }, expect: 'square' } })).rejects.toThrow(
      'There is no image "no.png"'
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
    const { message, remedy } = await failureOf(fit(network(32, 3, 2), parts));
    expect(message).toContain('The model expects 32×32×3; the images are read as 16×16×1.');
    expect(remedy).toBe(
      'Set inputShape: [16, 16, 1] on its first layer, or read the images with { size: [32, 32], channels: 3 }.'
    );
    const units = await failureOf(fit(network(SIZE, 1, 5), parts));
    expect(units.message).toContain('The model gives 5 numbers per row, but there are 2 classes of "label".');
    expect((await failureOf(fit(cnn({ filters: [4, 4, 4, 4, 4] }), parts))).message).toContain(
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
    const { contents } = await buildBundle(trained);
    const signature = readBundleFile(contents, BUNDLE_FILES.signature, ModelSignature);
    const vectors = readBundleFile(contents, BUNDLE_FILES.testVectors, TestVectors);
    const graph = contents.get(BUNDLE_FILES.model)!;
    expect(await checkParity(graph, signature.inputs, vectors, signature.labels)).toBeLessThan(1e-5);
    expect((await failureOf(fit(network(2), parts))).message).toContain('The layer "wide" cannot be trained');
  });

  it('is checked before its training: shape, copies, and whether it overfits a small batch', async () => {
    const report = await checkData(cnn({ filters: [8], dense: [16] }), parts);
    expect(report.lines.join('\n')).toContain('✓ Shape: 60 training rows of 16×16×1 numbers');
    expect(report.lines.join('\n')).toContain('✓ Learns a few rows');
    expect(report.passed).toBe(true);
  });

  it('is warned of when test images are copies of training images, in another format, too', async () => {
    for (let i = 0; i < 12; i++) {
      const gray = { r: 20 * i, g: 20 * i, b: 20 * i };
      const plain = sharp({ create: { width: 4 + i, height: 9, channels: 3, background: gray } });
      const place = path.join(folder, 'copies', i % 2 ? 'odd' : 'even');
      mkdirSync(place, { recursive: true });
      await plain.png().toFile(path.join(place, `${i}.png`));
      await plain.tiff({ compression: 'none' }).toFile(path.join(place, `${i}.tiff`));
    }
    const copies = await images('copies', 'copies', { size: [4, 4], channels: 1 });
    const split = await copies.split({ test: 0.5, seed: 1 });
    const report = await checkData(logisticRegression(), split);
    const apart = report.results.find(({ id }) => id === 'no-train-test-overlap')!;
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
    const { results } = await checkData(logisticRegression(), split);
    expect(results.find(({ id }) => id === 'no-leakage')).toMatchObject({
      verdict: 'warn',
      evidence: expect.stringContaining('The size of the image files tells "label"') as string
    });
  });

  it('says so when the size of the images is invalid, and when columns are given to a network of images', async () => {
    const size = [28.5, 0] as unknown as [number, number];
    expect((await failureOf(images('shapes', 'shapes', { size }))).message).toBe(
      'Images cannot be read as [28.5, 0, 3].\n' +
        'Say height and width in pixels, and 1 or 3 channels: { size: [28, 28], channels: 1 }.'
    );
    const set = await tensors('rows', { values: [[1], [2], [3], [4]], shape: [1], labels: ['a', 'b', 'a', 'b'] });
    const rows = await set.split({ test: 0.5, seed: 1 });
    expect((await failureOf(fit(cnn(), rows))).message).toContain(
      'slip.cnn() reads images; the rows have the shape [1].'
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
    expect((await failureOf(fit(logisticRegression(), split))).message).toContain(`"${String(file)}" is not an image`);
    rmSync(path.join(folder, 'fading', String(file)));
    expect((await failureOf(fit(logisticRegression(), split))).code).toBe('DATA_NOT_FOUND');
  });
});
