import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { ServerFile } from '@slipway/contract';
import type { Browser } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as slip from '../../kernel-lib/dist/index.js';
import { CACHE } from '../harness/places.js';
import { type ChromiumPlace, findChromium, launchChromium } from './chromium.js';
import { execute, openLab, screenshot } from './lab-page.js';
import { startProduct, type TestProduct } from './product.js';

const place: ChromiumPlace | null = await findChromium(CACHE);
const SIZE = 8;

/** Pixels that are light on one side. */
function side(isLeft: boolean, i: number): number[] {
  return Array.from({ length: SIZE * SIZE }, (_, p) => {
    const light = p % SIZE < SIZE / 2 === isLeft ? 150 : 0;
    return light + ((p * (i + 3)) % 83);
  });
}

describe.skipIf(place === null)('the page of a service that takes images', () => {
  let folder: string;
  let product: TestProduct;
  let browser: Browser;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'slipway-image-'));
    const directory = path.join(folder, 'images');
    await mkdir(directory);
    product = await startProduct(directory, path.join(folder, 'own'));
    const data = path.join(directory, '.slipway');
    const server = ServerFile.parse(JSON.parse(await readFile(path.join(data, 'server.json'), 'utf8')));
    process.env['SLIPWAY_URL'] = server.url;
    process.env['SLIPWAY_TOKEN'] = (await readFile(server.token_file, 'utf8')).trim();
    const labels = Array.from({ length: 80 }, (_, i) => (i % 2 ? 'left' : 'right'));
    const values = labels.map((label, i) => side(label === 'left', i));
    const sides = await slip.tensors('sides', { values, labels, shape: [SIZE, SIZE, 1], content: 'pixels' });
    const model = await slip.fit(slip.logisticRegression(), await sides.split({ test: 0.5, seed: 1 }));
    await slip.register('sides', model);
    expect((await slip.promote('sides')).ready).toBe(true);
    browser = await launchChromium(place!);
  });

  afterAll(async () => {
    await browser?.close();
    await product?.process.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('has a field to choose a file, shows it, sends it, and shows the answer', async () => {
    const { page, faults } = await openLab(browser, product.url);
    await execute(page, 'slipway:open-service', { name: 'sides' });
    const field = page.locator('input[type="file"][name="image"]');
    await field.waitFor();
    const file = path.join(folder, 'new.png');
    const image = sharp(Uint8Array.from(side(true, 99)), { raw: { width: SIZE, height: SIZE, channels: 1 } });
    await writeFile(file, await image.resize(64, 64).png().toBuffer());
    await field.setInputFiles(file);
    await page.getByRole('img', { name: 'The chosen image' }).waitFor();
    await page.getByRole('button', { name: 'Send request' }).click();
    await page.getByText('HTTP 200').waitFor();
    await screenshot(page, 'image-service');
    expect(await page.locator('.jp-SlipwayTest-answer strong').first().innerText()).toBe('left');
    expect(await page.locator('.jp-SlipwaySnippet pre').innerText()).toContain('base64 < image.png');
    const broken = path.join(folder, 'broken.png');
    await writeFile(broken, 'not an image');
    await field.setInputFiles(broken);
    await page.getByRole('button', { name: 'Send request' }).click();
    await page.getByText('HTTP 400').waitFor();
    await page.getByText('the file is not an image').waitFor();
    expect(faults).toEqual([]);
  });
});
