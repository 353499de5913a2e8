import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { routes } from '@slipway/contract';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ChromiumPlace, findChromium, launchChromium } from './chromium.js';
import { startJupyterLab, type TestJupyterLab } from './jupyterlab.js';
import { changeTheme, execute, openLab, screenshot } from './lab-page.js';
import { startMetadataServer, type TestMetadataServer } from './metadata-server.js';
import { CACHE } from '../harness/places.js';
import { fillWithSamples, SAMPLE_RUNS, sendImported } from './sample-data.js';

const place: ChromiumPlace | null = await findChromium(CACHE);

describe.skipIf(place === null)('the sidebars in a real JupyterLab', () => {
  let folder: string;
  let server: TestMetadataServer;
  let lab: TestJupyterLab;
  let browser: Browser;
  let page: Page;
  let faults: string[];

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'slipway-sidebars-'));
    server = await startMetadataServer(path.join(folder, 'data'));
    lab = await startJupyterLab({ folder: path.join(folder, 'lab'), metadataServer: server });
    browser = await launchChromium(place!);
    ({ page, faults } = await openLab(browser, lab.page()));
  });

  afterAll(async () => {
    await browser?.close();
    await lab?.process.stop();
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('say what to do next while there is nothing', async () => {
    await execute(page, 'slipway:show-runs');
    await page.getByText('No runs yet.').waitFor();
    await screenshot(page, 'runs-empty');
  });

  it('fill without a reload when records arrive', async () => {
    await fillWithSamples(server);
    await page.getByRole('treeitem', { name: /^Run calm-fir, finished/ }).waitFor();
    await page.getByRole('treeitem', { name: /^Run brisk-elm, running.*41/ }).waitFor();
    await page.getByRole('treeitem', { name: /old-oak, failed.*TypeError.*\(cell 2\)/ }).waitFor();
    await screenshot(page, 'runs');
  });

  it('open the page of a run with a click', async () => {
    await page.getByRole('treeitem', { name: /calm-fir/ }).click();
    await page.getByRole('heading', { name: 'calm-fir' }).waitFor();
    await page
      .getByRole('img', { name: /Chart of loss over steps/ })
      .locator('svg')
      .waitFor();
    await screenshot(page, 'run-page');
  });

  it('show datasets and models', async () => {
    await execute(page, 'slipway:show-datasets');
    await page
      .getByRole('treeitem', { name: /^Version 1, 1.461 rows/ })
      .first()
      .click();
    await page.getByRole('heading', { name: 'weather version 1' }).waitFor();
    await screenshot(page, 'dataset-page');
    await execute(page, 'slipway:show-registry');
    await page.getByRole('treeitem', { name: /^Version 2, accuracy 0.81/ }).click();
    await page.getByRole('heading', { name: 'rain version 2' }).waitFor();
    await screenshot(page, 'model-version-page');
  });

  it('tell of an imported model from which file it came, and what was changed in it', async () => {
    await execute(page, 'slipway:open-model-version', { name: 'shipments', version: 1 });
    await page.getByRole('heading', { name: 'shipments version 1' }).waitFor();
    const origin = page.getByRole('table').filter({ hasText: 'Imported from' });
    const text = await origin.innerText();
    for (const part of ['torch2-logits.onnx', 'pytorch 2.9.1', 'MIT', 'https://example.org/shipments']) {
      expect(text).toContain(part);
    }
    expect(text).toMatch(/SHA-256\s+[0-9a-f]{64}/);
    await origin.getByText('A softmax converts the logits of output to probabilities.').waitFor();
    await origin.getByText('rows generated at the import').waitFor();
    await page.getByText('Not measured: it was imported without test rows.').waitFor();
    await origin.scrollIntoViewIfNeeded();
    await screenshot(page, 'imported-model');
  });

  it('ask the service of an imported model, and show each of its quantities', async () => {
    await sendImported(server, 'forecast', 'torch2-amounts.onnx', { values: ['amount', 'margin'], target: 'forecast' });
    const asked = { model: 'forecast', version: null, environment: 'dev', reason: '', preflight_id: null };
    const begun = routes.createPromotion.answer.parse(await server.send('POST', routes.createPromotion.path, asked));
    const promotion = routes.getPromotion.path.replace('{promotion_id}', begun.promotion_id);
    await expect.poll(() => server.send('GET', promotion), { timeout: 60_000 }).toMatchObject({ state: 'running' });
    await execute(page, 'slipway:open-service', { name: begun.service });
    await page.getByRole('button', { name: 'Send request' }).click();
    const answer = page.locator('.jp-SlipwayTest-answer');
    await answer.getByRole('row', { name: /^amount -?[\d.]+$/ }).waitFor();
    await answer.getByRole('row', { name: /^margin -?[\d.]+$/ }).waitFor();
    await screenshot(page, 'several-quantities');
    await execute(page, 'slipway:open-model-version', { name: 'shipments', version: 1 });
  });

  it('show the runs of every experiment, none hidden behind a large one', async () => {
    const path = '/api/2.0/mlflow/experiments/create';
    const { experiment_id } = (await server.send('POST', path, { name: 'large' })) as { experiment_id: string };
    for (let i = 0; i < 25; i++) {
      const run = { experiment_id, run_name: `trial-${i}`, start_time: Date.now() - i * 1000 };
      await server.send('POST', '/api/2.0/mlflow/runs/create', run);
    }
    await execute(page, 'slipway:show-runs');
    await page.getByRole('treeitem', { name: 'Experiment large, 25 runs' }).waitFor();
    await page.getByRole('treeitem', { name: /^Run quiet-ash/ }).waitFor();
    await page.getByRole('treeitem', { name: /^Show more: 5 older runs/ }).click();
    await page.getByRole('treeitem', { name: /^Run trial-24/ }).waitFor();
    await screenshot(page, 'runs-by-experiment');
  });

  it('show the files of a run, and give them to download', async () => {
    const run = SAMPLE_RUNS[0]?.runId ?? '';
    const text = '{"accuracy":0.81}';
    const sha256 = createHash('sha256').update(text).digest('hex');
    const headers = { authorization: `Bearer ${server.token}`, 'content-type': 'application/octet-stream' };
    await fetch(`${server.url}/api/v1/blobs/${sha256}`, { method: 'PUT', body: text, headers });
    await server.send('POST', `/api/v1/runs/${run}/artifacts`, { path: 'reports/evaluation.json', sha256 });
    await execute(page, 'slipway:open-run', { runId: run });
    await page.getByRole('tab', { name: 'Artifacts' }).click();
    const row = page.getByRole('row', { name: /evaluation\.json/ });
    await row.getByRole('button', { name: 'Show' }).click();
    await page.getByText('"accuracy": 0.81').waitFor();
    const download = page.waitForEvent('download');
    await row.getByRole('button', { name: 'Download' }).click();
    expect((await download).suggestedFilename()).toBe('evaluation.json');
    await screenshot(page, 'artifacts');
    await page.getByRole('tab', { name: 'Overview' }).click();
  });

  it('say of a run that it was deleted', async () => {
    const run = { run_id: SAMPLE_RUNS[3]?.runId ?? '' };
    await server.send('POST', '/api/2.0/mlflow/runs/delete', run);
    await execute(page, 'slipway:open-run', { runId: run.run_id });
    await page.getByText('This run was deleted.').waitFor();
    await server.send('POST', '/api/2.0/mlflow/runs/restore', run);
    await page.getByText('This run was deleted.').waitFor({ state: 'detached' });
  });

  it('have charts that follow a change of the theme', async () => {
    await execute(page, 'slipway:open-run', { runId: SAMPLE_RUNS[0]?.runId });
    const label = page.locator('.jp-SlipwayChart svg text').first();
    const color = (): Promise<string> => label.evaluate(node => getComputedStyle(node).fill);
    await label.waitFor();
    const light = await color();
    await changeTheme(page, 'JupyterLab Dark');
    await expect.poll(color).not.toBe(light);
    await changeTheme(page, 'JupyterLab Light');
    await expect.poll(color).toBe(light);
  });

  it('look right in the dark theme', async () => {
    await changeTheme(page, 'JupyterLab Dark');
    await screenshot(page, 'imported-model-dark');
    await execute(page, 'slipway:show-runs');
    await execute(page, 'slipway:open-run', { runId: SAMPLE_RUNS[0]?.runId });
    await page
      .getByRole('img', { name: /Chart of loss over steps/ })
      .locator('svg')
      .waitFor();
    await screenshot(page, 'run-page-dark');
    await page.getByRole('tab', { name: 'Cells' }).click();
    await screenshot(page, 'run-cells-dark');
    expect(await page.locator('body').getAttribute('data-jp-theme-light')).toBe('false');
  });

  it('cause no error on the page', () => {
    expect(faults).toEqual([]);
  });
});
