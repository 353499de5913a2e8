import { describe, expect, it } from 'vitest';
import { analyseCell } from './analyse.js';
import { CellGraph, type Links } from './cell-graph.js';
import { loadCompiler } from './compiler.js';

const ts = loadCompiler();

/** A notebook whose cells are run by name; execution ids are the order of the runs. */
class Session {
  readonly graph = new CellGraph();
  #count = 0;

  run(cell: string, source: string, { hasRun = true } = {}): Links {
    const names = analyseCell(ts, source);
    const id = String(++this.#count);
    const resourcesRead = [...names.filesRead].map(file => `file:${file}`);
    const resourcesWritten = [...names.filesWritten].map(file => `file:${file}`);
    return this.graph.add({ id, cellId: cell, source, names, hasRun, resourcesRead, resourcesWritten });
  }

  get stale(): Record<string, string> {
    return Object.fromEntries(this.graph.stale());
  }
}

describe('a cell depends on', () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ['the cell that declares what it reads', ['const a = 1', 'const b = 2', 'a + 1'], ['1']],
    ['only the last cell that declares it', ['const a = 1', 'const a = 2', 'a'], ['2']],
    ['those that may have changed it since', ['const a = [1]', 'a.push(2)', '"x"', 'a.length'], ['1', '2']],
    ['those that assigned it', ['let a = 1', 'a = 2', 'a++', 'a'], ['1', '2', '3']],
    ['what a property was written by', ['const o = { p: 1 }', 'o.p = 2', 'o'], ['1', '2']],
    ['what a function that it calls reads', ['let k = 1', 'function f() { return k }', 'f()'], ['1', '2']],
    [
      'what a function that it calls has changed',
      ['const l = []', 'const f = () => l.push(1)', 'f()', 'l'],
      ['1', '3']
    ],
    [
      'nothing that only its own functions and parameters name',
      ['const a = 1', 'const f = (a: number) => a; f(2)'],
      []
    ],
    ['nothing that a member or a label is called like', ['const a = 1', 'const o = { a: 2 }; o.a'], []],
    ['the declaration of what it assigns', ['let a = 1', 'a = 2'], ['1']],
    ['the source of a destructuring', ['const o = { x: 1, y: 2 }', 'const { x: y } = o', 'y'], ['2']],
    ['types that it uses', ['interface Row { n: number }', 'const r: Row = { n: 1 }'], ['1']],
    ['imports, and calling them changes nothing', ['import * as slip from "slipway"', 'slip.fit(1)', 'slip.x'], ['1']],
    ['the first of two equal imports', ['import fs from "fs"', 'import fs from "fs"', 'fs'], ['1']],
    ['the cell that wrote a file it reads', ['fs.writeFileSync("a.txt", "1")', 'fs.readFileSync("a.txt")'], ['1']],
    ['code with errors as far as it can be read', ['const a = 1', 'a + (('], ['1']]
  ])('%s', (_, sources, expected) => {
    const session = new Session();
    const links = sources.map((source, i) => session.run(`c${i}`, source));
    expect(links.at(-1)?.dependsOn).toEqual(expected);
  });

  it('nothing of a cell that did not run', () => {
    const session = new Session();
    session.run('a', 'const a = 1', { hasRun: false });
    expect(session.run('b', 'a').dependsOn).toEqual([]);
  });
});

it('reads and writes name their kind, and no globals', () => {
  const session = new Session();
  expect(session.run('a', 'const rows = [console, fs.readFileSync("a.csv")]')).toEqual({
    dependsOn: [],
    reads: ['file:a.csv'],
    writes: ['variable:rows']
  });
  expect(session.run('b', 'rows.push(1); fs.writeFileSync("b.csv", String(rows))')).toEqual({
    dependsOn: ['1'],
    reads: ['variable:rows'],
    writes: ['file:b.csv', 'variable:rows']
  });
});

describe('a cell is stale', () => {
  it('when a cell above it was run again, and so are those that depend on it', () => {
    const session = new Session();
    session.run('a', 'let a = 1');
    session.run('b', 'const b = a + 1');
    session.run('c', 'b');
    session.run('d', '"alone"');
    expect(session.stale).toEqual({});
    session.run('a', 'let a = 5');
    expect(session.stale).toEqual({ 2: 'a was written again after it ran', 3: 'it depends on a stale cell' });
    session.run('b', 'const b = a + 1');
    session.run('c', 'b');
    expect(session.stale).toEqual({});
  });

  it('when what it read comes from a source that is no longer in the notebook', () => {
    const session = new Session();
    session.run('a', 'const a = 1');
    session.run('a', 'const renamed = 1');
    session.run('b', 'a');
    expect(session.stale).toEqual({ 3: 'a comes from a version of a cell that is gone' });
  });

  it('when a file that it read was written again', () => {
    const session = new Session();
    session.run('a', 'fs.writeFileSync("f", "1")');
    session.run('b', 'fs.readFileSync("f")');
    session.run('a', 'fs.writeFileSync("f", "2")');
    expect(session.stale).toEqual({ 2: 'file f was written again after it ran' });
  });

  it('not because a later cell changes what it read, as in every run from the top', () => {
    const session = new Session();
    session.run('a', 'const a = [1]; let n = 0');
    session.run('b', 'a.length + n');
    session.run('c', 'a.push(2); n = 1');
    expect(session.stale).toEqual({});
  });
});

it('the way back from a cell is every execution that it needs, in their order', () => {
  const session = new Session();
  session.run('a', 'const a = 1');
  session.run('x', 'const unused = 1');
  session.run('b', 'const b = a');
  session.run('a', 'const a = 2');
  session.run('c', 'b');
  expect(session.graph.withAncestors(['5', 'unknown'])).toEqual(['1', '3', '5']);
});
