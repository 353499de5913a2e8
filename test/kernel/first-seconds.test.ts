import { afterEach, expect, it } from 'vitest';
import { KernelClient } from './kernel-client.js';
import { notebookFolder, result } from './notebook.js';

let kernel: KernelClient;
afterEach(() => kernel.shutdown());

it('Tab in the first seconds after start is answered while the compiler is loaded, and with types when it is there', async () => {
  kernel = await KernelClient.start(notebookFolder());
  const complete = (code: string) => kernel.request('complete_request', { code, cursor_pos: code.length });
  // Both are asked at once; what only the compiler knows is answered without it, with nothing.
  const [early, unknown] = await Promise.all([complete('Math.sq'), complete('[1].toSor')]);
  expect(early).toMatchObject({ status: 'ok', matches: ['sqrt'], cursor_start: 5, cursor_end: 7 });
  expect(unknown).toMatchObject({ status: 'ok', matches: [] });
  await expect.poll(async () => (await complete('[1].toSor'))['matches'], { timeout: 60_000 }).toEqual(['toSorted']);
  expect(result(await kernel.execute('1 + 1'))).toBe('2');
});
