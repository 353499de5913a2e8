import type { OutputsReport, SpoolRecord } from '@slipway/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KernelClient } from './kernel-client.js';
import { notebookFolder, spooled } from './notebook.js';

let folder: string;
let kernel: KernelClient;
beforeEach(() => {
  folder = notebookFolder();
});
afterEach(() => kernel.kill());

async function start(env: NodeJS.ProcessEnv = {}): Promise<void> {
  kernel = await KernelClient.start(folder, env);
}

/** The newest report of each execution, in the order of the executions. */
function reports(): OutputsReport[] {
  const newest = new Map<string, OutputsReport>();
  const isReport = (record: SpoolRecord) => record.type === 'cell.outputs';
  for (const { cell } of spooled(folder).flat().filter(isReport)) {
    newest.set(cell.execution_id, cell);
  }
  return [...newest.values()];
}

async function until(condition: () => boolean): Promise<void> {
  await expect.poll(condition, { timeout: 60_000 }).toBe(true);
}

describe('what a cell shows is on record when the cell is answered', () => {
  it('as a notebook file would hold it', async () => {
    await start();
    await kernel.execute('console.log("one"); console.log("two"); console.error("careful");');
    await kernel.execute('await null; 6 * 7');
    await kernel.execute('import { display } from "tslab"; display.html("<b>bold</b>");');
    await kernel.execute('throw new TypeError("no")');
    expect(reports().map(({ outputs }) => outputs)).toMatchObject([
      [
        { output_type: 'stream', name: 'stdout', text: 'one\ntwo\n' },
        { output_type: 'stream', name: 'stderr', text: 'careful\n' }
      ],
      [{ output_type: 'execute_result', execution_count: 2, data: { 'text/plain': '42' } }],
      [{ output_type: 'display_data', data: { 'text/html': '<b>bold</b>' } }],
      [{ output_type: 'error', ename: 'TypeError', evalue: 'no' }]
    ]);
  });

  it('and survives the kernel being killed', async () => {
    await start();
    await kernel.execute('console.log("kept")');
    await kernel.kill();
    expect(reports()).toMatchObject([{ outputs: [{ text: 'kept\n' }] }]);
  });

  it('without secrets', async () => {
    await start({ SERVICE_TOKEN: 'quite-a-secret-value' });
    await kernel.execute(
      'process.stdout.write("a quite-a-sec"); console.log("ret-value b"); process.env.SERVICE_TOKEN'
    );
    expect(JSON.stringify(spooled(folder))).not.toMatch(/quite-a-secret-value/);
    expect(reports()).toMatchObject([{ outputs: [{ text: 'a *** b\n' }, { data: { 'text/plain': "'***'" } }] }]);
  });

  it('with the middle of a long stream left out', async () => {
    await start();
    await kernel.execute('for (let i = 0; i < 100_000; i++) console.log("line", i);');
    const [report] = reports();
    const [stream] = report?.outputs ?? [];
    const text = stream?.output_type === 'stream' ? stream.text : '';
    expect(text.length).toBeLessThan(130_000);
    expect(text.startsWith('line 0\nline 1\n')).toBe(true);
    expect(text.endsWith('line 99998\nline 99999\n')).toBe(true);
    expect(text).toContain(`… ${report?.left_out} characters left out …`);
  });
});

describe('what a cell shows after its end', () => {
  it('is added to its own record', async () => {
    await start();
    await kernel.execute('setTimeout(() => console.log("later"), 100); console.log("now");');
    await kernel.execute('console.log("another")');
    await until(() => JSON.stringify(reports()[0]).includes('later'));
    expect(reports().map(({ outputs }) => outputs)).toEqual([
      [{ output_type: 'stream', name: 'stdout', text: 'now\nlater\n' }],
      [{ output_type: 'stream', name: 'stdout', text: 'another\n' }]
    ]);
  });

  it('replaces a display where it was shown, also when another cell updates it', async () => {
    await start();
    await kernel.execute('import { newDisplay } from "tslab"; const bar = newDisplay(); bar.text("0 %");');
    await kernel.execute('bar.text("100 %");');
    await until(() => JSON.stringify(reports()[0]).includes('100 %'));
    expect(reports()).toMatchObject([{ outputs: [{ data: { 'text/plain': '100 %' } }] }]);
  });
});

describe('how much is recorded', () => {
  it('is for the user to say, in a cell', async () => {
    await start();
    await kernel.execute('import * as slip from "slipway"; slip.recordOutputs({ cell: 40 });');
    await kernel.execute('console.log("x".repeat(100)); ');
    expect(reports()).toMatchObject([
      { left_out: 81, outputs: [{ text: `${'x'.repeat(10)}\n… 81 characters left out …\n${'x'.repeat(9)}\n` }] }
    ]);
    await kernel.execute('slip.recordOutputs({ cell: 0 })');
    await kernel.execute('console.log("not this")');
    expect(reports()).toHaveLength(1);
    const { published } = await kernel.execute('slip.recordOutputs({ cell: -1 })');
    expect(JSON.stringify(published)).toContain('Give a number of characters, or 0 to record no outputs');
  });

  it('and in the environment', async () => {
    await start({ SLIPWAY_CELL_OUTPUTS: '0' });
    await kernel.execute('console.log("not this")');
    expect(reports()).toEqual([]);
  });
});
