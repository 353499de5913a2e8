import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KernelClient } from './kernel-client.js';
import { notebookFolder, printed, result, traceback } from './notebook.js';

let folder: string;
let kernel: KernelClient;
beforeAll(async () => {
  folder = notebookFolder();
  kernel = await KernelClient.start(folder);
});
afterAll(() => kernel.shutdown());

/** The result of a cell that must succeed. */
async function run(code: string): Promise<unknown> {
  const cell = await kernel.execute(code);
  expect(traceback(cell)).toBe('');
  return result(cell);
}

function write(files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(path.join(folder, name), text);
  }
}

describe('names', () => {
  it('may begin with two underscores, however they are declared', async () => {
    await run(
      'const __a = 1, { b: __b } = { b: 2 }; let [__c] = [3];\n' +
        'function __f() { return __a; }\nclass __C { n = 5 }\nenum __E { X = 6 }\nimport * as __path from "node:path";'
    );
    expect(await run('[__a, __b, __c, __f(), new __C().n, __E.X, __path.sep].join()')).toBe("'1,2,3,1,5,6,/'");
    expect(await run('function ___b(n: number) { return n; }\n__a + ___b(2);')).toBe('3');
  });

  it('of members are not taken for names of earlier cells', async () => {
    await run('const row = { prop: 1, other: 2 }');
    expect(await run('const { prop: renamed, ...left } = row; [renamed, row.prop, left]')).toBe(
      '[ 1, 1, { other: 2 } ]'
    );
  });

  it('of namespaces and global declarations are kept for later cells', async () => {
    await run(
      'namespace Units { export const kilo = 1000; }\ndeclare global { interface Array<T> { second(): T } }\n' +
        'Array.prototype.second = function () { return this[1]; };'
    );
    expect(await run('Units.kilo + [1, 2].second()')).toBe('1002');
  });
});

describe('a cell that was pasted from a module', () => {
  it('declares what it exports', async () => {
    await run(
      'export const rate = 0.5;\nexport function twice(n: number) { return 2 * n; }\nexport type Row = { a: number };'
    );
    expect(await run('const typed: Row = { a: twice(4) }; [rate, typed]')).toBe('[ 0.5, { a: 8 } ]');
    expect(await run('export default class Model { fit() { return "fitted"; } }\nnew Model().fit()')).toBe("'fitted'");
    expect(await run('const n = 1\nexport default { n }')).toBe('{ n: 1 }');
    await run('export { n as count }; export { sep } from "node:path"');
    expect(await run('[count, sep]')).toBe("[ 1, '/' ]");
  });

  it('is told what to write for export * of a module', async () => {
    const cell = await kernel.execute('export * from "node:path"');
    expect(traceback(cell)).toContain('Name what it needs: import { … } from "node:path"');
  });

  it('may have its imports below their use, and ask where it is', async () => {
    expect(await run('const joined = join("a", "b");\nimport { join } from "node:path";\njoined')).toBe("'a/b'");
    expect(await run('import.meta.dirname === process.cwd()')).toBe('true');
  });
});

describe("the notebook's own modules", () => {
  it('are named with or without their ending, and may import one another and await', async () => {
    write({
      'first.ts':
        'import { second } from "./second.ts";\nexport const first = () => "first " + second();\n' +
        'export enum Level { High = "high" }',
      'second.ts':
        'import { first } from "./first.ts";\nexport function second() { return typeof first; }\n' +
        'export const awaited = await Promise.resolve(7);',
      'settings.json': '{ "rate": 1 }',
      'plain.cjs': 'module.exports = { plain: require("node:path").sep };'
    });
    expect(
      await run(
        'import { first, Level } from "./first.ts";\nimport { awaited } from "./second";\nimport plain from "./plain.cjs";\n' +
          'import settings from "./settings.json" with { type: "json" };\n[first(), Level.High, awaited, settings.rate, plain.plain]'
      )
    ).toBe("[ 'first function', 'high', 7, 1, '/' ]");
  });

  it('are read again by the next cell that imports them, also deep below', async () => {
    write({
      'second.ts': 'export function second() { return "changed"; }\nexport const awaited = await Promise.resolve(8);',
      'settings.json': '{ "rate": 2 }'
    });
    expect(
      await run(
        'import { first } from "./first";\nimport { awaited } from "./second";\nimport settings from "./settings.json";\n' +
          '[first(), awaited, settings.rate]'
      )
    ).toBe("[ 'first changed', 8, 2 ]");
    expect(await run('const dynamic = await import("./first.ts"); dynamic.first()')).toBe("'first changed'");
  });

  it('that fail say where, and run again when they are fixed', async () => {
    write({ 'broken.ts': 'const fine = 1;\nexport const value: number = JSON.parse("{");' });
    const failed = await kernel.execute('import { value } from "./broken.ts"; value');
    expect(traceback(failed)).toMatch(/SyntaxError[\s\S]*broken\.ts:2:35/);
    write({ 'broken.ts': 'export const value = "text" + ;' });
    expect(traceback(await kernel.execute('import { value } from "./broken.ts"; value'))).toContain('(broken.ts:1:31)');
    write({ 'broken.ts': 'export const value = 3;' });
    expect(await run('import { value } from "./broken.ts"; value')).toBe('3');
  });

  it('may be cells', async () => {
    await run('/** @module shapes */\nexport const corners = 4;');
    expect(await run('import { corners } from "./shapes"; corners')).toBe('4');
  });
});

describe('the language', () => {
  it('has using, which disposes at the end of its block or cell', async () => {
    const cell = await kernel.execute(
      'class Handle { [Symbol.dispose]() { console.log("closed"); } }\n{ using handle = new Handle(); console.log("open"); }\n' +
        'await using later = { async [Symbol.asyncDispose]() { console.log("closed later"); } };\nconsole.log("end")'
    );
    expect(printed(cell)).toBe('open\nclosed\nend\nclosed later\n');
  });

  it('has standard decorators', async () => {
    const cell = await kernel.execute(
      'function logged<T, A extends unknown[], R>(method: (this: T, ...args: A) => R, context: ClassMethodDecoratorContext) {\n' +
        '  return function (this: T, ...args: A): R { console.log(`calls ${String(context.name)}`); return method.apply(this, args); };\n}\n' +
        'class Model { @logged fit(rows: number) { return rows * 2; } }\nnew Model().fit(4)'
    );
    expect(printed(cell)).toBe('calls fit\n');
    expect(result(cell)).toBe('8');
  });

  it('has the standard library of this Node, typed', async () => {
    expect(
      await run(
        'const grouped = Object.groupBy([1, 2, 3], n => (n % 2 ? "odd" : "even"));\n' +
          '[[3, 1].toSorted(), new Set([1]).union(new Set([2])).size, grouped.odd!.length, [1, 2].values().map(n => n * 2).toArray()]'
      )
    ).toBe('[ [ 1, 3 ], 2, 2, [ 2, 4 ] ]');
    expect(traceback(await kernel.execute('[1].toSorted().length.nothing'))).toContain(
      "Property 'nothing' does not exist"
    );
  });

  it('keeps a type parameter that is const, and satisfies', async () => {
    await run(
      'function literal<const T>(value: T): T { return value; }\nconst words = literal(["a", "b"]) satisfies readonly string[];'
    );
    expect(traceback(await kernel.execute('const wrong: "c" = words[0]'))).toContain(
      `Type '"a"' is not assignable to type '"c"'`
    );
  });
});
