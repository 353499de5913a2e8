import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SCORING_FILE } from '@slipway/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RequestError } from '@slipway/tensor-inputs';
import { loadScoring } from './scoring.js';

describe('the scoring module of a service', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'slipway-scoring-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const load = async (code: string): ReturnType<typeof loadScoring> => {
    await writeFile(path.join(folder, SCORING_FILE), code);
    return loadScoring(folder);
  };

  it('is absent from most bundles', async () => {
    expect(await loadScoring(folder)).toBeNull();
  });

  it('turns request rows into inputs and predictions into answers, also asynchronously', async () => {
    const scoring = await load(
      'export const before = async row => ({ wind: row.kmh / 3.6 });' +
        'export function after(prediction, row) { return { ...prediction, asked: row.kmh }; }'
    );
    const rows = [{ kmh: 36 }, { kmh: 72 }];
    expect(await scoring!.before(rows)).toEqual([{ wind: 10 }, { wind: 20 }]);
    expect(await scoring!.after([{ label: 'a' }, { label: 'b' }], rows)).toEqual([
      { label: 'a', asked: 36 },
      { label: 'b', asked: 72 }
    ]);
  });

  it('leaves rows and predictions as they are where it has no function for them', async () => {
    const scoring = await load('export const before = row => row;');
    expect(await scoring!.after([{ label: 'a' }], [{}])).toEqual([{ label: 'a' }]);
  });

  it('refuses a row that its own function cannot take, and names the row', async () => {
    const scoring = await load(
      'export const before = row => { if (row.kmh < 0) throw new Error("a negative speed"); return row; };'
    );
    const refused = await scoring!.before([{ kmh: 1 }, { kmh: -1 }]).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(RequestError);
    expect(refused).toMatchObject({ status: 400, message: 'row 1: the scoring module refused it: a negative speed' });
  });

  it('is refused as a whole when it cannot be loaded or does nothing', async () => {
    await expect(load('export const x = 1;')).rejects.toThrow('exports neither before nor after');
  });
});
