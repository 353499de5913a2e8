import path from 'node:path';
import { build } from './build.mjs';
import { ensurePackages } from './packages.mjs';
import { PythonEnvironment } from './python.mjs';
import { step } from './terminal.mjs';

export const ROOT = path.resolve(import.meta.dirname, '..');

/**
 * Installs and builds what is missing: a private Python environment with JupyterLab, the npm workspaces, the built
 * parts. Uses nothing but what comes with Node, as it runs before anything is installed.
 *
 * @returns the environment, whose `node()` is the Node that everything runs on.
 */
export async function setUp() {
  const [major] = process.versions.node.split('.').map(Number);
  if (major < 20) {
    console.error(`Slipway needs Node 20 or newer to set itself up; this is ${process.versions.node}.`);
    process.exit(1);
  }
  const environment = new PythonEnvironment(ROOT);
  const results = await Promise.allSettled([
    step('Python environment', () => environment.ensure()),
    step('npm packages', () => ensurePackages(ROOT))
  ]);
  const failed = results.find(result => result.status === 'rejected');
  if (failed) {
    throw failed.reason;
  }
  await step('Build', () => build(ROOT, environment));
  return environment;
}
