import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it, vi } from 'vitest';
import { z } from 'zod';
import { KernelClient, type Execution } from '../kernel/kernel-client.js';
import { notebookFolder, printed } from '../kernel/notebook.js';
import { outputsOf } from './notebook-outputs.js';

/*
 * Each notebook of this folder is run over Jupyter's protocol and must show the outputs that are saved in it. To save
 * what they show now, to be read before it is committed: SLIPWAY_SAVE_NOTEBOOKS=1.
 */
const Cell = z.looseObject({
  id: z.string(),
  source: z.string(),
  outputs: z.array(z.unknown()),
  metadata: z.object({
    slipway_test: z
      .object({ interrupt_after: z.string().describe('What the cell prints before it is interrupted.') })
      .optional()
  })
});
const Notebook = z.looseObject({
  cells: z.array(Cell),
  metadata: z.looseObject({
    slipway_test: z
      .object({
        order: z.array(z.string()).optional().describe('Ids of the cells to run; else all from the top.'),
        packages: z.record(z.string(), z.record(z.string(), z.string())).optional().describe('Package → file → text.')
      })
      .optional()
  })
});
type Notebook = z.infer<typeof Notebook>;

const FILES = readdirSync(import.meta.dirname).filter(name => name.endsWith('.ipynb'));

it.each(FILES)('%s shows what is saved in it', async name => {
  const file = path.join(import.meta.dirname, name);
  const notebook = Notebook.parse(JSON.parse(readFileSync(file, 'utf8')));
  const folder = notebookFolder();
  writePackages(folder, notebook.metadata.slipway_test?.packages ?? {});
  const kernel = await KernelClient.start(folder);
  try {
    const executions = await runCells(kernel, notebook);
    const ids = [...executions.keys()];
    const shown = (): object => {
      const outputs = outputsOf([...executions.values()]);
      return Object.fromEntries(ids.map((id, i) => [id, outputs[i]]));
    };
    if (process.env['SLIPWAY_SAVE_NOTEBOOKS']) {
      await new Promise(resolve => setTimeout(resolve, 2000));
      save(file, notebook, shown() as Record<string, unknown[]>);
    }
    const saved = Object.fromEntries(notebook.cells.map(({ id, outputs }) => [id, outputs]));
    // Outputs may come after their cell has ended.
    await vi.waitFor(() => expect(shown()).toEqual(saved), { timeout: 60_000 });
  } finally {
    await kernel.kill();
  }
});

/** Runs the cells in their order; of a cell that runs more than once the last execution counts. */
async function runCells(kernel: KernelClient, notebook: Notebook): Promise<Map<string, Execution>> {
  const executions = new Map<string, Execution>();
  for (const id of notebook.metadata.slipway_test?.order ?? notebook.cells.map(cell => cell.id)) {
    const cell = notebook.cells.find(each => each.id === id);
    if (!cell) {
      throw new Error(`There is no cell "${id}".`);
    }
    const execution = kernel.submit(cell.source, { cellId: id });
    executions.set(id, execution);
    const mark = cell.metadata.slipway_test?.interrupt_after;
    if (mark !== undefined) {
      await vi.waitFor(() => expect(printed(execution)).toContain(mark), { timeout: 60_000 });
      await new Promise(resolve => setTimeout(resolve, 100));
      await kernel.interrupt();
    }
    await execution.done;
  }
  return executions;
}

function writePackages(folder: string, packages: Record<string, Record<string, string>>): void {
  for (const [name, files] of Object.entries(packages)) {
    const target = path.join(folder, 'node_modules', name);
    mkdirSync(target, { recursive: true });
    for (const [file, text] of Object.entries(files)) {
      writeFileSync(path.join(target, file), text);
    }
  }
}

function save(file: string, notebook: Notebook, outputs: Record<string, unknown[]>): void {
  for (const cell of notebook.cells) {
    cell.outputs = outputs[cell.id] ?? [];
  }
  writeFileSync(file, `${JSON.stringify(notebook, null, 1)}\n`);
}
