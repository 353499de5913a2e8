import { describe, expect, it } from 'vitest';
import { loadCompiler } from '../graph/compiler.js';
import { scriptText } from './script-file.js';
import type { RecordedCell, RecordedSession } from './session-record.js';

/** The script of cells that ran in this order, without its header and its last line. */
function script(...sources: string[]): string {
  const session = { session_id: 'session-1', notebook_path: 'a.ipynb', environment: null } as RecordedSession;
  const cells = sources.map(
    (source, i) => ({ order: i + 1, source, reads: [], writes: [] }) as unknown as RecordedCell
  );
  const text = scriptText(loadCompiler(), { session, cells, only: undefined, datasets: [] });
  return text
    .split('\n')
    .filter(line => line && !line.startsWith('//') && !line.startsWith('export {}'))
    .join('\n');
}

describe('names that a notebook declares again', () => {
  it.each<[string, string[], string]>([
    [
      'are numbered but for the last',
      ['const a = 1', 'a + 1', 'const a = 2', 'a'],
      'const a_1 = 1\na_1 + 1\nconst a = 2\na'
    ],
    [
      'keep the names of properties',
      ['const a = 1', 'const o = { a, b: a }; o.a', 'const { a } = o'],
      'const a_1 = 1\nconst o = { a: a_1, b: a_1 }; o.a\nconst { a } = o'
    ],
    [
      'are numbered in patterns too',
      ['const { a, ...r } = f()', 'const a = 2; r'],
      'const { a: a_1, ...r } = f()\nconst a = 2; r'
    ],
    [
      'do not meet another name',
      ['const a = 1, a_1 = 0', 'a + a_1', 'const a = 2'],
      'const a_1_ = 1, a_1 = 0\na_1_ + a_1\nconst a = 2'
    ],
    [
      'are others than those of inner scopes',
      ['const a = 1', 'const f = (a: number) => a', 'const a = 2'],
      'const a_1 = 1\nconst f = (a: number) => a\nconst a = 2'
    ],
    ['are types as well', ['type T = 1; const t: T = 1', 'type T = 2'], 'type T_1 = 1; const t: T_1 = 1\ntype T = 2']
  ])('%s', (_, sources, expected) => expect(script(...sources)).toBe(expected));
});

describe('imports', () => {
  it('are merged, come first, and leave out unused ones', () => {
    expect(
      script(
        'import fs, { readFileSync } from "node:fs"; import * as slip from "slipway"; import "./setup.js";',
        'import { readFileSync, statSync as stat, existsSync } from "node:fs";\nreadFileSync; stat; fs; slip'
      )
    ).toBe(
      'import "./setup.js";\nimport fs from "node:fs";\nimport * as slip from "slipway";\n' +
        'import { readFileSync, statSync as stat } from "node:fs";\nreadFileSync; stat; fs; slip'
    );
  });

  it('of types are type imports', () => {
    expect(script('import { Frame, data } from "slipway";', 'const f: Frame = await data("x", "y");')).toBe(
      'import { data } from "slipway";\nimport type { Frame } from "slipway";\nconst f: Frame = await data("x", "y");'
    );
  });
});

it.each([
  ['enum Sky { Rain, Dry }', true],
  ['class Gauge { constructor(readonly place: string) {} }', true],
  ['interface Sky { rain: boolean }', false]
])('the header tells how to run %s', (source, needsTransform) => {
  const session = { session_id: 'session-1', notebook_path: '', environment: null } as RecordedSession;
  const cells = [{ order: 1, source, reads: [], writes: [] } as unknown as RecordedCell];
  const text = scriptText(loadCompiler(), { session, cells, only: undefined, datasets: [] });
  expect(text.includes('node --experimental-transform-types <this file>')).toBe(needsTransform);
});

it('magic lines become calls, and require works', () => {
  expect(script('%slip run rain', 'const os = require("os")')).toBe(
    'import { runLine as slipLine } from "slipway/lines";\n' +
      "import { createRequire as makeRequire } from 'node:module';\nconst require = makeRequire(import.meta.url);\n" +
      ';await slipLine("run rain");\nconst os = require("os")'
  );
});
