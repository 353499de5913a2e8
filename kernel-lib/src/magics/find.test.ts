import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { findMagics } from './find.js';

const names = (source: string): string[] =>
  findMagics(ts, source).map(({ kind, name, args }) => `${kind === 'cell' ? '%%' : '%'}${name} ${args}`.trim());

describe('a line that starts with % is a magic line', () => {
  it.each([
    ['at the start of the cell', '%slip run rain', ['%slip run rain']],
    ['after a semicolon', 'const a = 1;\n%slip status', ['%slip status']],
    ['after a closing brace', 'if (a) {\n}\n%slip status', ['%slip status']],
    ['after another magic line', '%slip status\n%slip doctor', ['%slip status', '%slip doctor']],
    ['after an expression that it cannot continue', 'const a = b\n%slip run rain', ['%slip run rain']],
    ['after a number when it is a known name alone', '7\n%slip', ['%slip']],
    ['between comments', '// first\n%slip status\n/* last */', ['%slip status']],
    ['after a template', 'const t = `a${1}b`;\n%slip status', ['%slip status']],
    ['after a regular expression that holds a quote', 'const r = /"/;\n%slip status', ['%slip status']],
    ['with options and quotes', '%slip promote "a b" --to production', ['%slip promote "a b" --to production']],
    ['with an unknown name at a place where an operator is not possible', '%nope', ['%nope']]
  ])('%s', (_, source, expected) => expect(names(source)).toEqual(expected));
});

describe('a modulo stays a modulo', () => {
  it.each([
    ['of two variables over two lines', 'a\n%b'],
    ['with a space', 'a\n% b'],
    ['assigned', 'let a = 7\na\n%=b'],
    ['of a variable called slip in an expression', 'a\n%slip + 1'],
    ['inside brackets', 'f(\na\n%slip run rain\n)'],
    ['inside a block', '{\na\n%slip\n}'],
    ['after a call', 'f()\n%b'],
    ['with an unknown name and words', 'a\n%time 1'],
    ['not at the start of the line', ' %slip status']
  ])('%s', (_, source) => expect(names(source)).toEqual([]));
});

describe('text that is not a magic line', () => {
  it.each([
    ['in a template', 'const t = `\n%slip status\n`'],
    ['in a template after an expression', 'const t = `${1}\n%slip status\n`'],
    ['in a comment', '/*\n%slip status\n*/'],
    ['in the expression of a template', 'const t = `${a\n%slip}`']
  ])('%s', (_, source) => expect(names(source)).toEqual([]));
});

describe('%% marks a whole cell', () => {
  it('only as its first element', () => {
    expect(names('%%score fast\nconst a = 1')).toEqual(['%%score fast']);
    expect(names('// why\n%%score')).toEqual(['%%score']);
    expect(names('const a = 1;\n%%score')).toEqual([]);
  });
});
