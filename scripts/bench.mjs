import { spawn } from 'node:child_process';
import path from 'node:path';
import { ROOT, setUp } from './set-up.mjs';
import { explain } from './terminal.mjs';

try {
  const environment = await setUp();
  const child = spawn(environment.node(), [path.join(ROOT, 'test', 'bench', 'main.ts')], {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, SLIPWAY_PYTHON: environment.python, SLIPWAY_NODE: environment.node() }
  });
  child.once('exit', code => process.exit(code ?? 1));
} catch (error) {
  process.exitCode = explain(error);
}
