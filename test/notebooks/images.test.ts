import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { NotebookSession, type ShownCell } from './notebook-session.js';

let session: NotebookSession;
let cells: Map<string, ShownCell>;
beforeAll(async () => {
  session = await NotebookSession.start();
  const file = path.join(import.meta.dirname, 'served', 'images.ipynb');
  cells = new Map((await session.run(file)).map(cell => [cell.id, cell]));
});
afterAll(() => session?.stop());

/** A cell that went well, without a warning. */
function good(id: string): ShownCell {
  const cell = cells.get(id)!;
  expect(cell.traceback).toBe('');
  expect(cell.stderr + cell.warnings).toBe('');
  return cell;
}

it('images in folders are listed, checked and learned', () => {
  good('draw');
  expect(good('images').shown).toContain('120 images of 2 classes (circle, square), read as [16, 16, 1].');
  const checked = good('check').shown;
  expect(checked).toContain('✓ Shape: 90 training rows of 16×16×1 numbers, all finite.');
  expect(checked).toContain('None of 30 test images is a copy of one of 90 training images.');
  expect(checked).toContain('✓ Learns a few rows: accuracy 100 %');
  expect(good('fit').stdout).toContain('better than guessing: true');
  expect(good('fit').shown).toMatch(/Training on label: 25 epochs/);
});

it('their model is registered with an input of pixels, and every check of its promotion passes', () => {
  expect(good('behavior').shown).toContain('1 of 1 behaviors hold');
  expect(good('register').shown).toMatch(/image +FP32 16×16×1 image/);
  const promoted = good('promote').shown;
  expect(promoted).toContain('answering at http://127.0.0.1');
  expect(promoted).not.toMatch(/\((fail|warn)\)/);
  for (const check of ['ONNX equals the notebook model', 'Better than the baselines', 'Malformed requests get a 4xx']) {
    expect(promoted).toContain(`✓ ${check} (pass)`);
  }
});

it('the service takes a path, the bytes of a file, and pixels, and refuses others in words', () => {
  expect(good('predict').stdout.trim()).toBe('square, circle 3');
  expect(cells.get('refused')!.traceback).toContain(
    'image: expected an image file (PNG, JPEG) as base64, or 256 numbers, flat or nested as 16×16×1, got 3'
  );
});

it('a network for other images is refused with both shapes', () => {
  const { traceback } = cells.get('mismatch')!;
  expect(traceback).toContain('The model expects 32×32×3; the images are read as 16×16×1.');
  expect(traceback).toContain('or read the images with { size: [32, 32], channels: 3 }');
});

it('windows of a series are learned by an LSTM, and served', () => {
  expect(good('windows').stdout.trim()).toBe('falling');
});
