import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Folder of a project in which Slipway keeps everything that it writes. */
export const DATA_FOLDER = '.slipway';

/** `directory` and its parents up to the root of the file system, nearest first. */
export function* foldersUpward(directory: string): Generator<string> {
  let folder = path.resolve(directory);
  for (;;) {
    yield folder;
    const parent = path.dirname(folder);
    if (parent === folder) {
      return;
    }
    folder = parent;
  }
}

/** The data folder that the environment names: kernels of Slipway's JupyterLab are told the one of their server. */
export function namedDataFolder(): string | null {
  const named = process.env['SLIPWAY_DATA'];
  return named ? path.resolve(named) : null;
}

/**
 * The data folder that `directory` belongs to: the one in `SLIPWAY_DATA`, else the nearest one upward that a server has
 * written its address to, else the nearest one, else one to be made in `directory` itself.
 */
export function dataFolder(directory: string): string {
  const named = namedDataFolder();
  if (named) {
    return named;
  }
  const existing = existingDataFolders(directory);
  const served = existing.find(folder => existsSync(path.join(folder, 'server.json')));
  return served ?? existing[0] ?? path.join(path.resolve(directory), DATA_FOLDER);
}

/**
 * Every spool folder upward from `directory`: a notebook that once ran without a server may have left its own. Where
 * `SLIPWAY_DATA` names the data folder, only the one in there: others belong to other servers.
 */
export function spoolFolders(directory: string): string[] {
  const named = namedDataFolder();
  return (named ? [named] : existingDataFolders(directory))
    .map(folder => path.join(folder, 'spool'))
    .filter(folder => existsSync(folder));
}

/**
 * Makes the spool folder of `directory`'s project, with the `.gitignore` that keeps it out of git.
 *
 * @throws the file system's error when the folder cannot be made.
 */
export function makeSpoolFolder(directory: string): string {
  const data = dataFolder(directory);
  const spool = path.join(data, 'spool');
  mkdirSync(spool, { recursive: true, mode: 0o700 });
  const ignore = path.join(data, '.gitignore');
  if (!existsSync(ignore)) {
    writeFileSync(ignore, '*\n');
  }
  return spool;
}

function existingDataFolders(directory: string): string[] {
  return [...foldersUpward(directory)].map(folder => path.join(folder, DATA_FOLDER)).filter(isOwnFolder);
}

/** Another user's folder further up (a shared drive, `/tmp`) is not this project's. */
function isOwnFolder(folder: string): boolean {
  try {
    const stat = statSync(folder);
    return stat.isDirectory() && (process.getuid === undefined || stat.uid === process.getuid());
  } catch {
    return false;
  }
}
