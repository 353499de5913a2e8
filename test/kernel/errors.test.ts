import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KernelClient } from './kernel-client.js';
import { notebookFolder, printed, result, traceback } from './notebook.js';

let kernel: KernelClient;
beforeAll(async () => {
  kernel = await KernelClient.start(notebookFolder());
  await kernel.execute('function fail(): never {\n  throw new Error("no");\n}');
});
afterAll(() => kernel.shutdown());

/** The frames of one error, as the stack of a caught one names them. */
const FRAMES = /Error: no\n\s+at fail \(Cell In\[1\]:2:9\)\n\s+at (?:async )?Cell In\[\d+\]:1:7\n/;

describe('the stack of a caught error names cells, and nothing of the kernel', () => {
  it.each([
    ['as text', 'try { fail(); } catch (error) { console.log((error as Error).stack); }'],
    ['logged', 'try { fail(); } catch (error) { console.log(error); }'],
    ['inside an object', 'try { fail(); } catch (error) { console.log({ error }); }']
  ])('%s', async (_, code) => {
    const shown = printed(await kernel.execute(code));
    expect(shown).toMatch(FRAMES);
    expect(shown).not.toMatch(/slip:|node:|dist/);
  });

  it('of console.error and console.trace', async () => {
    const cell = await kernel.execute('try { fail(); } catch (error) { console.error(error); }\nconsole.trace("here")');
    const shown = printed(cell, 'stderr');
    expect(shown).toMatch(FRAMES);
    expect(shown).toMatch(/Trace: here\n {4}at Cell In\[\d+\]:2:9\n$/);
  });

  it('of a promise that was rejected, and of one that a result holds', async () => {
    const cell = await kernel.execute(
      'const settled = await Promise.allSettled([(async () => {\n  await null;\n  fail();\n})()]);\nsettled[0]'
    );
    expect(result(cell)).toMatch(/at fail \(Cell In\[1\]:2:9\)\n\s+at Cell In\[\d+\]:3:3/);
    expect(result(cell)).not.toMatch(/slip:|node:|dist/);
  });
});

describe('what a cell throws may be', () => {
  it.each([
    [
      'a proxy whose traps throw',
      'throw new Proxy({}, { get() { throw new Error("trap"); }, getPrototypeOf() { throw new Error("trap"); } })'
    ],
    ['a revoked proxy', 'const revoked = Proxy.revocable({}, {}); revoked.revoke(); throw revoked.proxy'],
    [
      'an error whose members throw',
      'throw Object.defineProperty(new Error("x"), "stack", { get() { throw new Error("trap"); } })'
    ],
    ['nothing', 'throw undefined']
  ])('%s, and the kernel goes on', async (_, code) => {
    const cell = await kernel.execute(code);
    expect(cell.reply).toMatchObject({ status: 'error', ename: 'Thrown' });
    expect(traceback(cell)).toMatch(/^Thrown: ./);
    expect(result(await kernel.execute('1 + 1'))).toBe('2');
  });
});
