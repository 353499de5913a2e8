import { afterAll, beforeAll, expect, it } from 'vitest';
import { KernelClient, type Execution } from './kernel-client.js';
import { notebookFolder, printed, result } from './notebook.js';

/** A loop ends 0.3 s after the interrupt; a busy machine may add to that. */
const SOON_MS = 1000;

let kernel: KernelClient;
beforeAll(async () => {
  kernel = await KernelClient.start(notebookFolder());
  await kernel.execute('0');
});
afterAll(() => kernel.kill());

const wait = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms));

/** Starts a cell and waits until it has printed "on". */
async function started(code: string): Promise<Execution> {
  const cell = kernel.submit(code);
  while (!printed(cell).includes('on')) {
    await wait(10);
  }
  return cell;
}

/** Runs a cell, interrupts it in its main part, and says how long it then took to end, in milliseconds. */
async function interrupted(code: string): Promise<{ cell: Execution; reply: Record<string, unknown>; ms: number }> {
  const cell = await started(code);
  await wait(150);
  const start = performance.now();
  await kernel.interrupt();
  const reply = await cell.done;
  return { cell, reply, ms: performance.now() - start };
}

const PRINT_FIRST = 'console.log("on"); await new Promise(r => setTimeout(r, 50));\n';

it.each([
  ['a busy loop after an await', PRINT_FIRST + 'while (true) {}'],
  ['a cell that awaits for ever', PRINT_FIRST + 'await new Promise(() => {})'],
  [
    'a busy loop in a promise that nobody awaits',
    PRINT_FIRST + 'await Promise.all([new Promise(() => {}), (async () => { await null; while (true) {} })()])'
  ],
  ['a loop of small awaits', PRINT_FIRST + 'while (true) await new Promise(r => setTimeout(r, 1))']
])('%s ends soon and the kernel goes on', async (_, code) => {
  const { reply, ms } = await interrupted(code);
  expect(reply).toMatchObject({ status: 'error', ename: 'Interrupted' });
  expect(ms).toBeLessThan(SOON_MS);
  expect(result(await kernel.execute('1 + 1'))).toBe('2');
});

it('a busy loop from the first line on ends soon', async () => {
  // Nothing that it prints can be seen before it ends, so it is interrupted when it surely runs.
  const cell = kernel.submit('while (true) {}');
  await wait(400);
  const start = performance.now();
  await kernel.interrupt();
  expect(await cell.done).toMatchObject({ status: 'error', ename: 'Interrupted' });
  expect(performance.now() - start).toBeLessThan(SOON_MS);
  expect(result(await kernel.execute('2 + 2'))).toBe('4');
});

it('a cell that listens to its signal ends by itself, with what it has', async () => {
  const take =
    'const context: any = (globalThis as any)[Symbol.for("slipway.notebook")];\nconst signal: AbortSignal = context.signal;\n';
  const { cell, reply } = await interrupted(
    `${take}console.log("on"); let steps = 0;\nwhile (!signal.aborted) { steps++; await new Promise(r => setTimeout(r, 5)); }\nsteps > 0`
  );
  expect(reply['status']).toBe('ok');
  expect(result(cell)).toBe('true');
});

it('a second interrupt ends a cell that listens and does not end', async () => {
  const take = 'const notebook: any = (globalThis as any)[Symbol.for("slipway.notebook")]; notebook.signal;\n';
  const cell = await started(`${take}console.log("on"); await new Promise(() => {})`);
  await kernel.interrupt();
  await kernel.interrupt();
  expect(await cell.done).toMatchObject({ status: 'error', ename: 'Interrupted' });
});

it('an interrupt while nothing runs does nothing', async () => {
  await kernel.interrupt();
  expect(result(await kernel.execute('3 + 3'))).toBe('6');
});

it('a loop that an interrupted cell goes on into is stopped by the next interrupt', async () => {
  const cell = await started('console.log("on"); await new Promise(r => setTimeout(r, 100));\nwhile (true) {}');
  await kernel.interrupt();
  expect(await cell.done).toMatchObject({ status: 'error', ename: 'Interrupted' });
  await wait(200);
  const next = kernel.submit('4 + 4');
  await kernel.interrupt();
  await next.done;
  expect(result(await kernel.execute('5 + 5'))).toBe('10');
});
