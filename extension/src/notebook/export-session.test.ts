import type { Kernel } from '@jupyterlab/services';
import { describe, expect, it } from 'vitest';
import { ExportError, exportPath, exportSession } from './export-session.js';

const SESSION = '0123456789abcdef';

/** Kernels that answer every execution with `content`, and keep the requests. */
function kernels(content: Record<string, unknown>): { manager: Kernel.IManager; asked: string[]; ended: () => number } {
  const asked: string[] = [];
  let ended = 0;
  const kernel = {
    requestExecute: ({ code, silent }: { code: string; silent: boolean }) => {
      asked.push(`${silent ? 'silent' : 'loud'}: ${code}`);
      return { done: Promise.resolve({ content }) };
    },
    shutdown: () => {
      ended++;
      return Promise.resolve();
    },
    dispose: () => undefined
  };
  const manager = { startNew: () => Promise.resolve(kernel) } as unknown as Kernel.IManager;
  return { manager, asked, ended: () => ended };
}

describe('exporting a session', () => {
  it('goes beside the notebook under a name made of both', () => {
    expect(exportPath({ sessionId: SESSION, notebookPath: 'work/rain.ipynb' })).toBe(
      'work/rain-as-executed-01234567.ipynb'
    );
    expect(exportPath({ sessionId: SESSION, notebookPath: '' })).toBe('session-as-executed-01234567.ipynb');
  });

  it('runs silently in a kernel of its own, which is ended afterwards', async () => {
    const { manager, asked, ended } = kernels({ status: 'ok' });
    const path = await exportSession(manager, { sessionId: SESSION, notebookPath: 'rain.ipynb' });
    expect(path).toBe('rain-as-executed-01234567.ipynb');
    expect(asked).toHaveLength(1);
    expect(asked[0]).toContain(
      `silent: import * as slip from "slipway";\nawait slip.session("${SESSION}").export("${path}"`
    );
    expect(ended()).toBe(1);
  });

  it("hands on the library's own words when it refuses, and ends the kernel all the same", async () => {
    const { manager, ended } = kernels({ status: 'error', evalue: 'There is no session 0123.' });
    const refused = exportSession(manager, { sessionId: SESSION, notebookPath: 'rain.ipynb' });
    await expect(refused).rejects.toThrow(ExportError);
    await expect(refused).rejects.toThrow('There is no session 0123.');
    expect(ended()).toBe(1);
  });
});
