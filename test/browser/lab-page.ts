import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { ROOT } from './places.js';

/** What `--LabApp.expose_app_in_browser` puts on the page; only what tests use of it. */
interface ExposedApp {
  readonly restored: Promise<void>;
  readonly commands: { execute(command: string, args?: unknown): Promise<unknown> };
}

/** Where screenshots of test runs go; not in git. */
export const SCREENSHOTS = path.join(ROOT, 'test-results', 'browser');

/** Opens JupyterLab and waits until its layout stands. Errors on the page are collected. */
export async function openLab(browser: Browser, url: string): Promise<{ page: Page; faults: string[] }> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  const faults: string[] = [];
  page.on('pageerror', error => faults.push(error.message));
  await page.goto(url, { timeout: 60_000 });
  await page.waitForFunction(
    () => 'jupyterapp' in window && document.querySelector('#jupyterlab-splash') === null,
    undefined,
    { timeout: 60_000 }
  );
  await page.evaluate(() => (window as unknown as { jupyterapp: ExposedApp }).jupyterapp.restored);
  return { page, faults };
}

/** Executes a command of JupyterLab. @throws Error after 30 seconds: some commands wait for ever. */
export async function execute(page: Page, command: string, args: Record<string, unknown> = {}): Promise<void> {
  const done = page.evaluate(
    async ([id, given]) => {
      await (window as unknown as { jupyterapp: ExposedApp }).jupyterapp.commands.execute(id, given);
    },
    [command, args] as const
  );
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`The command ${command} did not end.`)), 30_000);
  });
  await Promise.race([done, late]).finally(() => clearTimeout(timer));
}

/** Takes a picture of the page for human eyes. */
export async function screenshot(page: Page, name: string): Promise<void> {
  await mkdir(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: path.join(SCREENSHOTS, `${name}.png`) });
}
