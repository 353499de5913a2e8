import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';

const VARIABLES = ['TMPDIR', 'TMP', 'TEMP'] as const;

const before = VARIABLES.map(name => process.env[name]);
const folder = mkdtempSync(path.join(tmpdir(), 'slipway-file-'));
// A database server of a test may run as another user.
chmodSync(folder, 0o755);
VARIABLES.forEach(name => (process.env[name] = folder));

// The first to be registered, and so the last to run: whatever the tests and their processes left is gone then.
afterAll(() => {
  VARIABLES.forEach((name, i) => {
    if (before[i] === undefined) {
      delete process.env[name];
    } else {
      process.env[name] = before[i];
    }
  });
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
});
