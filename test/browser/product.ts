import { execFile } from 'node:child_process';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { type Answer, routes, ServerFile } from '@slipway/contract';
import { LABEXTENSION, nodePath, ROOT } from '../harness/places.js';
import { freePort, startProcess, type TestProcess, waitFor } from '../harness/processes.js';

/** The whole product as `npm start` runs it, on a folder of its own. */
export interface TestProduct {
  /** Address of JupyterLab with its login token, showing the example. */
  readonly url: string;
  readonly process: TestProcess;
  /** Reads from its metadata server. */
  client(): Promise<Reader>;
}

/** Calls an operation that needs no body. @throws Error when it is refused. */
export type Reader = <O extends 'listSessions' | 'listSessionCells'>(
  operation: O,
  params?: Readonly<Record<string, string>>
) => Promise<Answer<O>>;

interface Notebook {
  cells: { cell_type: string; source: string | string[] }[];
}

/** A notebook's source, as one text. */
function sourceOf(cell: Notebook['cells'][number]): string {
  return typeof cell.source === 'string' ? cell.source : cell.source.join('');
}

/**
 * Copies the example without its cells from the promotion on, so that a test can press the button instead.
 *
 * @returns how many code cells are left.
 */
export async function copyExampleUpToPromotion(folder: string): Promise<number> {
  const notebook = JSON.parse(await readFile(path.join(ROOT, 'examples', '01-rain.ipynb'), 'utf8')) as Notebook;
  const promotion = notebook.cells.findIndex(
    cell => cell.cell_type === 'code' && sourceOf(cell).includes('slip.promote(')
  );
  if (promotion === -1) {
    throw new Error('The example promotes nothing.');
  }
  const cells = notebook.cells.slice(0, promotion);
  await mkdir(path.join(folder, 'examples'), { recursive: true });
  await writeFile(path.join(folder, 'examples', '01-rain.ipynb'), JSON.stringify({ ...notebook, cells }));
  return cells.filter(cell => cell.cell_type === 'code').length;
}

/** Starts metadata server, supervisor and JupyterLab on `directory`, with our labextension and kernel as built here. */
export async function startProduct(directory: string, own: string): Promise<TestProduct> {
  const share = path.join(own, 'share', 'jupyter');
  await mkdir(path.join(share, 'labextensions', '@slipway'), { recursive: true });
  await symlink(LABEXTENSION, path.join(share, 'labextensions', '@slipway', 'lab'));
  const install = path.join(ROOT, 'kernel-lib', 'dist', 'kernel', 'install.js');
  await promisify(execFile)(nodePath(), [install, '--prefix', own]);
  // Tests reach JupyterLab's commands through the application object on the page.
  await mkdir(path.join(own, 'config'), { recursive: true });
  await writeFile(
    path.join(own, 'config', 'jupyter_lab_config.json'),
    JSON.stringify({ LabApp: { expose_app_in_browser: true } })
  );
  const started = startProcess({
    command: nodePath(),
    args: [
      path.join(ROOT, 'server', 'bin', 'slipway.mjs'),
      'up',
      '--dir',
      directory,
      '--no-browser',
      '--port',
      String(await freePort())
    ],
    folder: directory,
    environment: {
      HOME: own,
      JUPYTER_PATH: share,
      JUPYTER_CONFIG_DIR: path.join(own, 'config'),
      JUPYTER_DATA_DIR: path.join(own, 'data'),
      JUPYTERLAB_SETTINGS_DIR: path.join(own, 'settings')
    }
  });
  const url = await waitFor(started, 'The product', async () => {
    const found = /Open\s+(http:\S+)/.exec(started.output());
    return found?.[1] ?? null;
  });
  return { url, process: started, client: () => readerOf(path.join(directory, '.slipway')) };
}

async function readerOf(dataFolder: string): Promise<Reader> {
  const server = ServerFile.parse(JSON.parse(await readFile(path.join(dataFolder, 'server.json'), 'utf8')));
  const token = (await readFile(server.token_file, 'utf8')).trim();
  return async (operation, params = {}) => {
    const route = routes[operation];
    const address = route.path.replace(/\{(\w+)\}/g, (_whole, name: string) => encodeURIComponent(params[name] ?? ''));
    const response = await fetch(new URL(address, server.url), { headers: { authorization: `Bearer ${token}` } });
    if (!response.ok) {
      throw new Error(`${operation}: ${response.status} ${await response.text()}`);
    }
    return route.answer.parse(await response.json()) as Answer<typeof operation>;
  };
}
