import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ROOT } from '../harness/places.js';
import { NotebookSession } from './notebook-session.js';

const EXAMPLES = path.join(ROOT, 'examples');
let session: NotebookSession;
beforeAll(async () => {
  session = await NotebookSession.start();
});
afterAll(() => session?.stop());

it('the line of example 04 is 61.77 + 0.0592 · weight, its service answers as the book does, and R² is called R²', async () => {
  session.copy(path.join(EXAMPLES, 'players.csv'));
  const cells = await session.run(path.join(EXAMPLES, '04-height.ipynb'));
  expect(cells.filter(cell => cell.status !== 'ok').map(cell => cell.traceback)).toEqual([]);
  expect(cells.map(cell => cell.stderr).join('')).toBe('');

  const last = cells.at(-1)!;
  expect(last.stdout.trim().split('\n')).toEqual([
    '180 lb: 72.43 in, 6 foot, 0 inches',
    '200 lb: 73.61 in, 6 foot, 2 inches',
    '225 lb: 75.09 in, 6 foot, 3 inches',
    '400 lb: 85.45 in, 7 foot, 1 inches'
  ]);
  expect(last.shown).toMatch(/^'height = 61\.77 \+ 0\.0592 · weight, R² 0\.\d\d'$/);
  const everything = cells.map(cell => cell.shown).join('\n');
  expect(everything).toMatch(/this model +r2 +0\.\d+/);
  expect(everything).not.toMatch(/accuracy/i);
});
