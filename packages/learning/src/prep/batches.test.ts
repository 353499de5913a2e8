import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { prep } from './prep.js';
import { RecordingNotebook } from '../../../notebook/testing/notebook-double.js';
import { tensorflow } from '../backend/load-tfjs.js';
import { data } from '@slipway/frames';
import { images, type ImageBatch } from '../tensors/images.js';

let folder: string;
let book: RecordingNotebook;
beforeAll(() => {
  delete process.env['SLIPWAY_URL'];
  folder = mkdtempSync(path.join(tmpdir(), 'slipway-batches-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => {
  book = RecordingNotebook.install(folder);
});

async function all<T>(batches: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const batch of batches) {
    list.push(batch);
  }
  return list;
}

describe('batches of a frame', () => {
  const ROWS = 20_000;
  const rows = async () => {
    const lines = Array.from({ length: ROWS }, (_, i) => `${i},${i % 2 === 0 ? 'even' : 'odd'}`);
    writeFileSync(path.join(folder, 'rows.csv'), ['n,parity', ...lines].join('\n'));
    return data('rows', 'rows.csv');
  };

  it('hold each row once, in the order of the frame, or of the seed', async () => {
    const frame = await rows();
    const fitted = await prep().pass('n').fit(frame);
    const options = { prep: fitted, target: 'parity', batchSize: 300 };
    const inOrder = await all(frame.batches(options));
    expect(inOrder).toHaveLength(Math.ceil(ROWS / 300));
    expect(inOrder.at(-1)).toMatchObject({ rows: ROWS % 300, width: 1, outputs: 2 });
    expect(inOrder.flatMap(({ xs }) => [...xs])).toEqual(Array.from({ length: ROWS }, (_, i) => i));
    expect([...inOrder[0]!.ys.slice(0, 4)]).toEqual([1, 0, 0, 1]);

    const shuffled = (await all(frame.batches({ ...options, seed: 3 }))).flatMap(({ xs }) => [...xs]);
    const again = (await all(frame.batches({ ...options, seed: 3 }))).flatMap(({ xs }) => [...xs]);
    expect(shuffled).toEqual(again);
    expect(shuffled.slice(0, 5)).not.toEqual([0, 1, 2, 3, 4]);
    expect(shuffled.sort((a, b) => a - b)).toEqual(Array.from({ length: ROWS }, (_, i) => i));
  });

  it('train a network by fitDataset', async () => {
    const frame = await (await rows()).filter('n < 600');
    const number = await frame.derive('twice', '2.0 * n / 600');
    const fitted = await prep().minMax('n').fit(number);
    const tf = await tensorflow();
    const network = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] });
    network.compile({ optimizer: tf.train.adam(0.1), loss: 'meanSquaredError' });
    const dataset = await number.dataset({ prep: fitted, target: 'twice', batchSize: 50, seed: 1 });
    const { history } = await network.fitDataset(dataset, { epochs: 15, verbose: 0 });
    expect(history['loss']!.at(-1)).toBeLessThan(0.01);
  });

  it('name a class that is not among the labels', async () => {
    const frame = await rows();
    const fitted = await prep().pass('n').fit(frame);
    await expect(all(frame.batches({ prep: fitted, target: 'parity', labels: ['even'] }))).rejects.toThrow(
      'rows holds the class "odd", which is not among the labels.'
    );
  });
});

describe('a folder of images', () => {
  const paint = async (name: string, gray: number, width = 12, height = 8): Promise<void> => {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    await sharp({ create: { width, height, channels: 3, background: { r: gray, g: gray, b: gray } } }).toFile(file);
  };
  beforeAll(async () => {
    for (let i = 0; i < 6; i++) {
      await paint(`shades/dark/${i}.png`, 10 + i, 12 + i);
      await paint(`shades/light/${i}.jpg`, 240 + i, 12, 8 + i);
    }
  });

  it('gives its classes, registers a list with hashes, and reads pixels batch by batch', async () => {
    const shades = await images('shades', 'shades', { size: [4, 6], channels: 1 });
    expect(shades.classes).toEqual(['dark', 'light']);
    expect(shades.count).toBe(12);
    expect(shades.frame.columnNames).toEqual(['file', 'label', 'width', 'height', 'sha256']);
    const batches: ImageBatch[] = await all(shades.batches({ batchSize: 5 }));
    expect(batches.map(({ rows }) => rows)).toEqual([5, 5, 2]);
    const [first] = batches;
    expect(first!.xs).toHaveLength(5 * 4 * 6);
    expect(first!.xs[0]).toBeCloseTo(10 / 255, 5);
    expect([...first!.ys.slice(0, 2)]).toEqual([1, 0]);
    expect(batches.at(-1)!.xs[0]).toBeGreaterThan(0.9);
    expect(book.warnings.filter(text => text.includes('copies'))).toEqual([]);
  });

  it('is split with each class in both parts, and trains a network by fitDataset', async () => {
    const shades = await images('shades', 'shades', { size: [2, 2] });
    const { train, test } = await shades.split({ test: 1 / 3, seed: 2 });
    const [labels = []] = await test.frame.values(['label']);
    expect([...labels].sort()).toEqual(['dark', 'dark', 'light', 'light']);
    const tf = await tensorflow();
    const network = tf.sequential();
    network.add(tf.layers.flatten({ inputShape: [...shades.shape] }));
    network.add(tf.layers.dense({ units: 2, activation: 'softmax' }));
    network.compile({ optimizer: tf.train.adam(0.1), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
    await network.fitDataset(await train.dataset({ batchSize: 4, seed: 1 }), { epochs: 20, verbose: 0 });
    const [, accuracy] = (await network.evaluateDataset((await test.dataset()) as never, {})) as unknown as {
      dataSync(): Float32Array;
    }[];
    expect(accuracy!.dataSync()[0]).toBe(1);
  });

  it('warns of copies under different labels, and names a file that is not an image', async () => {
    await paint('copies/cat/1.png', 50);
    await paint('copies/dog/1.png', 50);
    await images('copies', 'copies', { size: [2, 2] });
    expect(book.warnings.join()).toContain(
      '1 of 2 images of copies are copies of others, e.g. cat/1.png and dog/1.png, which have different labels.'
    );
    writeFileSync(path.join(folder, 'copies', 'dog', '2.png'), 'text');
    const broken = path.join('dog', '2.png');
    await expect(images('copies', 'copies', { size: [2, 2] })).rejects.toThrow(`"${broken}" is not a readable image`);
    await expect(images('none', 'nowhere', { size: [2, 2] })).rejects.toThrow('There is no folder "nowhere".');
    await expect(images('one', 'shades/dark', { size: [2, 2] })).rejects.toThrow('images of 0 classes');
  });
});
