import { execFile } from 'node:child_process';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ROOT } from '../harness/places.js';
import { freshFolder, type Finished } from './slipway.js';

describe('npm start on a machine that lacks something', () => {
  let clone: string;
  beforeEach(async () => {
    clone = await freshFolder();
    await cp(path.join(ROOT, 'scripts'), path.join(clone, 'scripts'), { recursive: true });
    // Packages count as installed: only Python is missing here.
    await cp(path.join(ROOT, 'package-lock.json'), path.join(clone, 'package-lock.json'));
  });
  afterEach(() => rm(clone, { recursive: true, force: true }));

  const start = (environment: Record<string, string>): Promise<Finished> =>
    new Promise(resolve => {
      execFile(
        process.execPath,
        [path.join(clone, 'scripts', 'start.mjs')],
        { env: environment },
        (error, stdout, stderr) => resolve({ code: error ? 1 : 0, output: stdout + stderr })
      );
    });

  /** A `npm` that does nothing, so that the test asks about Python alone and stays off the network. */
  const npm = async (): Promise<string> => {
    const file = path.join(clone, 'npm.js');
    await writeFile(file, '');
    await mkdir(path.join(clone, 'node_modules'), { recursive: true });
    return file;
  };

  it('says what to install when there is no Python', async () => {
    const { code, output } = await start({ PATH: path.join(clone, 'nothing'), npm_execpath: await npm() });
    expect(code).toBe(1);
    expect(output).toContain('Python was not found.');
    expect(output).toContain('Slipway needs Python 3.11 or newer with venv and pip.');
    expect(output).toContain('sudo apt install python3');
    expect(output).not.toContain('    at ');
  });

  it('says so when the only Python is too old', async () => {
    const old = path.join(clone, 'python3');
    await writeFile(old, '#!/bin/sh\necho 3.8.10\n', { mode: 0o755 });
    const { code, output } = await start({ PATH: '/usr/bin:/bin', PYTHON: old, npm_execpath: await npm() });
    expect(code).toBe(1);
    expect(output).toContain('Only an older Python was found');
    expect(output).toContain('is 3.8.10');
  });

  it('explains its options without installing anything', async () => {
    const help: Finished = await new Promise(resolve => {
      execFile(process.execPath, [path.join(clone, 'scripts', 'start.mjs'), '--help'], (error, stdout, stderr) =>
        resolve({ code: error ? 1 : 0, output: stdout + stderr })
      );
    });
    expect(help.code).toBe(0);
    for (const option of ['--dir', '--port', '--no-browser', '--run']) {
      expect(help.output).toContain(option);
    }
  });
});
