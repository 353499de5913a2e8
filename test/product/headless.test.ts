import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startProcess, waitFor } from '../harness/processes.js';
import { nodePath } from '../harness/places.js';
import { EXAMPLE, freshFolder, processesNaming, PROGRAM, runToEnd, ServerClient } from './slipway.js';

interface Notebook {
  cells: { cell_type: string; source: string[] }[];
}

describe('npm start -- --run', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await freshFolder();
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('executes the example, prints the URL and a prediction of the service, logs every cell and leaves no process', async () => {
    const { code, output } = await runToEnd([PROGRAM, 'up', '--run', '--dir', folder]);
    expect(output).toMatch(/Service\s+http:\/\/127\.0\.0\.1:\d+/);
    expect(output).toMatch(/200\s+\{"model":"rain","version":"1","predictions":\[\{"label":"(rain|dry)"/);
    expect(code).toBe(0);
    expect(await processesNaming(folder)).toEqual([]);

    const notebook = JSON.parse(await readFile(EXAMPLE, 'utf8')) as Notebook;
    const sources = notebook.cells.filter(cell => cell.cell_type === 'code').map(cell => cell.source.join(''));
    const server = startProcess({
      command: nodePath(),
      args: [PROGRAM, 'server', '--data', path.join(folder, '.slipway')],
      folder
    });
    try {
      const client = new ServerClient(path.join(folder, '.slipway'));
      const cells = await waitFor(server, 'The metadata server', () => client.cells());
      expect(cells.map(cell => cell.order)).toEqual(sources.map((_, i) => i + 1));
      expect(cells.map(cell => cell.source)).toEqual(sources);
      expect(new Set(cells.map(cell => cell.status))).toEqual(new Set(['ok']));
      expect(cells.every(cell => cell.duration_ms !== null && cell.started_at > 0)).toBe(true);
      const [run] = await client.runs();
      expect(run).toMatchObject({ experiment_name: 'rain', status: 'FINISHED', language: 'typescript' });
      const training = cells.find(cell => cell.source.includes('slip.run('))!;
      expect(training.run_ids).toEqual([run!.run_id]);
    } finally {
      await server.stop();
    }
  });

  it('says which cell failed and why, and the record holds that cell, too', async () => {
    const source = ['const near = 1;\n', 'throw new RangeError("no rain at all");'];
    const cell = (lines: string[]): unknown => ({
      cell_type: 'code',
      metadata: {},
      outputs: [],
      execution_count: null,
      source: lines
    });
    const notebook = path.join(folder, 'broken.ipynb');
    await writeFile(
      notebook,
      JSON.stringify({
        nbformat: 4,
        nbformat_minor: 4,
        metadata: { kernelspec: { name: 'slipway', display_name: 'TypeScript (Slipway)', language: 'typescript' } },
        cells: [cell(['const first = 1;']), cell(source)]
      })
    );
    const { code, output } = await runToEnd([PROGRAM, 'up', '--run', '--dir', folder, '--notebook', notebook]);
    expect(code).toBe(1);
    expect(output).toContain('Cell 2 failed.');
    expect(output).toContain('throw new RangeError("no rain at all");');
    expect(output).toContain('RangeError: no rain at all');
    expect(await processesNaming(folder)).toEqual([]);
  });
});
