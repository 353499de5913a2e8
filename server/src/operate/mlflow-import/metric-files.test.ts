import { mkdtemp, rm, writeFile, mkdir } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InvalidRequestError } from '../../platform/errors.js';
import type { MetricEntry } from '../../platform/store/operations.js';
import { pointsBelow } from './metric-files.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'slipway-metrics-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function read(): Promise<MetricEntry[]> {
  const all: MetricEntry[] = [];
  for await (const batch of pointsBelow(folder)) {
    all.push(...batch);
  }
  return all;
}

describe('the metric files of a run', () => {
  it('are points in the order of their lines, with numbers as Python writes them', async () => {
    await mkdir(path.join(folder, 'val'));
    await writeFile(path.join(folder, 'val', 'loss'), '1 nan 0\n2 inf 1\n3 -inf 2\n4 5e-324 -3\n5 1e+16 4\n');
    expect((await read()).map(({ key, value, step }) => [key, value, step])).toEqual([
      ['val/loss', 'NaN', 0],
      ['val/loss', 'Infinity', 1],
      ['val/loss', '-Infinity', 2],
      ['val/loss', 5e-324, -3],
      ['val/loss', 1e16, 4]
    ]);
  });

  it('count a point that was written twice once', async () => {
    await writeFile(path.join(folder, 'loss'), '1 0.5 0\n1 0.5 0\n1 0.50 0\n1 0.5 1\n');
    expect(await read()).toHaveLength(2);
  });

  it('of old versions have no step, which is then 0', async () => {
    await writeFile(path.join(folder, 'loss'), '1 0.5\n');
    expect(await read()).toEqual([{ key: 'loss', value: 0.5, timestamp: 1, step: 0 }]);
  });

  it('with something else in them are refused, and say the line', async () => {
    await writeFile(path.join(folder, 'loss'), '1 0.5 0\nnot a point\n');
    await expect(read()).rejects.toThrow(InvalidRequestError);
  });
});
