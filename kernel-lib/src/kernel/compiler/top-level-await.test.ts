import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { awaitsAtTopLevel } from './top-level-await.js';

describe('a cell', () => {
  it.each([
    'const a = await (await f(1)).g(2);',
    'await f()',
    'if (x) { for (const y of [await f()]) y; }',
    'for await (const x of f()) console.log(x);'
  ])('awaits at its top level: %s', source => expect(awaitsAtTopLevel(ts, source)).toBe(true));

  it.each([
    'const a = async () => await f();',
    'class A { async b() { await c(); } }',
    'const text = "await nothing";',
    '// await nothing\n1'
  ])('does not: %s', source => expect(awaitsAtTopLevel(ts, source)).toBe(false));
});
