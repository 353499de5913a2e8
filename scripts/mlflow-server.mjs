import { existsSync } from 'node:fs';
import path from 'node:path';
import { run } from './terminal.mjs';

/**
 * PyPI's own `mlflow server`, which answers are compared with and speed is measured against: in an environment of its own,
 * so that none of its packages comes near the product.
 *
 * @param environment the clone's own Python environment.
 * @returns the Python that has it; the one that SLIPWAY_MLFLOW_PYTHON names, when it is set.
 */
export async function ensureMlflowServer(environment) {
  if (process.env.SLIPWAY_MLFLOW_PYTHON) {
    return process.env.SLIPWAY_MLFLOW_PYTHON;
  }
  const folder = path.join(environment.root, '.cache', 'mlflow-server');
  const inside = name => path.join(folder, process.platform === 'win32' ? `Scripts/${name}.exe` : `bin/${name}`);
  const python = inside('python');
  if (!existsSync(inside('mlflow'))) {
    const remedy = 'Is the network reachable? Run the same command again when it is.';
    await run(environment.python, ['-m', 'venv', '--clear', folder], { remedy });
    await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', 'mlflow==3.17.*'], { remedy });
  }
  return python;
}
