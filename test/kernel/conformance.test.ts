import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { expect, it } from 'vitest';
import { installKernelspec } from '../../kernel-lib/dist/kernel/install.js';
import { notebookFolder } from './notebook.js';
import { nodePath, pythonPath, ROOT } from '../harness/places.js';
import { temporaryFolder } from '../harness/temporary-folder.js';

it("passes all 13 tests of Jupyter's conformance suite, none skipped", () => {
  const prefix = temporaryFolder('slipway-conformance-');
  installKernelspec(path.join(prefix, 'kernels'), { nodePath: nodePath() });
  const { status, stderr } = spawnSync(pythonPath(), [path.join(ROOT, 'test', 'kernel', 'conformance.py')], {
    cwd: notebookFolder(),
    env: { ...process.env, JUPYTER_PATH: prefix, JUPYTER_RUNTIME_DIR: path.join(prefix, 'runtime'), SLIPWAY_URL: '' },
    encoding: 'utf8'
  });
  expect(stderr).toMatch(/Ran 13 tests[^]*\nOK\n$/);
  expect(status).toBe(0);
});
