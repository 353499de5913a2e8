import { mkdirSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../harness/places.js';
import { NotebookSession } from './notebook-session.js';
import { publicFunctions } from './public-functions.js';

const functions = publicFunctions();
/** What others need comes first: `promote` brings what `register` has registered. */
const LATER = ['promote', 'session'];
const inOrder = [...functions].sort((a, b) => LATER.indexOf(a.name) - LATER.indexOf(b.name));

let session: NotebookSession;
beforeAll(async () => {
  session = await NotebookSession.start();
  session.copy(path.join(ROOT, 'test', 'onnx', 'fixtures', 'torch1-amount.onnx'));
  for (const [name, shade] of Object.entries({ zero: 30, one: 220 })) {
    const folder = path.join(session.folder, 'digits', name);
    mkdirSync(folder, { recursive: true });
    for (let i = 0; i < 3; i++) {
      const background = { r: shade, g: shade, b: shade + i };
      await sharp({ create: { width: 8, height: 8, channels: 3, background } }).toFile(path.join(folder, `${i}.png`));
    }
  }
  const { traceback } = await session.cell("import * as slip from 'slipway';");
  expect(traceback).toBe('');
});
afterAll(() => session?.stop());

describe('the doc comments of the library', () => {
  it('show an example of every public function', () => {
    expect(functions.length).toBeGreaterThan(50);
    expect(functions.filter(({ example }) => !example).map(({ name }) => name)).toEqual([]);
  });

  it.each(inOrder)('the example of $name runs, and gives what it says', async ({ example }) => {
    const [, code = '', value] = /^(.*?)(?: \/\/ ([^\n]*))?$/s.exec(example ?? '') ?? [];
    const { traceback, shown } = await session.cell(code);
    expect(traceback).toBe('');
    if (value !== undefined) {
      expect(shown).toBe(value);
    }
  });
});
