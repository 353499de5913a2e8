import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { installKernelspec } from '../../kernel-lib/dist/kernel/install.js';
import { cellsOf, notebookFolder, spooled } from './notebook.js';
import { nodePath, pythonPath } from '../harness/places.js';
import { temporaryFolder } from '../harness/temporary-folder.js';

const SOURCES = ['const a: number = 2;', 'console.log("out"); a * 21', '%slip help', 'await Promise.resolve("end")'];

function writeNotebook(folder: string): string {
  const cells = SOURCES.map((source, i) => ({
    cell_type: 'code',
    id: `cell-${i}`,
    source,
    metadata: {},
    outputs: [],
    execution_count: null
  }));
  const kernelspec = { name: 'slipway', display_name: 'TypeScript (Slipway)', language: 'typescript' };
  const file = path.join(folder, 'note book ü.ipynb');
  writeFileSync(file, JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: { kernelspec }, cells }));
  return file;
}

interface ExecutedCell {
  execution_count: number;
  outputs: { output_type: string; text?: string | string[]; data?: Record<string, unknown> }[];
}

it('nbconvert runs a notebook with counts and outputs, and the record is complete, cell 1 included', () => {
  const folder = notebookFolder();
  const file = writeNotebook(folder);
  const prefix = temporaryFolder('slipway-kernels-');
  installKernelspec(path.join(prefix, 'kernels'), { nodePath: nodePath() });
  execFileSync(
    pythonPath(),
    ['-m', 'jupyter', 'nbconvert', '--to', 'notebook', '--execute', '--output', 'executed.ipynb', file],
    {
      cwd: folder,
      env: { ...process.env, JUPYTER_PATH: prefix, JUPYTER_RUNTIME_DIR: path.join(prefix, 'runtime'), SLIPWAY_URL: '' },
      stdio: 'pipe'
    }
  );
  const executed = JSON.parse(readFileSync(path.join(folder, 'executed.ipynb'), 'utf8')) as { cells: ExecutedCell[] };
  expect(executed.cells.map(({ execution_count }) => execution_count)).toEqual([1, 2, 3, 4]);
  expect(executed.cells[1]?.outputs).toMatchObject([
    { output_type: 'stream', text: expect.anything() as unknown },
    { output_type: 'execute_result', data: { 'text/plain': ['42'] } }
  ]);
  const [records = []] = spooled(folder);
  expect(cellsOf(records).map(({ source, finished }) => [source, finished?.status])).toEqual(
    SOURCES.map(source => [source, 'ok'])
  );
  expect(records.at(-1)?.type).toBe('session.ended');
});
