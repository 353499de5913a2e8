import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { linkPostgresLibraries } from './postgres.mjs';
import { run } from './terminal.mjs';

/** Installs the npm workspaces after the lock file. @returns false when there was nothing to do. */
export async function ensurePackages(root) {
  const stamp = path.join(root, 'node_modules', '.slipway-stamp');
  const wanted = createHash('sha256')
    .update(readFileSync(path.join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) {
    return false;
  }
  // The npm that runs us, so that nothing depends on what PATH finds.
  const npm = process.env.npm_execpath;
  const [command, first] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []];
  await run(command, [...first, 'ci', '--no-audit', '--no-fund'], {
    cwd: root,
    shell: process.platform === 'win32' && command === 'npm',
    remedy: 'npm could not install the packages. Is the network reachable? Run the same command again when it is.'
  });
  await linkPostgresLibraries(root);
  writeFileSync(stamp, wanted);
  return true;
}
