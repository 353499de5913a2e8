import { afterEach, expect, it } from 'vitest';
import { KernelClient } from './kernel-client.js';
import { notebookFolder, result } from './notebook.js';

/** JupyterLab drops completions that take longer. */
const TIMEOUT_OF_LAB_MS = 1000;

let kernel: KernelClient;
afterEach(() => kernel.shutdown());

it('Tab in the first seconds after start is answered while the compiler is loaded, and with types when it is there', async () => {
  kernel = await KernelClient.start(notebookFolder());
  const complete = (code: string) => kernel.request('complete_request', { code, cursor_pos: code.length });
  const start = performance.now();
  const early = await complete('Math.sq');
  expect(early).toMatchObject({ status: 'ok', matches: ['sqrt'], cursor_start: 5, cursor_end: 7 });
  // Generous for a machine under load: what counts is that it does not wait for the compiler.
  expect(performance.now() - start).toBeLessThan(2 * TIMEOUT_OF_LAB_MS);
  await expect.poll(async () => (await complete('[1].toSor'))['matches'], { timeout: 60_000 }).toEqual(['toSorted']);
  expect(result(await kernel.execute('1 + 1'))).toBe('2');
});
