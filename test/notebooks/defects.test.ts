import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ROOT } from '../harness/places.js';
import { NotebookSession, type ShownCell } from './notebook-session.js';

/** What a notebook with a defect says of itself. */
const Caught = z.object({
  metadata: z.object({
    slipway_test: z.object({
      caught: z.object({
        in: z.string().describe('Id of the cell under which the message is.'),
        names: z.string().describe('Id of the cell that the message names.'),
        says: z.array(z.string()).min(2).describe('What is wrong, and what to do.')
      })
    })
  })
});

const DEFECTS = path.join(import.meta.dirname, 'defects');
const CLEAN = path.join(import.meta.dirname, 'clean');
const notebooksIn = (folder: string): string[] => readdirSync(folder).filter(name => name.endsWith('.ipynb'));

/** Warnings and errors, without the greeting of tfjs. */
function raised(cells: readonly ShownCell[]): string {
  const text = cells.map(cell => cell.stderr + cell.warnings + cell.traceback).join('');
  return text.replace(/\n=+\nHi, looks like you are running TensorFlow\.js[^]*?\n=+\n/, '');
}

let session: NotebookSession;
beforeAll(async () => {
  session = await NotebookSession.start();
  session.copy(path.join(ROOT, 'examples', 'players.csv'));
});
afterAll(() => session?.stop());

describe('a defect of the texts', () => {
  it.each(notebooksIn(DEFECTS))('%s is caught, with its cell and the remedy', async name => {
    const file = path.join(DEFECTS, name);
    const { caught } = Caught.parse(JSON.parse(readFileSync(file, 'utf8'))).metadata.slipway_test;
    const cells = await session.run(file);
    const there = cells.find(({ id }) => id === caught.in)!;
    const message = there.warnings + there.traceback;
    for (const part of caught.says) {
      expect(message).toContain(part);
    }
    const guilty = cells.find(({ id }) => id === caught.names)!;
    expect(message).toContain(`Cell In[${guilty.executionCount}]`);
    const others = cells.filter(({ id }) => id !== caught.in);
    expect(raised(others)).toBe('');
  });
});

describe('a clean notebook', () => {
  it('is one of ten', () => expect(notebooksIn(CLEAN)).toHaveLength(10));

  it.each(notebooksIn(CLEAN))('%s raises nothing', async name => {
    const cells = await session.run(path.join(CLEAN, name));
    expect(raised(cells)).toBe('');
    expect(cells.map(cell => cell.shown).join('\n')).not.toMatch(/^✗/m);
  });
});
