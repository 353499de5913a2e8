import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { PredictAnswer } from '@slipway/contract';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ChromiumPlace, findChromium, launchChromium } from './chromium.js';
import { changeTheme, execute, kernelReady, openLab, screenshot } from './lab-page.js';
import { CACHE } from '../harness/places.js';
import { copyExampleUpToPromotion, startProduct, type TestProduct } from './product.js';

const place: ChromiumPlace | null = await findChromium(CACHE);
const RUN_TIMEOUT_MS = 120_000;

describe.skipIf(place === null)('from the example notebook to an answering service', () => {
  let folder: string;
  let directory: string;
  let product: TestProduct;
  let browser: Browser;
  let page: Page;
  let faults: string[];
  let codeCells: number;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'slipway-promote-'));
    directory = path.join(folder, 'my tests ü');
    await mkdir(directory);
    codeCells = await copyExampleUpToPromotion(directory);
    product = await startProduct(directory, path.join(folder, 'own'));
    browser = await launchChromium(place!);
    ({ page, faults } = await openLab(browser, product.url));
  });

  afterAll(async () => {
    await browser?.close();
    await product?.process.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('fills the Runs sidebar while the notebook runs', async () => {
    await execute(page, 'slipway:show-runs');
    await page.getByText('No runs yet.').waitFor();
    await kernelReady(page);
    const running = page.getByRole('treeitem', { name: /^Run .*, running/ }).waitFor({ timeout: RUN_TIMEOUT_MS });
    // The command ends when the last cell has run; its failure would show as a run that never finishes.
    const ran = execute(page, 'notebook:run-all-cells', {}, RUN_TIMEOUT_MS);
    await running;
    await screenshot(page, 'promote-1-running');
    await page.getByRole('treeitem', { name: /^Run .*, finished/ }).waitFor({ timeout: RUN_TIMEOUT_MS });
    await ran;
    await screenshot(page, 'promote-2-finished');
  });

  it('shows the cells and charts of the run', async () => {
    await page.getByRole('treeitem', { name: /^Run .*, finished/ }).click();
    await page
      .getByRole('img', { name: /Chart of loss/ })
      .locator('svg')
      .waitFor();
    await screenshot(page, 'promote-3-run');
    await page.getByRole('tab', { name: 'Cells', exact: true }).click();
    const cells = page.getByRole('tabpanel').locator('.jp-SlipwayCell');
    await cells.filter({ hasText: 'slip.run("rain"' }).waitFor();
    await screenshot(page, 'promote-4-cells');
  });

  it('has every executed cell on record, the first included', async () => {
    const server = await product.client();
    const { sessions } = await server('listSessions');
    const session = sessions[0];
    expect(session?.notebook_path).toContain('01-rain.ipynb');
    const { cells } = await server('listSessionCells', { session_id: session?.session_id ?? '' });
    expect(cells.map(({ order }) => order)).toEqual(Array.from({ length: codeCells }, (_unused, index) => index + 1));
    expect(cells[0]?.source).toContain('import * as slip from "slipway"');
    expect(new Set(cells.map(({ status }) => status))).toEqual(new Set(['ok']));
  });

  it('leads from a cell of the run to that cell in the notebook', async () => {
    await page.getByRole('button', { name: 'Show in notebook' }).click();
    const active = page.locator('.jp-Notebook .jp-Cell.jp-mod-active');
    await active.filter({ hasText: 'slip.run("rain"' }).waitFor();
  });

  it('shows the session with every cell, what it read, and a clean stamp', async () => {
    await page.locator('[data-jp-item-name="slipway-session"]').getByRole('button').click();
    const view = page.locator('.jp-SlipwayPage').filter({ has: page.getByRole('heading', { name: '01-rain.ipynb' }) });
    await view.getByRole('list', { name: 'Cells in the order in which they ran' }).waitFor();
    expect(await view.locator('.jp-SlipwayCell').count()).toBe(codeCells);
    await view.getByText('Restart and run all is clean').waitFor();
    await view.getByRole('button', { name: 'weather@1' }).first().waitFor();
    await screenshot(page, 'promote-4b-session');
  });

  it('shows the datasets that the notebook registered', async () => {
    await execute(page, 'slipway:show-datasets');
    await page.getByRole('treeitem', { name: /^Dataset weather,/ }).waitFor();
    await page.getByRole('treeitem', { name: /^Dataset weather-labelled,/ }).waitFor();
    await page
      .getByRole('treeitem', { name: /^Version 1, 1.46\d rows/ })
      .first()
      .click();
    await page.getByRole('columnheader', { name: 'Distribution', exact: true }).waitFor();
    await screenshot(page, 'promote-5-dataset');
  });

  it('shows the model version with its signature and origin', async () => {
    await execute(page, 'slipway:show-registry');
    await page.getByRole('treeitem', { name: /^Version 1, accuracy/ }).click();
    await page.getByRole('heading', { name: 'rain version 1' }).waitFor();
    await page.getByRole('rowheader', { name: 'temp_max' }).waitFor();
    await screenshot(page, 'promote-6-version');
  });

  it('promotes after a click, with the checks shown before', async () => {
    await page.getByRole('button', { name: 'Promote rain version 1' }).last().click();
    const dialog = page.locator('dialog.jp-SlipwayPromotionDialog');
    await dialog.getByText('Checking the bundle').waitFor();
    const confirm = dialog.getByRole('button', { name: 'Promote', exact: true });
    expect(await confirm.isDisabled()).toBe(true);
    await screenshot(page, 'promote-7-checking');
    await dialog.getByText('What will happen').waitFor({ timeout: 60_000 });
    expect(await dialog.locator('[data-verdict="pass"]').count()).toBeGreaterThanOrEqual(5);
    expect(await dialog.locator('[data-verdict="fail"]').count()).toBe(0);
    await dialog.getByLabel('Reason').fill('First release');
    await screenshot(page, 'promote-8-checked');
    await confirm.click();
    await page.getByRole('button', { name: 'Open service' }).waitFor({ timeout: 60_000 });
    await screenshot(page, 'promote-9-promoted');
  });

  it('answers in the test form and to other programs', async () => {
    await page.getByRole('button', { name: 'Open service' }).click();
    await page.getByRole('button', { name: 'Send request' }).click();
    await page.getByText('HTTP 200').waitFor();
    await screenshot(page, 'promote-10-service');
    const command = await page.locator('.jp-SlipwaySnippet pre').innerText();
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(command)?.[0];
    const body = /-d '(.*)'/.exec(command)?.[1];
    const answer = await fetch(`${url}/predict`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: body ?? ''
    });
    expect(answer.status).toBe(200);
    const { predictions } = PredictAnswer.parse(await answer.json());
    expect(['rain', 'dry']).toContain(predictions[0]?.label);
  });

  it('offers the newest model of the notebook in its toolbar', async () => {
    await page.getByRole('tab', { name: '01-rain.ipynb', exact: true }).click();
    await page.locator('[data-jp-item-name="slipway-promote"]').getByRole('button').click();
    const dialog = page.locator('dialog.jp-SlipwayPromotionDialog');
    await dialog.getByText('Promote rain v1', { exact: true }).waitFor();
    await dialog.getByText(/^v1 \(since/).waitFor({ timeout: 60_000 });
    await dialog.getByText('rain v1 answers all requests already; it is released again.').waitFor();
    await screenshot(page, 'promote-12-again');
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await dialog.waitFor({ state: 'detached' });
  });

  it('marks the cells that read what was computed again', async () => {
    await page.locator('.jp-Notebook .jp-CodeCell .cm-content').first().click();
    await execute(page, 'notebook:run-cell', {}, RUN_TIMEOUT_MS);
    await page
      .locator('.jp-SlipwayStaleCells')
      .getByRole('button', { name: /^[2-9] stale cells$/ })
      .click();
    const view = page.locator('.jp-SlipwayPage').filter({ has: page.getByRole('heading', { name: '01-rain.ipynb' }) });
    await view.getByText('stale: weather').first().waitFor();
    await view.getByText('1 cell ran more than once.').waitFor();
    await view.getByText('Restart and run all may give other results').waitFor();
    await screenshot(page, 'promote-13-stale');
    await page.getByRole('tab', { name: '01-rain.ipynb', exact: true }).click();
  });

  it('inserts a cell that reads the dataset', async () => {
    await execute(page, 'slipway:insert-dataset-cell', { name: 'weather', version: 1 });
    const active = page.locator('.jp-Notebook .jp-Cell.jp-mod-active');
    await active.filter({ hasText: 'const weather = await slip.data("weather"' }).waitFor();
  });

  it('says in the sidebar where the version serves', async () => {
    await page.getByRole('treeitem', { name: /^Version 1, serving in production/ }).waitFor();
    await changeTheme(page, 'JupyterLab Dark');
    await screenshot(page, 'promote-11-dark');
  });

  it('writes the notebook again as it was executed, and opens it', async () => {
    await page.getByRole('tab', { name: 'session: 01-rain.ipynb' }).click();
    await page.getByRole('button', { name: 'Export as executed' }).click();
    const tab = page.getByRole('tab', { name: /01-rain-as-executed-\w{8}\.ipynb/ });
    await tab.waitFor({ timeout: 60_000 });
    await screenshot(page, 'promote-4c-exported');
    const [file] = (await readdir(path.join(directory, 'examples'))).filter(name => name.includes('as-executed'));
    const text = await readFile(path.join(directory, 'examples', file ?? ''), 'utf8');
    const notebook = JSON.parse(text) as { cells: { cell_type: string; source: string | string[] }[] };
    const code = notebook.cells.filter(cell => cell.cell_type === 'code');
    // One cell was run again above: executions are what is written, in their order.
    expect(code).toHaveLength(codeCells + 1);
    expect([code[0]?.source].flat().join('')).toContain('import * as slip from "slipway"');
  });

  it('causes no error on the page', () => {
    expect(faults).toEqual([]);
  });
});
