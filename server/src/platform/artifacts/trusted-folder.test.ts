import { link, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TrustedFolder } from './trusted-folder.js';

let base: string;
let root: string;
beforeEach(async () => {
  base = await mkdtemp(path.join(os.tmpdir(), 'slipway-trusted-'));
  root = path.join(base, 'shared');
  await mkdir(path.join(root, '1', 'run', 'artifacts', 'plots'), { recursive: true });
  await writeFile(path.join(root, '1', 'run', 'artifacts', 'model.bin'), 'weights');
  await writeFile(path.join(base, 'secret'), 'secret');
});
afterEach(() => rm(base, { recursive: true, force: true }));

const ARTIFACTS = '1/run/artifacts';

describe('a folder that clients write to by themselves', () => {
  it('shows files with their sizes, and folders', async () => {
    const entries = await new TrustedFolder(root).list(ARTIFACTS);
    expect(entries.sort((a, b) => (a.name < b.name ? -1 : 1))).toEqual([
      { name: 'model.bin', directory: false, size: 7 },
      { name: 'plots', directory: true, size: null }
    ]);
  });

  it('gives a file, or a range of it', async () => {
    const folder = new TrustedFolder(pathToFileURL(root).href);
    expect(await folder.size(`${ARTIFACTS}/model.bin`)).toBe(7);
    expect((await buffer((await folder.open(`${ARTIFACTS}/model.bin`)).stream)).toString()).toBe('weights');
    const { stream } = await folder.open(`${ARTIFACTS}/model.bin`, { start: 1, end: 3 });
    expect((await buffer(stream)).toString()).toBe('eig');
  });

  it('knows which locations are in it', () => {
    const folder = new TrustedFolder(root);
    expect(folder.below(`${root}/1/run`)).toBe('1/run');
    expect(folder.below(`${root}-other/1/run`)).toBeUndefined();
    expect(folder.below('/etc/passwd')).toBeUndefined();
  });

  it('leads nowhere else: not by names, links, or second names of files outside', async () => {
    const folder = new TrustedFolder(root);
    await symlink(path.join(base, 'secret'), path.join(root, 'link'));
    await symlink(base, path.join(root, 'above'));
    await link(path.join(base, 'secret'), path.join(root, 'hard'));
    for (const file of ['../secret', 'above/secret', 'link', 'hard', `${ARTIFACTS}/../../../../secret`, 'a\0b']) {
      await expect(folder.open(file)).rejects.toThrow('There is no artifact');
    }
    for (const place of ['..', 'above', '../..']) {
      expect(await folder.list(place)).toEqual([]);
    }
    expect((await folder.list('')).map(entry => entry.name)).not.toContain('link');
  });
});
