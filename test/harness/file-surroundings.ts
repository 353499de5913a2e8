import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';

/*
 * Surroundings of one test file: a temporary folder of its own, and an environment that no other file has changed, since
 * several files may share a process.
 */
const environment = { ...process.env };
const directory = process.cwd();
const folder = mkdtempSync(path.join(tmpdir(), 'slipway-file-'));
// A database server of a test may run as another user.
chmodSync(folder, 0o755);
for (const name of ['TMPDIR', 'TMP', 'TEMP']) {
  process.env[name] = folder;
}

// The first to be registered, and so the last to run: whatever the tests and their processes left is gone then.
afterAll(() => {
  for (const name of Object.keys(process.env)) {
    if (!(name in environment)) {
      delete process.env[name];
    }
  }
  Object.assign(process.env, environment);
  if (process.cwd() !== directory) {
    process.chdir(directory);
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
});
