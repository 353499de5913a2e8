import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { tmpdir } from 'node:os';
import { findSource } from './source.js';

it('a file whose name is mistyped is answered with the name that is meant', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-source-'));
  mkdirSync(path.join(folder, 'data'));
  writeFileSync(path.join(folder, 'data', 'seattle-weather.csv'), 'a\n1\n');
  expect(() => findSource('data/seatle-weather.csv', folder)).toThrow(
    'Did you mean "data/seattle-weather.csv"? Looked for'
  );
  expect(() => findSource('dat/seattle-weather.csv', folder)).toThrow('Did you mean "data/seattle-weather.csv"?');
  expect(() => findSource(path.join(folder, 'data', 'seattle-wether.csv'), folder)).toThrow(
    `Did you mean "${folder}/data/seattle-weather.csv"?`
  );
  expect(() => findSource('quite/other.csv', folder)).toThrow(/There is no file "quite\/other.csv"\.\nLooked for/);
});
