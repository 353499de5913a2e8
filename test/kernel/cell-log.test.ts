import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { KernelClient } from './kernel-client.js';
import { cellsOf, notebookFolder, printed, result, spooled } from './notebook.js';
import { RecordServer } from './record-server.js';

let folder: string;
let server: RecordServer;
const kernels: KernelClient[] = [];

beforeEach(() => {
  folder = notebookFolder();
  server = new RecordServer();
});
afterEach(async () => {
  for (const kernel of kernels.splice(0)) {
    await kernel.kill();
  }
  await server.stop();
});

async function startKernel(env: NodeJS.ProcessEnv = {}): Promise<KernelClient> {
  const kernel = await KernelClient.start(folder, env);
  kernels.push(kernel);
  return kernel;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) {
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}

it('has every cell, the first one, failing, aborted and interrupted ones too, but no silent one', async () => {
  const kernel = await startKernel();
  await kernel.execute('const first = 1', { cellId: 'cell-one' });
  await kernel.execute('"hidden"', { silent: true });
  await kernel.execute('let s: string = first;');
  const failing = [kernel.submit('await null; throw new RangeError("too far")'), kernel.submit('"never"')];
  await Promise.all(failing.map(({ done }) => done));
  const waiting = kernel.submit('console.log("on"); await new Promise(() => {})');
  await until(() => printed(waiting).includes('on'));
  await kernel.interrupt();
  await waiting.done;

  const [records = []] = spooled(folder);
  expect(records[0]?.type).toBe('session.started');
  expect(records.map(({ seq }) => seq)).toEqual(records.map((_, i) => i + 1));
  const cells = cellsOf(records);
  expect(cells.map(({ order, execution_count, finished }) => [order, execution_count, finished?.status])).toEqual([
    [1, 1, 'ok'],
    [2, 2, 'error'],
    [3, 3, 'error'],
    [4, 3, 'aborted'],
    [5, 4, 'interrupted']
  ]);
  expect(cells[0]).toMatchObject({
    source: 'const first = 1',
    cell_id: 'cell-one',
    finished: { writes: ['variable:first'] }
  });
  expect(cells[1]?.finished?.error).toMatchObject({ name: 'CompileError' });
  expect(cells[2]?.finished?.error).toMatchObject({ name: 'RangeError', message: 'too far' });
  const [start] = records.filter(({ type }) => type === 'cell.started');
  const sha256 = createHash('sha256').update('const first = 1').digest('hex');
  expect(start).toMatchObject({ cell: { source_sha256: sha256, message_id: expect.any(String) as string } });
});

it('says what each cell read and wrote, and on which executions it depends', async () => {
  const kernel = await startKernel();
  await kernel.execute('import fs from "node:fs";\nconst rows = [1, 2];');
  await kernel.execute('fs.writeFileSync("rows.json", JSON.stringify(rows));');
  await kernel.execute('function total() { return rows.reduce((a, b) => a + b) }');
  await kernel.execute('rows.push(3); throw new Error("after the change")');
  await kernel.execute('let broken: string = rows;');
  await kernel.execute('[total(), fs.readFileSync("rows.json", "utf8")]');
  const [records = []] = spooled(folder);
  const [{ execution_id: first = '' } = {}] = records.flatMap(r => (r.type === 'cell.started' ? [r.cell] : []));
  const nth = (order: number): string => first.replace(/1$/, String(order));
  expect(cellsOf(records).map(({ finished }) => [finished?.reads, finished?.writes, finished?.depends_on])).toEqual([
    [[], ['variable:fs', 'variable:rows'], []],
    [['variable:fs', 'variable:rows'], ['file:rows.json'], [nth(1)]],
    [[], ['variable:total'], []],
    [['variable:rows'], ['variable:rows'], [nth(1)]],
    [[], [], []],
    [['file:rows.json', 'variable:fs', 'variable:rows', 'variable:total'], [], [nth(1), nth(2), nth(3), nth(4)]]
  ]);
});

it('knows the files that a cell reads and writes under names that it computes, with their digests', async () => {
  mkdirSync(path.join(folder, 'data'));
  writeFileSync(path.join(folder, 'data', 'day-1.csv'), 'a\n1\n');
  const kernel = await startKernel();
  await kernel.execute('import { readFile } from "node:fs/promises"; const names = ["day", "1"];');
  await kernel.execute('const text = await readFile(`./data/${names.join("-")}.csv`, "utf8");');
  await kernel.execute(
    'const fs = await import("fs"); await new Promise<void>(r => fs.createWriteStream(names[0] + ".txt").end(text, () => r()));'
  );
  const [first, second, third] = cellsOf(spooled(folder)[0] ?? []).map(({ finished }) => finished);
  const file = { size: 4, sha256: createHash('sha256').update('a\n1\n').digest('hex') };
  expect(first?.files).toEqual([]);
  expect(second?.reads).toContain('file:data/day-1.csv');
  expect(second?.files).toEqual([{ name: 'data/day-1.csv', ...file }]);
  expect(third).toMatchObject({ writes: expect.arrayContaining(['file:day.txt']) as string[] });
  expect(third?.files).toEqual([{ name: 'day.txt', ...file }]);
});

it('knows the notebook, Node, packages and the git commit of the session', async () => {
  const git = (...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], { cwd: folder, encoding: 'utf8' });
  git('init', '-q', '-b', 'trunk');
  writeFileSync(path.join(folder, 'package.json'), '{"name":"weather","version":"2.0.0","dependencies":{"dep":"*"}}');
  mkdirSync(path.join(folder, 'node_modules', 'dep'), { recursive: true });
  writeFileSync(path.join(folder, 'node_modules', 'dep', 'package.json'), '{"version":"1.2.3"}');
  git('add', 'package.json');
  git('commit', '-qm', 'one');
  writeFileSync(
    path.join(folder, 'package.json'),
    '{"name":"weather","version":"2.0.1","dependencies":{"dep":"*"},"api_key":"0123456789"}'
  );
  mkdirSync(path.join(folder, '.slipway'));
  const notebook = path.join(folder, 'deep', 'rain ü.ipynb');
  const kernel = await startKernel({ JPY_SESSION_NAME: notebook });
  await kernel.execute('1');
  // On a busy machine the environment becomes known after the session's start.
  const environment = () =>
    spooled(folder)
      .flat()
      .map(record =>
        record.type === 'session.started'
          ? record.session.environment
          : record.type === 'session.seen' && record.environment
      )
      .find(Boolean);
  await until(() => Boolean(environment()));
  expect(spooled(folder)[0]?.[0]).toMatchObject({
    session: { kernel: 'slipway', notebook_path: 'deep/rain ü.ipynb' }
  });
  expect(environment()).toMatchObject({
    packages: { weather: '2.0.1', dep: '1.2.3', slipway: expect.any(String) as string },
    machine: { cores: cpus().length, memory_bytes: totalmem() },
    git: { commit: git('rev-parse', 'HEAD').trim(), branch: 'trunk', dirty: true, diff_left_out: 0 }
  });
  const { diff = '' } = (environment() || undefined)?.git ?? {};
  expect(diff).toContain('-{"name":"weather","version":"2.0.0"');
  expect(diff).toContain('"api_key":"***"');
});

it('holds no obvious secret', async () => {
  const kernel = await startKernel({ WEATHER_API_KEY: 'very-secret-value' });
  await kernel.execute('const key = "very-secret-value"; const header = "Bearer abcdefgh12345678";');
  await kernel.execute('throw new Error("no access with very-secret-value")');
  const text = JSON.stringify(spooled(folder));
  expect(text).not.toContain('very-secret-value');
  expect(text).not.toContain('abcdefgh12345678');
  expect(text).toContain('no access with ***');
});

it('reaches the server in the order of events, and the spool is gone when the session has ended', async () => {
  await server.start();
  server.announceIn(folder);
  const kernel = await startKernel();
  await kernel.execute('1');
  await kernel.execute('throw new Error("x")');
  await kernels.pop()?.shutdown();
  // What is found out about the session on the way comes when it comes.
  const types = server.records().flatMap(({ type }) => (type === 'session.seen' ? [] : type));
  expect(types).toEqual([
    'session.started',
    'cell.started',
    'cell.finished',
    'cell.outputs',
    'cell.started',
    'cell.finished',
    'cell.outputs',
    'session.ended'
  ]);
  expect(spooled(folder)).toEqual([]);
});

it('waits on disk while the server is away, and is complete and not doubled when it is back', async () => {
  await server.start();
  server.announceIn(folder);
  const kernel = await startKernel();
  await kernel.execute('1');
  await until(() => server.records().length >= 4);
  await server.stop();
  for (let i = 0; i < 20; i++) {
    await kernel.execute(`${i}`);
  }
  await server.start();
  server.announceIn(folder);
  await kernel.execute('"back"');
  await kernels.pop()?.shutdown();
  expect(cellsOf(server.records()).map(({ order }) => order)).toEqual(Array.from({ length: 22 }, (_, i) => i + 1));
  expect(server.records().map(({ seq }) => seq)).toEqual(server.records().map((_, i) => i + 1));
});

it('goes on while a cell keeps the kernel busy', async () => {
  await server.start();
  server.announceIn(folder);
  const kernel = await startKernel();
  await kernel.execute('1');
  const busy = kernel.submit('console.log("on"); await new Promise(r => setTimeout(r, 50));\nwhile (true) {}');
  await until(() => printed(busy).includes('on'));
  await until(() => cellsOf(server.records()).length === 2);
  expect(cellsOf(server.records())[1]?.finished).toBeUndefined();
});

it('of a kernel that is killed in mid-cell is on disk, and is sent by the next kernel', async () => {
  const first = await startKernel();
  await first.execute('const before = 1');
  const cell = first.submit('console.log("on"); await new Promise(() => {})');
  await until(() => printed(cell).includes('on'));
  await kernels.pop()?.kill();
  const [left = []] = spooled(folder);
  expect(cellsOf(left).map(({ finished }) => finished?.status)).toEqual(['ok', undefined]);

  await server.start();
  server.announceIn(folder);
  const second = await startKernel();
  await second.execute('"next"');
  await until(() => server.sessions.size === 2 && spooled(folder).length === 1);
  const sent = [...server.sessions.values()].map(records => cellsOf(records).map(({ source }) => source));
  expect(sent).toContainEqual(['const before = 1', 'console.log("on"); await new Promise(() => {})']);
});

it.each([
  ['busy', 'while (true) {}'],
  ['waiting', 'await new Promise(() => {})']
])('of a kernel that is shut down while a cell is %s is complete', async (_, code) => {
  const kernel = await startKernel();
  const cell = kernel.submit(`console.log("on"); await new Promise(r => setTimeout(r, 50));\n${code}`);
  await until(() => printed(cell).includes('on'));
  await kernels.pop()?.shutdown();
  const [records = []] = spooled(folder);
  expect(cellsOf(records).map(({ finished }) => finished?.status)).toEqual(['interrupted']);
  expect(records.at(-1)?.type).toBe('session.ended');
});

it('of a notebook whose folder cannot be written is one warning, and cells run', async () => {
  writeFileSync(path.join(folder, '.slipway'), 'in the way');
  const kernel = await startKernel();
  const cell = await kernel.execute('6 * 7');
  expect(cell.reply['status']).toBe('ok');
  expect(kernel.stderr.match(/Slipway cannot write its record/g)).toHaveLength(1);
});

it('a cell that fails writes what it came to assign, and leaves everything else as it was', async () => {
  const folder = notebookFolder();
  const kernel = await KernelClient.start(folder);
  await kernel.execute('const rate = 0.5; let count = 1;');
  await kernel.execute(
    'const done = 1;\nconst rate = JSON.parse("{");\ncount = 2; const never = 3; require("node:fs").writeFileSync("a.txt", "");'
  );
  const kept = await kernel.execute('[rate, count, done]');
  await kernel.execute('let count: number | undefined;');
  const reset = await kernel.execute('[count]');
  await kernel.shutdown();
  expect(result(kept)).toBe('[ 0.5, 1, 1 ]');
  expect(result(reset)).toBe('[ undefined ]');
  const [records = []] = spooled(folder);
  const [first, failed, third] = cellsOf(records).map(({ finished }) => finished);
  expect(first).toMatchObject({ writes: ['variable:count', 'variable:rate'] });
  expect(failed).toMatchObject({ status: 'error', writes: ['variable:done'] });
  expect(third?.depends_on).toHaveLength(2);
});
