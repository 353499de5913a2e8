import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { dataFolder, makeSpoolFolder, spoolFolders } from './folder.js';

describe('the data folder of a notebook', () => {
  let root: string;
  let notebooks: string;
  beforeEach(() => {
    root = realpathSync(mkdtempSync(path.join(tmpdir(), 'slipway-folder-')));
    notebooks = path.join(root, 'project', 'notebooks');
    mkdirSync(path.join(root, 'project', '.slipway', 'spool'), { recursive: true });
    mkdirSync(notebooks);
    vi.stubEnv('SLIPWAY_DATA', '');
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(root, { recursive: true, force: true });
  });

  it('is the nearest one upward', () => {
    expect(dataFolder(notebooks)).toBe(path.join(root, 'project', '.slipway'));
    expect(spoolFolders(notebooks)).toContain(path.join(root, 'project', '.slipway', 'spool'));
  });

  it('is the one that the environment names, whose spool alone is sent to its server', () => {
    const named = path.join(root, 'other', '.slipway');
    vi.stubEnv('SLIPWAY_DATA', named);
    expect(dataFolder(notebooks)).toBe(named);
    expect(spoolFolders(notebooks)).toEqual([]);
    const spool = makeSpoolFolder(notebooks);
    expect(spool).toBe(path.join(named, 'spool'));
    expect(spoolFolders(notebooks)).toEqual([spool]);
  });
});
