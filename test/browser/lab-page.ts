import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { ROOT } from '../harness/places.js';

/** What `--LabApp.expose_app_in_browser` puts on the page; only what tests use of it. */
interface ExposedApp {
  readonly restored: Promise<void>;
  readonly commands: { execute(command: string, args?: unknown): Promise<unknown> };
  readonly shell: { readonly currentWidget: { readonly sessionContext?: ExposedSession } | null };
}

interface ExposedSession {
  readonly ready: Promise<void>;
  readonly session: {
    readonly kernel: {
      readonly info: Promise<unknown>;
      readonly connectionStatus: string;
      readonly status: string;
    } | null;
  } | null;
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

/** Executes a command of JupyterLab. @throws Error after `timeout` milliseconds: some commands wait for ever. */
export async function execute(
  page: Page,
  command: string,
  args: Record<string, unknown> = {},
  timeout = 30_000
): Promise<void> {
  const done = page.evaluate(
    async ([id, given]) => {
      await (window as unknown as { jupyterapp: ExposedApp }).jupyterapp.commands.execute(id, given);
    },
    [command, args] as const
  );
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`The command ${command} did not end.`)), timeout);
  });
  await Promise.race([done, late]).finally(() => clearTimeout(timer));
}

/** Waits until the kernel of the shown notebook is truly there: the mark in the toolbar says so too early. */
export async function kernelReady(page: Page): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline) {
    const ready = await page.evaluate(async () => {
      const widget = (window as unknown as { jupyterapp: ExposedApp }).jupyterapp.shell.currentWidget;
      await widget?.sessionContext?.ready;
      const kernel = widget?.sessionContext?.session?.kernel;
      await kernel?.info;
      return kernel?.connectionStatus === 'connected' && kernel.status === 'idle';
    });
    if (ready) {
      return;
    }
    await sleep(100);
  }
  throw new Error('The kernel of the notebook did not become ready.');
}

/** Changes the theme and waits until JupyterLab shows it. */
export async function changeTheme(page: Page, theme: 'JupyterLab Light' | 'JupyterLab Dark'): Promise<void> {
  await execute(page, 'apputils:change-theme', { theme });
  await page.locator(`body[data-jp-theme-name="${theme}"]`).waitFor({ state: 'attached' });
  await page.locator('#jupyterlab-splash').waitFor({ state: 'detached' });
}

/** Takes an image of the page for human eyes. */
export async function screenshot(page: Page, name: string): Promise<void> {
  await mkdir(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: path.join(SCREENSHOTS, `${name}.png`) });
}
