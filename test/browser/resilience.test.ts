import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ChromiumPlace, findChromium, launchChromium } from './chromium.js';
import { startJupyterLab, type TestJupyterLab } from './jupyterlab.js';
import { execute, openLab, screenshot } from './lab-page.js';
import { startMetadataServer, type TestMetadataServer } from './metadata-server.js';
import { CACHE } from '../harness/places.js';
import { fillWithSamples } from './sample-data.js';

const place: ChromiumPlace | null = await findChromium(CACHE);

describe.skipIf(place === null)('the extension when things are not as they should be', () => {
  let folder: string;
  let server: TestMetadataServer;
  let lab: TestJupyterLab;
  let browser: Browser;
  let page: Page;
  let faults: string[];

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'slipway-resilience-'));
    server = await startMetadataServer(path.join(folder, 'data'));
    await fillWithSamples(server);
    lab = await startJupyterLab({ folder: path.join(folder, 'lab'), metadataServer: server });
    browser = await launchChromium(place!);
    ({ page, faults } = await openLab(browser, lab.page()));
    // The launcher comes last and takes the focus.
    await page.locator('.jp-Launcher').waitFor();
    await execute(page, 'slipway:show-runs');
    await run('calm-fir').waitFor();
  });

  afterAll(async () => {
    await browser?.close();
    await lab?.process.stop();
    await server?.process.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const run = (name: string) => page.getByRole('treeitem', { name: new RegExp(`^Run ${name},`) });

  it('can be used with the keyboard alone', async () => {
    await run('brisk-elm').focus();
    await page.keyboard.press('/');
    await page.keyboard.type('calm');
    await run('brisk-elm').waitFor({ state: 'detached' });
    expect(await run('calm-fir').count()).toBe(1);
    await page.keyboard.press('Escape');
    await run('brisk-elm').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowLeft');
    await run('brisk-elm').waitFor({ state: 'detached' });
    await page.keyboard.press('ArrowRight');
    await run('brisk-elm').waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'brisk-elm' }).waitFor();
  });

  it('does not let a version be promoted whose preflight fails', async () => {
    await execute(page, 'slipway:show-registry');
    await page.getByRole('button', { name: 'Promote rain version 2' }).click();
    const dialog = page.locator('dialog.jp-SlipwayPromotionDialog');
    await dialog.getByRole('alert').waitFor({ timeout: 60_000 });
    await screenshot(page, 'preflight-failed');
    expect(await dialog.getByRole('button', { name: 'Promote', exact: true }).isDisabled()).toBe(true);
    await dialog.getByRole('combobox').focus();
    await page.keyboard.press('Enter');
    expect(await dialog.count()).toBe(1);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  });

  it('keeps what it knew while the server is away, and comes back by itself', async () => {
    await execute(page, 'slipway:show-runs');
    server.process.child.kill('SIGKILL');
    await page
      .getByText(/Server not reachable, retrying/)
      .first()
      .waitFor();
    await run('calm-fir').waitFor();
    await screenshot(page, 'offline');
    server = await startMetadataServer(path.join(folder, 'data'), server.port);
    await page
      .getByText(/Server not reachable, retrying/)
      .first()
      .waitFor({ state: 'detached', timeout: 40_000 });
    await run('calm-fir').waitFor();
  });

  it('has its pages and sidebar again after a reload', async () => {
    await execute(page, 'slipway:show-datasets');
    // JupyterLab saves its layout a moment after each change.
    const saved = page.waitForResponse(
      response =>
        response.url().includes('/lab/api/workspaces/') &&
        /weather/.test(response.request().postData() ?? '') &&
        response.ok()
    );
    await page.getByRole('treeitem', { name: /^Version 1, 1.461 rows/ }).click();
    await page.getByRole('heading', { name: 'weather version 1' }).waitFor();
    await saved;
    await page.goto(lab.page({ reset: false }));
    await page.getByRole('heading', { name: 'weather version 1' }).waitFor();
    await page.getByRole('tab', { name: 'run: brisk-elm' }).waitFor();
    await page.getByRole('tree', { name: 'Datasets and their versions' }).waitFor();
    await screenshot(page, 'restored');
  });

  it('causes no error on the page', () => {
    expect(faults).toEqual([]);
  });
});
