import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { withoutExports } from './exports.js';

describe('a cell that was pasted from a module', () => {
  it.each([
    ['export const a = 1;', '       const a = 1;'],
    ['export async function f() {}', '       async function f() {}'],
    ['export default class A {}', '               class A {}'],
    ['export type T = 1; export interface I {}', '       type T = 1;        interface I {}'],
    ['export { a } from "m";', 'import { a } from "m";'],
    ['export * as m from "m";', 'import * as m from "m";'],
    ['const export_ = 1', 'const export_ = 1'],
    ['// export', '// export']
  ])('declares what it exports: %s', (source, expected) => expect(withoutExports(ts, source)).toBe(expected));

  it('may export values as default, also where the line before has no semicolon', () => {
    expect(withoutExports(ts, 'const a = 1\nexport default { a }')).toBe('const a = 1\n;             ({ a })');
    expect(withoutExports(ts, 'export default function () {}')).toBe(';            ( function () {})');
  });

  it('may list its exports, and gives them other names', () => {
    expect(withoutExports(ts, 'const a = 1;\nexport {\n  a\n};')).toBe('const a = 1;\n;       \n   \n  ');
    expect(withoutExports(ts, 'export {\n a as bb\n};\nbb')).toBe(';const bb = a;\n   \n  \nbb');
    expect(withoutExports(ts, 'export { a as b, type T as U };')).toMatch(/^;const b = a; type U = T;/);
  });
});
