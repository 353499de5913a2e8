import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { failureOf } from '../../../notebook/testing/failures.js';
import { RecordingNotebook } from '../../../notebook/testing/notebook-double.js';
import { images } from './images.js';

let folder: string;
let image: Buffer;
let shade = 0;

beforeEach(async () => {
  delete process.env['SLIPWAY_URL'];
  folder = mkdtempSync(path.join(tmpdir(), 'slipway-images-'));
  RecordingNotebook.install(folder);
  await put('cat/1.png');
  await put('dog/1.png');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function put(file: string): Promise<void> {
  const background = { r: (shade += 7) % 256, g: shade % 100, b: 0 };
  image = await sharp({ create: { width: 4, height: 4, channels: 3, background } })
    .png()
    .toBuffer();
  const place = path.join(folder, 'animals', file);
  mkdirSync(path.dirname(place), { recursive: true });
  writeFileSync(place, image);
}

const files = async (): Promise<unknown[]> => {
  const found = await images('animals', 'animals', { size: [2, 2] });
  return (await found.frame.values(['file']))[0]!;
};

it('images are found in capital letters too, and in folders of folders', async () => {
  await put('cat/2.PNG');
  await put('dog/puppies/2.JPG');
  expect(await files()).toEqual(['cat/1.png', 'cat/2.PNG', 'dog/1.png', 'dog/puppies/2.JPG']);
});

it('images of formats that are not read are named instead of left out', async () => {
  for (const file of ['cat/a.bmp', 'cat/b.HEIC', 'dog/c.svg', 'dog/d.avif']) {
    await put(file);
  }
  const error = await failureOf(files());
  expect(error.code).toBe('DATA_UNREADABLE');
  expect(error.message).toContain(
    '4 images of "animals" have a format that is not read (.avif, .bmp, .heic, .svg): cat/a.bmp, cat/b.HEIC, dog/c.svg and 1 more.'
  );
  expect(error.message).toContain('Save them as PNG or JPEG');
});

it('hidden files and folders are neither a class nor images of one', async () => {
  for (const file of [
    '.ipynb_checkpoints/1.png',
    'cat/.ipynb_checkpoints/1.png',
    'dog/._1.png',
    '__MACOSX/dog/1.png',
    '.DS_Store.bmp'
  ]) {
    await put(file);
  }
  const found = await images('animals', 'animals', { size: [2, 2] });
  expect(found.classes).toEqual(['cat', 'dog']);
  expect(await files()).toEqual(['cat/1.png', 'dog/1.png']);
});

it('files that are not images are passed over', async () => {
  await put('cat/notes.txt');
  await put('labels.csv');
  expect(await files()).toEqual(['cat/1.png', 'dog/1.png']);
});
