import { existsSync } from 'node:fs';
import path from 'node:path';
import { dataFolder } from '@slipway/recording/spool';

/**
 * The notebook's path as JupyterLab gives it to its kernels, relative to the folder of the project (the one that holds
 * `.slipway/`) when it is in that folder. Empty when the front end does not send it: nbconvert, a console.
 *
 * @param directory folder that the kernel was started in.
 */
export function notebookPath(directory: string, environment: NodeJS.ProcessEnv = process.env): string {
  const named = environment['JPY_SESSION_NAME'];
  if (!named) {
    return '';
  }
  const absolute = path.resolve(directory, named);
  const root = path.dirname(dataFolder(directory));
  const relative = path.relative(root, absolute);
  const isInside = !relative.startsWith('..') && !path.isAbsolute(relative);
  return isInside && existsSync(root) ? relative.split(path.sep).join('/') : named;
}
