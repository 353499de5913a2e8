import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type NotebookSession, routes, type SessionCell } from '@slipway/contract';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ChromiumPlace, findChromium, launchChromium } from './chromium.js';
import { startJupyterLab, type TestJupyterLab } from './jupyterlab.js';
import { changeTheme, execute, kernelReady, openLab, screenshot } from './lab-page.js';
import { startMetadataServer, type TestMetadataServer } from './metadata-server.js';
import { CACHE } from '../harness/places.js';

const place: ChromiumPlace | null = await findChromium(CACHE);

const NOTEBOOK = 'churn.ipynb';
const SOURCES = [
  'depth = 3',
  [
    'import mlflow',
    'with mlflow.start_run(run_name="py-run"):',
    '    mlflow.log_param("depth", depth)',
    '    mlflow.log_metric("accuracy", 0.75)'
  ].join('\n'),
  'print("done", depth)'
];

function notebook(sources: readonly string[]): string {
  const cells = sources.map((source, index) => ({
    cell_type: 'code',
    execution_count: null,
    id: `cell-${index + 1}`,
    metadata: {},
    outputs: [],
    source
  }));
  const kernelspec = { display_name: 'Python 3', language: 'python', name: 'python3' };
  return JSON.stringify({ cells, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 });
}

describe.skipIf(place === null)('a Python notebook', () => {
  let folder: string;
  let server: TestMetadataServer;
  let lab: TestJupyterLab;
  let browser: Browser;
  let page: Page;
  let faults: string[];

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'slipway-python-'));
    server = await startMetadataServer(path.join(folder, 'data'));
    lab = await startJupyterLab({
      folder: path.join(folder, 'lab'),
      metadataServer: server,
      environment: { MLFLOW_TRACKING_URI: server.url, MLFLOW_TRACKING_TOKEN: server.token }
    });
    await writeFile(path.join(lab.files, NOTEBOOK), notebook(SOURCES));
    browser = await launchChromium(place!);
    ({ page, faults } = await openLab(browser, lab.page()));
    await openNotebook(page);
  });

  afterAll(async () => {
    await browser?.close();
    await lab?.process.stop();
    await server?.process.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const openNotebook = async (shown: Page): Promise<void> => {
    await execute(shown, 'docmanager:open', { path: NOTEBOOK });
    await kernelReady(shown);
  };
  const showNotebook = (): Promise<void> => page.getByRole('tab', { name: NOTEBOOK, exact: true }).click();
  /** Runs one cell of the shown notebook, counted from 1. */
  const runCell = async (shown: Page, number: number): Promise<void> => {
    await shown
      .locator('.jp-Notebook .jp-CodeCell .cm-content')
      .nth(number - 1)
      .click();
    await execute(shown, 'notebook:run-cell');
  };
  const sessions = async (): Promise<NotebookSession[]> =>
    routes.listSessions.answer.parse(await server.send('GET', '/api/v1/sessions')).sessions;
  const cellsOf = async (session: NotebookSession | undefined): Promise<SessionCell[]> => {
    const answer = await server.send('GET', `/api/v1/sessions/${session?.session_id}/cells`);
    return routes.listSessionCells.answer.parse(answer).cells;
  };
  const finished = async (count: number): Promise<SessionCell[]> => {
    let cells: SessionCell[] = [];
    await expect
      .poll(
        async () => {
          cells = await cellsOf((await sessions())[0]);
          return cells.filter(({ status }) => status !== 'running').length;
        },
        { timeout: 30_000 }
      )
      .toBe(count);
    return cells;
  };

  it('has its cells on record, with their order, times and places', async () => {
    await execute(page, 'notebook:run-all-cells', {}, 60_000);
    const cells = await finished(3);
    expect(cells.map(({ order, cell_id, source, status }) => ({ order, cell_id, source, status }))).toEqual(
      SOURCES.map((source, index) => ({ order: index + 1, cell_id: `cell-${index + 1}`, source, status: 'ok' }))
    );
    expect(cells[1]?.duration_ms).toBeGreaterThan(0);
    expect(await sessions()).toMatchObject([
      { kernel: 'python3', language: 'python', notebook_path: NOTEBOOK, state: 'alive', recorder: 'front_end' }
    ]);
  });

  it('has the run of the stock MLflow client linked to the cell that made it', async () => {
    await execute(page, 'slipway:show-runs');
    await page.getByRole('treeitem', { name: /^Run py-run, finished/ }).click();
    await page.getByRole('heading', { name: 'py-run' }).waitFor();
    await screenshot(page, 'python-1-run');
    await page.getByRole('tab', { name: 'Cells', exact: true }).click();
    const cells = page.getByRole('tabpanel').locator('.jp-SlipwayCell');
    await cells.filter({ hasText: 'mlflow.start_run(run_name="py-run")' }).waitFor();
    expect(await cells.count()).toBe(1);
    await screenshot(page, 'python-2-run-cells');
  });

  it('has a session page with all its cells, their run, and a clean stamp', async () => {
    await page.getByRole('button', { name: 'All cells of the session' }).click();
    await page.getByRole('heading', { name: NOTEBOOK }).waitFor();
    const view = page.locator('.jp-SlipwayPage').filter({ has: page.getByRole('heading', { name: NOTEBOOK }) });
    await view.getByText('Restart and run all is clean').waitFor();
    expect(await view.locator('.jp-SlipwayCell').count()).toBe(3);
    await view.locator('.jp-SlipwayCell').nth(1).getByRole('button', { name: 'py-run' }).waitFor();
    await screenshot(page, 'python-3-session');
  });

  it('marks a cell that was edited after it ran, in the status bar and on the page', async () => {
    await showNotebook();
    await page.locator('.jp-Notebook .jp-CodeCell .cm-content').first().click();
    await page.keyboard.press('End');
    await page.keyboard.type(' + 1');
    await page.getByRole('button', { name: '1 stale cell', exact: true }).click();
    const view = page.locator('.jp-SlipwayPage').filter({ has: page.getByRole('heading', { name: NOTEBOOK }) });
    await view.getByText('edited since').waitFor();
    await view.getByText('1 cell was edited after it ran.').waitFor();
    await view.locator('.jp-SlipwayCell').first().getByRole('button', { name: 'Show in notebook' }).click();
    await page.locator('.jp-Notebook .jp-Cell.jp-mod-active').filter({ hasText: 'depth = 3 + 1' }).waitFor();
  });

  it('says which cells ran again or failed, and that this is not clean', async () => {
    await runCell(page, 1);
    await page.getByRole('button', { name: '1 stale cell', exact: true }).waitFor({ state: 'detached' });
    await page.locator('.jp-Notebook .jp-CodeCell .cm-content').nth(2).click();
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('1 / 0');
    await execute(page, 'notebook:run-cell').catch(() => undefined);
    const cells = await finished(5);
    expect(cells[4]).toMatchObject({ status: 'error', error: { name: 'ZeroDivisionError' }, cell_id: 'cell-3' });
    await page.locator('[data-jp-item-name="slipway-session"]').getByRole('button').click();
    const view = page.locator('.jp-SlipwayPage').filter({ has: page.getByRole('heading', { name: NOTEBOOK }) });
    await view.getByText('2 cells ran more than once.').waitFor();
    await view.getByText('1 cell did not succeed.').waitFor();
    await view.getByText('ZeroDivisionError: division by zero').waitFor();
    await screenshot(page, 'python-4-not-clean');
    await changeTheme(page, 'JupyterLab Dark');
    await screenshot(page, 'python-5-dark');
    await changeTheme(page, 'JupyterLab Light');
  });

  it('is recorded once when two pages have it open, and after a reload', async () => {
    await showNotebook();
    await execute(page, 'docmanager:save');
    const second = await openLab(browser, lab.page());
    await openNotebook(second.page);
    await runCell(second.page, 1);
    expect(await finished(6)).toHaveLength(6);
    await page.reload();
    await page.locator('.jp-Notebook .jp-CodeCell').first().waitFor({ timeout: 60_000 });
    await kernelReady(page);
    await runCell(page, 2);
    const cells = await finished(7);
    expect(cells.map(({ order }) => order)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(cells.at(-1)).toMatchObject({ cell_id: 'cell-2', status: 'ok' });
    // The run is linked a moment later than its cell is on record.
    await expect.poll(async () => (await finished(7)).at(-1)?.run_ids.length).toBe(1);
    expect(await sessions()).toHaveLength(1);
    expect(second.faults).toEqual([]);
    await second.page.close();
  });

  it('has a new session after the kernel was restarted, and the old one ended', async () => {
    await showNotebook();
    const restarted = execute(page, 'notebook:restart-kernel', {}, 60_000);
    await page.getByRole('button', { name: 'Confirm Kernel Restart' }).click();
    await restarted;
    await kernelReady(page);
    await runCell(page, 1);
    await expect
      .poll(async () => (await sessions()).map(({ state }) => state), { timeout: 30_000 })
      .toEqual(['alive', 'ended']);
    expect(await finished(1)).toMatchObject([{ order: 1, execution_count: 1, cell_id: 'cell-1' }]);
  });

  it('fails the run that a kernel left behind when it died', async () => {
    await page.locator('.jp-Notebook .jp-CodeCell .cm-content').nth(2).click();
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type(
      'import mlflow, os, time; mlflow.start_run(run_name="orphan"); time.sleep(1); os._exit(1)'
    );
    // JupyterLab tells of the death in a dialog, and the command ends only after it.
    const ran = execute(page, 'notebook:run-cell').catch(() => undefined);
    await execute(page, 'slipway:show-runs');
    await page.getByRole('treeitem', { name: /^Run orphan, failed/ }).waitFor({ timeout: 30_000 });
    const [died] = await sessions();
    expect(died).toMatchObject({ state: 'ended' });
    expect((await cellsOf(died)).at(-1)).toMatchObject({
      status: 'error',
      error: { name: 'KernelGone' },
      run_ids: [expect.any(String)]
    });
    await screenshot(page, 'python-6-died');
    await page.locator('.jp-Dialog').getByRole('button', { name: 'Ok' }).click();
    await ran;
  });

  it('causes no error on the page', () => {
    expect(faults).toEqual([]);
  });
});
