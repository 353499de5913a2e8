import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { data } from '@slipway/frames';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { RecordingNotebook } from '../../../notebook/testing/notebook-double.js';
import { readTarget } from './target.js';

let folder: string;
beforeAll(() => {
  delete process.env['SLIPWAY_URL'];
  folder = mkdtempSync(path.join(tmpdir(), 'slipway-target-'));
  RecordingNotebook.install(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it.each([
  ['yes', 'no'],
  ['Y', 'N'],
  ['on', 'off'],
  ['02116', '12116'],
  ['true', 'false']
])('the classes of a target are the words of the file: %s and %s', async (one, other) => {
  writeFileSync(path.join(folder, 'rows.csv'), `x,y\n1,${one}\n2,${other}\n3,${one}\n`);
  const frame = await data('rows', 'rows.csv');
  expect((await readTarget('y', frame, frame)).labels).toEqual([one, other].sort());
});
