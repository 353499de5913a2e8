import { spawn } from 'node:child_process';
import path from 'node:path';
import { ensureMlflowServer } from './mlflow-server.mjs';
import { ROOT, setUp } from './set-up.mjs';
import { explain, step } from './terminal.mjs';

try {
  const environment = await setUp();
  await step('Python packages to measure against', () => environment.ensureForTests());
  let mlflow;
  await step('MLflow’s own server, to measure against', async () => {
    mlflow = await ensureMlflowServer(environment);
  });
  const child = spawn(environment.node(), [path.join(ROOT, 'test', 'bench', 'main.ts'), ...process.argv.slice(2)], {
    cwd: ROOT,
    stdio: 'inherit',
    env: {
      ...process.env,
      SLIPWAY_PYTHON: environment.python,
      SLIPWAY_NODE: environment.node(),
      SLIPWAY_MLFLOW_PYTHON: mlflow
    }
  });
  child.once('exit', code => process.exit(code ?? 1));
} catch (error) {
  process.exitCode = explain(error);
}
