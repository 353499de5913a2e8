import { spawnSync } from 'node:child_process';
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';
import { type Browser, chromium } from 'playwright-core';

/** Where a Chromium lies and what it needs in its environment. */
export interface ChromiumPlace {
  readonly executable: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly origin: 'machine' | 'npm';
}

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const MAC_PLACES = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium'
];

/**
 * The machine's own Chromium or Chrome; else, on Linux x64, the one from npm, unpacked into `.cache/chromium` once. Null
 * where there is neither. `SLIPWAY_CHROMIUM` names another, or `npm` for the one from npm.
 */
export async function findChromium(cacheFolder: string): Promise<ChromiumPlace | null> {
  const wanted = process.env['SLIPWAY_CHROMIUM'];
  if (wanted !== undefined && wanted !== 'npm') {
    return { executable: wanted, environment: {}, origin: 'machine' };
  }
  const own = wanted === 'npm' ? undefined : machinesOwn();
  if (own !== undefined) {
    return { executable: own, environment: {}, origin: 'machine' };
  }
  return process.platform === 'linux' && process.arch === 'x64' ? unpackFromNpm(cacheFolder) : null;
}

function machinesOwn(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter).filter(folder => folder !== '');
  const onPath = folders.flatMap(folder => NAMES.map(name => path.join(folder, name)));
  return [...onPath, ...MAC_PLACES].find(file => existsSync(file));
}

/** Unpacks the browser, the libraries that small machines lack, and a font for those that have none. */
async function unpackFromNpm(cacheFolder: string): Promise<ChromiumPlace> {
  const entry = createRequire(import.meta.url).resolve('@sparticuz/chromium');
  const packed = path.resolve(path.dirname(entry), '..', '..', 'bin');
  const folder = path.join(cacheFolder, 'chromium');
  const executable = path.join(folder, 'chromium');
  if (!existsSync(executable)) {
    const started = `${folder}.${process.pid}`;
    await mkdir(started, { recursive: true });
    await writeFile(path.join(started, 'chromium'), await unpack(path.join(packed, 'chromium.br')));
    await chmod(path.join(started, 'chromium'), 0o755);
    for (const archive of ['al2023.tar.br', 'fonts.tar.br']) {
      extract(await unpack(path.join(packed, archive)), started);
    }
    // The browser dies at the first form control when it finds no font; the packed list names other folders.
    await writeFile(path.join(started, 'fonts.conf'), fontList(folder));
    // Whole or not at all: a run that was broken off leaves no half browser behind.
    await rm(folder, { recursive: true, force: true });
    await rename(started, folder);
  }
  return {
    executable,
    environment: { LD_LIBRARY_PATH: path.join(folder, 'lib'), FONTCONFIG_PATH: folder },
    origin: 'npm'
  };
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

function fontList(folder: string): string {
  const folders = [path.join(folder, 'fonts'), '/usr/share/fonts', '/usr/local/share/fonts'];
  return [
    '<?xml version="1.0"?>',
    '<!DOCTYPE fontconfig SYSTEM "fonts.dtd">',
    '<fontconfig>',
    ...folders.map(place => `  <dir>${escapeXml(place)}</dir>`),
    `  <cachedir>${escapeXml(path.join(folder, 'font-cache'))}</cachedir>`,
    '</fontconfig>',
    ''
  ].join('\n');
}

async function unpack(file: string): Promise<Buffer> {
  return promisify(brotliDecompress)(await readFile(file));
}

function extract(archive: Buffer, folder: string): void {
  const { status, stderr } = spawnSync('tar', ['-xf', '-', '--no-same-owner', '-C', folder], { input: archive });
  if (status !== 0) {
    throw new Error(`tar could not unpack the browser: ${String(stderr)}`);
  }
}

/** Starts the browser without a window. */
export async function launchChromium(place: ChromiumPlace): Promise<Browser> {
  return chromium.launch({
    executablePath: place.executable,
    env: { ...process.env, ...place.environment } as Record<string, string>,
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--force-color-profile=srgb', '--disable-gpu']
  });
}
