import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { execFileSync } from 'node:child_process';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installKernelspec } from '../../kernel-lib/dist/kernel/install.js';
import { CACHE, nodePath } from '../harness/places.js';
import { type ChromiumPlace, findChromium, launchChromium } from './chromium.js';
import { startJupyterLab, type TestJupyterLab } from './jupyterlab.js';
import { changeTheme, execute, kernelReady, openLab, screenshot } from './lab-page.js';
import { startMetadataServer, type TestMetadataServer } from './metadata-server.js';

const place: ChromiumPlace | null = await findChromium(CACHE);

const NOTEBOOK = 'weather.ipynb';
const SOURCES = [
  'import * as slip from "slipway";\nimport { display } from "tslab";\nfor (let day = 1; day <= 3; day++) console.log(`day ${day}`);',
  'const weather = await slip.data("weather", "npm:vega-datasets/data/seattle-weather.csv", { time: "date" });',
  'await weather.chart({ mark: "line", encoding: { x: { field: "date", type: "temporal" }, y: { field: "temp_max", type: "quantitative" } } })',
  // An image of 120 × 120 random points is too large to be kept in the database.
  `import { deflateSync, crc32 } from "node:zlib";
const size = 120;
const rows = Buffer.concat(Array.from({ length: size }, () => Buffer.concat([Buffer.of(0), Buffer.from(Array.from({ length: 3 * size }, () => Math.random() * 256))])));
const part = (type: string, data: Buffer) => {
  const body = Buffer.concat([Buffer.from(type), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
};
const head = Buffer.from([0, 0, 0, size, 0, 0, 0, size, 8, 2, 0, 0, 0]);
const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
display.png(Buffer.concat([signature, part("IHDR", head), part("IDAT", deflateSync(rows)), part("IEND", Buffer.alloc(0))]));`,
  'const key = "Bearer abcdef123456"; console.log(key);\ndisplay.html("<b>bold</b><script>window.wasRun = true</script>");',
  'throw new RangeError("too far")'
];

function notebook(sources: readonly string[]): string {
  const cells = sources.map((source, index) => ({
    ...{ cell_type: 'code', execution_count: null, metadata: {}, outputs: [] },
    ...{ id: `cell-${index + 1}`, source }
  }));
  const kernelspec = { display_name: 'TypeScript (Slipway)', language: 'typescript', name: 'slipway' };
  return JSON.stringify({ cells, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 });
}

describe.skipIf(place === null)('the session of a TypeScript notebook', () => {
  let folder: string;
  let server: TestMetadataServer;
  let lab: TestJupyterLab;
  let browser: Browser;
  let page: Page;
  let faults: string[];
  let view: Locator;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'slipway-session-'));
    // As in a project: the notebooks lie beside the data folder.
    const data = path.join(folder, 'lab', 'notebooks', '.slipway');
    server = await startMetadataServer(data);
    const share = path.join(folder, 'share', 'jupyter');
    installKernelspec(path.join(share, 'kernels'), { nodePath: nodePath() });
    lab = await startJupyterLab({
      ...{ folder: path.join(folder, 'lab'), metadataServer: server, jupyterPaths: [share] },
      environment: { SLIPWAY_DATA: data }
    });
    const git = (...args: string[]): Buffer =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], { cwd: lab.files });
    await writeFile(path.join(lab.files, 'notes.md'), 'one\n');
    git('init', '-q', '-b', 'trunk');
    git('add', '.');
    git('commit', '-qm', 'one');
    await writeFile(path.join(lab.files, 'notes.md'), 'two\n');
    await writeFile(path.join(lab.files, NOTEBOOK), notebook(SOURCES));
    browser = await launchChromium(place!);
    ({ page, faults } = await openLab(browser, lab.page()));
    await execute(page, 'docmanager:open', { path: NOTEBOOK });
    await kernelReady(page);
    await execute(page, 'notebook:run-all-cells', {}, 90_000).catch(() => undefined);
    await page.locator('.jp-Notebook').getByText('RangeError').first().waitFor({ timeout: 60_000 });
    await page.locator('[data-jp-item-name="slipway-session"]').getByRole('button').click();
    await page.getByRole('heading', { name: NOTEBOOK }).waitFor();
    view = page.locator('.jp-SlipwayPage').filter({ has: page.getByRole('heading', { name: NOTEBOOK }) });
  });

  afterAll(async () => {
    await browser?.close();
    await lab?.process.stop();
    await server?.process.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const cell = (number: number): Locator => view.locator('.jp-SlipwayCell').nth(number - 1);

  it('shows what each cell has shown: text, tables and charts', async () => {
    await cell(1).locator('.jp-SlipwayOutputs').getByText('day 3').waitFor();
    await cell(2).locator('.jp-SlipwayOutputs').getByText('1,461 rows').first().waitFor();
    // The page trusts no output, and leaves the images of a profile all the same.
    const bars = cell(2).getByAltText(/^distribution of temp_max: \d+ values from/);
    await bars.waitFor();
    expect(await bars.evaluate((node: HTMLImageElement) => [node.naturalWidth, node.naturalHeight])).toEqual([84, 18]);
    await screenshot(page, 'session-1-outputs');
    await cell(3).scrollIntoViewIfNeeded();
    await cell(3).locator('.jp-SlipwayOutputs canvas, .jp-SlipwayOutputs svg').first().waitFor();
    await screenshot(page, 'session-2-chart');
  });

  it('shows images that are kept as blobs', async () => {
    await cell(4).scrollIntoViewIfNeeded();
    const image = cell(4).locator('.jp-SlipwayOutputs img');
    await image.waitFor();
    expect(await image.evaluate((node: HTMLImageElement) => node.naturalWidth)).toBe(120);
  });

  it('masks secrets in it, and trusts none of it', async () => {
    await cell(5).scrollIntoViewIfNeeded();
    await cell(5).locator('.jp-SlipwayOutputs').getByText('Bearer ***').waitFor();
    await cell(5).locator('.jp-SlipwayOutputs b').getByText('bold').waitFor();
    // The notebook itself is trusted, so what ran there is undone first.
    await page.evaluate(() => delete (window as { wasRun?: boolean }).wasRun);
    await view.getByRole('tab', { name: 'Environment' }).click();
    await view.getByRole('tab', { name: 'Cells' }).click();
    await cell(5).scrollIntoViewIfNeeded();
    await cell(5).locator('.jp-SlipwayOutputs b').waitFor();
    expect(await page.evaluate(() => 'wasRun' in window)).toBe(false);
  });

  it('shows the traceback of what failed', async () => {
    await cell(6).scrollIntoViewIfNeeded();
    await cell(6).locator('.jp-SlipwayOutputs').getByText('RangeError').first().waitFor();
    await screenshot(page, 'session-3-error');
  });

  it('shows the environment, and what differed from the commit', async () => {
    await view.getByRole('tab', { name: 'Environment' }).click();
    await view.getByRole('heading', { name: 'What differed from the commit' }).waitFor();
    await view.getByText('+two').waitFor();
    await view.getByRole('row', { name: 'Branch trunk' }).waitFor();
    await view.getByRole('row', { name: /^slipway / }).waitFor();
    await screenshot(page, 'session-4-environment');
  });

  it('does so in the dark, too', async () => {
    await changeTheme(page, 'JupyterLab Dark');
    await screenshot(page, 'session-5-environment-dark');
    await view.getByRole('tab', { name: 'Cells' }).click();
    await cell(2).locator('.jp-SlipwayOutputs').getByText('1,461 rows').first().waitFor();
    await screenshot(page, 'session-6-outputs-dark');
    await cell(6).scrollIntoViewIfNeeded();
    await cell(6).locator('.jp-SlipwayOutputs').getByText('RangeError').first().waitFor();
    await screenshot(page, 'session-7-error-dark');
  });

  it('causes no error on the page', () => {
    expect(faults).toEqual([]);
  });
});
