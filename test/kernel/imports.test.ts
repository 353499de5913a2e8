import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { KernelClient } from './kernel-client.js';
import { notebookFolder, printed, result, traceback } from './notebook.js';
import { ROOT } from '../harness/places.js';

let folder: string;
let kernel: KernelClient;
beforeAll(async () => {
  folder = notebookFolder();
  kernel = await KernelClient.start(folder);
});
afterAll(() => kernel.shutdown());

function writePackage(name: string, files: Record<string, string>): void {
  const target = path.join(folder, 'node_modules', name);
  mkdirSync(target, { recursive: true });
  for (const [file, text] of Object.entries(files)) {
    writeFileSync(path.join(target, file), text);
  }
}

it("slipway is the kernel's own instance, typed, in a folder with a space and an umlaut", async () => {
  const cell = await kernel.execute(
    'import * as slip from "slipway";\nconst f: typeof slip.data = slip.data; typeof f'
  );
  expect(traceback(cell)).toBe('');
  expect(result(cell)).toBe("'function'");
  const library = pathToFileURL(path.join(ROOT, 'kernel-lib', 'lib', 'index.js')).href;
  writeFileSync(path.join(folder, 'same.mjs'), `export const library = await import(${JSON.stringify(library)});\n`);
  const same = await kernel.execute('import { library } from "./same.mjs";\nlibrary.data === slip.data');
  expect(traceback(same)).toBe('');
  expect(result(same)).toBe('true');
  const wrong = await kernel.execute('const n: number = slip.data;');
  expect(traceback(wrong)).toContain("is not assignable to type 'number'");
  const missing = await kernel.execute('slip.dada');
  expect(traceback(missing)).toContain("Property 'dada' does not exist");
});

it('tfjs and the types of Node are there without anything installed near the notebook', async () => {
  const tensor = await kernel.execute(
    'import * as tf from "@tensorflow/tfjs";\nconst t: tf.Tensor1D = tf.tensor1d([1, 2, 3]);\nt.size'
  );
  expect(traceback(tensor)).toBe('');
  expect(result(tensor)).toBe('3');
  const wrong = await kernel.execute('const s: string = tf.tensor1d([1]).size;');
  expect(traceback(wrong)).toContain("Type 'number' is not assignable to type 'string'");
  const node = await kernel.execute(
    'import { readFileSync } from "node:fs";\nconst b: Buffer = readFileSync("same.mjs"); b.length > 0 && process.version.length > 2'
  );
  expect(traceback(node)).toBe('');
  expect(result(node)).toBe('true');
});

it('a package beside the notebook wins over one that the kernel brings, but not over slipway and tfjs', async () => {
  writePackage('vega-datasets', {
    'package.json': '{"main":"m.js","types":"m.d.ts"}',
    'm.js': 'exports.own = 1;',
    'm.d.ts': 'export const own: number;'
  });
  writePackage('slipway', { 'package.json': '{"main":"m.js"}', 'm.js': 'exports.own = 1;' });
  const cell = await kernel.execute(
    'import { own } from "vega-datasets";\nimport * as again from "slipway";\nown + typeof again.data'
  );
  expect(traceback(cell)).toBe('');
  expect(result(cell)).toBe("'1function'");
});

it('a package with an exports map is typed and loaded', async () => {
  writePackage('with-exports', {
    'package.json':
      '{"type":"module","exports":{".":{"types":"./t.d.ts","default":"./m.js"},"./sub":{"types":"./s.d.ts","default":"./s.js"}}}',
    'm.js': 'export const main = "main";',
    't.d.ts': 'export const main: string;',
    's.js': 'export const sub = await Promise.resolve("sub");',
    's.d.ts': 'export const sub: string;'
  });
  const cell = await kernel.execute(
    'import { main } from "with-exports";\nimport { sub } from "with-exports/sub";\n[main, sub].join()'
  );
  expect(traceback(cell)).toBe('');
  expect(result(cell)).toBe("'main,sub'");
});

it('a package that is not there is said so, and found once it was installed', async () => {
  const missing = await kernel.execute('import { late } from "comes-late";');
  expect(traceback(missing)).toContain("Cannot find module 'comes-late'");
  writePackage('comes-late', {
    'package.json': '{"main":"m.js","types":"m.d.ts"}',
    'm.js': 'exports.late = 5;',
    'm.d.ts': 'export const late: number;'
  });
  const found = await kernel.execute('import { late } from "comes-late";\nlate');
  expect(traceback(found)).toBe('');
  expect(result(found)).toBe('5');
});

it("the notebook's own TypeScript module is checked, run, and read again when it changes", async () => {
  writeFileSync(path.join(folder, 'own.ts'), 'export const twice = (n: number): number => 2 * n;\n');
  expect(result(await kernel.execute('import { twice } from "./own";\ntwice(4)'))).toBe('8');
  const wrong = await kernel.execute('twice("4")');
  expect(traceback(wrong)).toContain('TS2345');
  writeFileSync(path.join(folder, 'deeper.ts'), 'export const factor = 10;\n');
  const changed = 'import { factor } from "./deeper";\nexport const twice = (n: number): number => factor * n;\n';
  writeFileSync(path.join(folder, 'own.ts'), changed);
  // The compiler looks for changes of files now and then.
  await expect
    .poll(async () => result(await kernel.execute('import { twice } from "./own";\ntwice(4)')), { timeout: 10_000 })
    .toBe('40');
});

it('a dynamic import whose type has no name is kept for later cells', async () => {
  await kernel.execute('const os = await import("node:os")');
  const cell = await kernel.execute('console.log(os.platform())');
  expect(traceback(cell)).toBe('');
  expect(printed(cell)).toBe(`${process.platform}\n`);
});

it('types are checked as strictly as the user asks', async () => {
  const nullable = 'const name: string = null; function f(x) { return x; }';
  expect(traceback(await kernel.execute(nullable))).toBe('');
  const strict = await KernelClient.start(notebookFolder(), { SLIPWAY_STRICT: '1' });
  const refused = traceback(await strict.execute(nullable));
  await strict.kill();
  expect(refused).toContain("Type 'null' is not assignable to type 'string'");
  expect(refused).toContain("Parameter 'x' implicitly has an 'any' type");
});
