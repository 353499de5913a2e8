import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from './places.js';
import { temporaryFolder } from './temporary-folder.js';

it('a run of tests leaves no folder of ours behind, though they make and forget many', () => {
  const place = path.join(temporaryFolder('slipway-left-'), 'tmp');
  mkdirSync(place);
  const files = [
    'recording/src/sending/discovery',
    'learning/src/evaluation/cross-validate',
    'learning/src/report/evaluation-report',
    'frames/src/sources/sources'
  ];
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [
      path.join(ROOT, 'node_modules', 'vitest', 'vitest.mjs'),
      ...['run', '--project', 'unit'],
      ...files.map(file => `packages/${file}.test.ts`)
    ],
    { cwd: ROOT, encoding: 'utf8', env: { ...process.env, TMPDIR: place, TMP: place, TEMP: place } }
  );
  expect(status, stdout + stderr).toBe(0);
  expect(readdirSync(place).filter(name => name.startsWith('slipway'))).toEqual([]);
});
